/** What a failed handshake means, in words for whoever has to mend it (TP-TLS-5). */
export interface TlsFault {
  readonly meaning: string;
  readonly remedy: string;
}

const RENEW = "Renew it: tracepost exchange certificates renew --data DIR";

/** Codes of Node and OpenSSL, each with what it means here. */
const MEANINGS: readonly (readonly [RegExp, TlsFault])[] = [
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/u,
    {
      meaning: "the server's certificate is for another name than the address says",
      remedy: "Use a name the certificate has, or issue it with --host NAME.",
    },
  ],
  [
    /CERT_HAS_EXPIRED|certificate expired/iu,
    { meaning: "a certificate has expired", remedy: RENEW },
  ],
  [
    /CERT_NOT_YET_VALID/u,
    { meaning: "a certificate does not count yet", remedy: "Set the clock of this machine." },
  ],
  [
    /UNABLE_TO_VERIFY_LEAF|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|CERT_SIGNATURE_FAILURE/u,
    {
      meaning: "the server's certificate is of an authority that is not believed here",
      remedy: "Compare the two ca.pem files; a foreign server may answer at this address.",
    },
  ],
  [
    /UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_REQUIRED|CERTIFICATE_UNKNOWN|HANDSHAKE_FAILURE/u,
    {
      meaning: "the server does not take our certificate",
      remedy: "Have a certificate issued by the exchange's authority, for a log-in.",
    },
  ],
  [
    /WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH|PROTOCOL_VERSION/u,
    {
      meaning: "the server does not speak TLS at this address",
      remedy: "Compare address and port; credentials are never sent there in plain text.",
    },
  ],
];

/** Tells what a fault of a handshake means; undefined when it is none. Looks at its causes too. */
export function tlsFault(caught: unknown): TlsFault | undefined {
  for (let fault = caught; fault instanceof Error; fault = fault.cause) {
    const { code } = fault as NodeJS.ErrnoException;
    const said = `${code ?? ""} ${fault.message}`;
    const found = MEANINGS.find(([pattern]) => pattern.test(said));
    if (found !== undefined) return found[1];
  }
  return undefined;
}
