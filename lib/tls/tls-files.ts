import { createPrivateKey, type KeyObject } from "node:crypto";
import { TracepostError } from "#errors";
import { calendarDateOf, readPublic, readSecret, TLS_LIMITS } from "#runtime";
import {
  type CertificateFacts,
  certificatesIn,
  factsOf,
  hasIssued,
  noCertificate,
} from "./certificate-facts.ts";

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----/u;

/** Where a process has its certificate. Certificate and key may be one file, replaced at once. */
export interface TlsFiles {
  /** Certificate, and those between it and the authority (PEM). */
  readonly certFile: string;
  /** Its private key (PEM), 0600. */
  readonly keyFile: string;
  /** Authorities that are believed (PEM). */
  readonly caFile: string;
}

/** A certificate with its key, as a handshake wants them. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly facts: CertificateFacts;
}

/**
 * Reads certificate and key and checks that they belong together, that the certificate counts now,
 * and that one of the authorities has issued it (TP-TLS-5). Throws TracepostError KEY_FILE that
 * names the file, the rule and the way out.
 */
export async function loadIdentity(files: TlsFiles, nowMs: number): Promise<TlsIdentity> {
  const key = await readSecret(files.keyFile);
  const cert = files.certFile === files.keyFile ? key : await readPublic(files.certFile);
  const identity = checkIdentity({ cert, key, files, nowMs });
  const authorities = certificatesIn(await loadAuthorities(files.caFile), files.caFile);
  const chain = certificatesIn(cert, files.certFile);
  if (authorities.some((authority) => chain.some((one) => hasIssued(authority, one)))) {
    return identity;
  }
  throw refusal(files.certFile, `is not issued by an authority of ${files.caFile}`, {
    remedy: "Have it issued by that authority, or add the authority of the certificate there.",
  });
}

/** Reads the authorities that are believed. Throws TracepostError KEY_FILE. */
export async function loadAuthorities(caFile: string): Promise<string> {
  const text = await readPublic(caFile);
  const count = certificatesIn(text, caFile).length;
  if (count === 0) throw noCertificate(caFile);
  if (count > TLS_LIMITS.authoritiesMax) {
    throw refusal(
      caFile,
      `names ${count} authorities, at most ${TLS_LIMITS.authoritiesMax} count`,
      {
        remedy: "Take those out that issue nothing any more.",
      },
    );
  }
  return text;
}

/** Checks a certificate against its key and the time. Throws as {@link loadIdentity}. */
export function checkIdentity(given: {
  readonly cert: string;
  readonly key: string;
  readonly files: Pick<TlsFiles, "certFile" | "keyFile">;
  readonly nowMs: number;
}): TlsIdentity {
  const { cert, files, key, nowMs } = given;
  const [certificate] = certificatesIn(cert, files.certFile);
  if (certificate === undefined) throw noCertificate(files.certFile);
  if (!certificate.checkPrivateKey(privateKeyOf(key, files.keyFile))) {
    throw refusal(files.keyFile, `is not the key of ${files.certFile}`, {
      remedy: "Put the two files back that were made together, or have both issued again.",
    });
  }
  const facts = factsOf(certificate);
  if (nowMs >= facts.notAfterAt) {
    throw refusal(files.certFile, `has expired on ${calendarDateOf(facts.notAfterAt)}`, {
      remedy: "Renew it: tracepost exchange certificates renew --data DIR",
    });
  }
  if (nowMs < facts.notBeforeAt) {
    throw refusal(files.certFile, `does not count before ${calendarDateOf(facts.notBeforeAt)}`, {
      remedy: "Set the clock of this machine, or have the certificate issued again.",
    });
  }
  return { cert, key, facts };
}

function privateKeyOf(pem: string, file: string): KeyObject {
  // What follows the word in a fault of OpenSSL may quote the file: it is not repeated.
  try {
    // A file may hold the certificate too.
    return createPrivateKey(PRIVATE_KEY.exec(pem)?.[0] ?? pem);
  } catch {
    throw refusal(file, "holds no private key that can be read", {
      remedy: "It is PEM text without a passphrase: -----BEGIN PRIVATE KEY----- and so on.",
    });
  }
}

function refusal(
  file: string,
  rule: string,
  { remedy }: { readonly remedy: string },
): TracepostError {
  return new TracepostError("KEY_FILE", `${file} ${rule}`, { remedy });
}
