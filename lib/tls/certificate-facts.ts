import { X509Certificate } from "node:crypto";
import { isIPv6 } from "node:net";
import { TracepostError } from "#errors";
import { TLS_LIMITS } from "#runtime";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu;

/** What a certificate says, for lists and warnings. */
export interface CertificateFacts {
  /** Common name of its holder, such as a participant id. */
  readonly holder: string;
  readonly issuer: string;
  /** Names and addresses it is valid for; none for one that only logs in. */
  readonly names: readonly string[];
  /** First and last moment it counts, ms since 1970. */
  readonly notBeforeAt: number;
  readonly notAfterAt: number;
  /** SHA-256 of the whole certificate, hexadecimal. */
  readonly fingerprint: string;
}

/** The certificates of a PEM text, in their order; those that are none are left out by nobody. */
export function certificatesIn(text: string, file: string): readonly X509Certificate[] {
  return (text.match(CERTIFICATE) ?? []).map((pem) => {
    try {
      return new X509Certificate(pem);
    } catch (caught) {
      throw new TracepostError("KEY_FILE", `${file} holds a damaged certificate`, {
        cause: caught,
        remedy: "Put the file back from your copy, or have it issued again.",
      });
    }
  });
}

/** Reads what the first certificate of a PEM text says. Throws TracepostError KEY_FILE. */
export function certificateFacts(text: string, file: string): CertificateFacts {
  const [first] = certificatesIn(text, file);
  if (first === undefined) throw noCertificate(file);
  return factsOf(first);
}

/** What one certificate says. */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    holder: commonName(certificate.subject),
    issuer: commonName(certificate.issuer),
    names: (certificate.subjectAltName ?? "")
      .split(", ")
      .filter((name) => name !== "")
      .map((name) => shortAddress(name.replace(/^(?:DNS|IP Address):/u, ""))),
    notBeforeAt: certificate.validFromDate.getTime(),
    notAfterAt: certificate.validToDate.getTime(),
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
}

/** IPv6 as people write it, and as a configuration has it. */
function shortAddress(name: string): string {
  return isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}

/** Whether an authority, the first of a PEM text, has issued the first certificate of another. */
export function isIssuedBy(text: string, authorities: string, file: string): boolean {
  const [certificate] = certificatesIn(text, file);
  const [authority] = certificatesIn(authorities, file);
  return certificate !== undefined && authority !== undefined && hasIssued(authority, certificate);
}

/** Whether an authority has issued a certificate, by its name and its signature. */
export function hasIssued(authority: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

/** The fault of a file without any certificate. */
export function noCertificate(file: string): TracepostError {
  return new TracepostError("KEY_FILE", `${file} holds no certificate`, {
    remedy: "A certificate file is PEM text: -----BEGIN CERTIFICATE----- and so on.",
  });
}

/** Authorities that are believed together, each once, the first ones first. */
export function joinAuthorities(first: string, second: string): string {
  const all = [...(first.match(CERTIFICATE) ?? []), ...(second.match(CERTIFICATE) ?? [])];
  return `${[...new Set(all)].join("\n")}\n`;
}

/**
 * Authorities that are believed together, as {@link joinAuthorities}, but for those of the second
 * text that have ended: they vouch for nothing any more. Throws TracepostError USAGE where more are
 * left than a reader takes, before anybody is given a file that he would refuse.
 */
export function addAuthority(next: string, believed: string, nowMs: number): string {
  const alive = certificatesIn(believed, "the authorities that are believed")
    .filter((one) => one.validToDate.getTime() > nowMs)
    .map((one) => one.toString());
  const text = joinAuthorities(next, alive.join("\n"));
  const count = certificatesIn(text, "").length;
  if (count <= TLS_LIMITS.authoritiesMax) return text;
  const message = `${count - 1} authorities are believed already, and at most ${TLS_LIMITS.authoritiesMax} count`;
  throw new TracepostError("USAGE", message, {
    remedy: "Believe the present one alone first: certificates renew --drop-former",
  });
}

function commonName(subject: string): string {
  return /^CN=(.*)$/mu.exec(subject)?.[1] ?? subject.replaceAll("\n", ", ");
}
