/** Certificates of time-stamping authorities (TP-STAMP-2): RFC 3161 section 2.3, RFC 5280. */
import { X509Certificate } from "node:crypto";
import type { Extension } from "@peculiar/asn1-x509";
import { printable, TIMESTAMP_LIMITS } from "#runtime";
import { mayCertify } from "./algorithms.ts";
import { asn1, readAsn1 } from "./asn1.ts";

/** A certificate, read by the platform and, for its extensions, once more. */
export interface ReadCertificate {
  readonly der: Uint8Array;
  readonly x509: X509Certificate;
  readonly signatureId: string;
  readonly extensions: readonly Extension[];
  /** Serial number, and subject key identifier if it has one, in hex. */
  readonly serial: string;
  readonly keyId: string | undefined;
  /** Name of its holder, encoded, in hex. */
  readonly subject: string;
}

/** Reads one; undefined where it is none. */
export function readCertificate(der: Uint8Array): ReadCertificate | undefined {
  const { schema, x509 } = asn1();
  const read = readAsn1(der, x509.Certificate);
  const opened = openX509(der);
  if (read === undefined || opened === undefined) return undefined;
  const { extensions = [], serialNumber, subject } = read.tbsCertificate;
  const held = extensions.find(({ extnID }) => extnID === x509.id_ce_subjectKeyIdentifier);
  const keyId = held && readAsn1(held.extnValue.buffer, x509.SubjectKeyIdentifier);
  return {
    ...{ der, x509: opened, extensions },
    signatureId: read.signatureAlgorithm.algorithm,
    serial: Buffer.from(serialNumber).toString("hex"),
    subject: Buffer.from(schema.AsnConvert.serialize(subject)).toString("hex"),
    keyId: keyId && Buffer.from(keyId.buffer).toString("hex"),
  };
}

function openX509(der: Uint8Array): X509Certificate | undefined {
  try {
    const opened = new X509Certificate(der);
    // A key that the platform does not know shows itself here.
    return opened.publicKey.type === "public" ? opened : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of a certificate, in hex: how people name one. */
export function fingerprintOf({ x509 }: ReadCertificate): string {
  return x509.fingerprint256.replaceAll(":", "").toLowerCase();
}

/** Name of its holder on one line. */
export function holderOf({ x509 }: ReadCertificate): string {
  return printable(x509.subject.replaceAll("\n", ", "));
}

/** What keeps a certificate from being that of a time-stamping authority at a time. */
export function authorityProblem(certificate: ReadCertificate, atMs: number): string | undefined {
  const { x509 } = asn1();
  const use = extension(certificate, x509.id_ce_extKeyUsage);
  const uses = use && readAsn1(use.extnValue.buffer, x509.ExtendedKeyUsage);
  if (use === undefined || !uses?.includes(x509.id_kp_timeStamping)) {
    return "its extended key usage is not time-stamping";
  }
  if (!use.critical) return "its extended key usage is not critical";
  if (uses.length !== 1) return "its extended key usage is not time-stamping alone";
  const constraints = constraintsOf(certificate);
  if (constraints.cA) return "it is that of an authority for certificates";
  const keyUse = usageOf(certificate);
  const maySign = keyUse?.some((one) => one === "digitalSignature" || one === "nonRepudiation");
  if (keyUse !== undefined && !maySign) return "its key may not sign";
  return commonProblem(certificate, atMs);
}

/** What keeps one from standing in a path, with so many issuers between it and the end. */
export function issuerProblem(
  certificate: ReadCertificate,
  atMs: number,
  below: number,
): string | undefined {
  const { x509 } = asn1();
  const { cA, pathLenConstraint = Infinity } = constraintsOf(certificate);
  if (!cA) return "it may issue no certificates";
  if (pathLenConstraint < below) return "it may not stand so far from the end of a path";
  const keyUse = usageOf(certificate);
  if (keyUse !== undefined && !keyUse.includes("keyCertSign"))
    return "it may issue no certificates";
  const use = extension(certificate, x509.id_ce_extKeyUsage);
  const uses = use && readAsn1(use.extnValue.buffer, x509.ExtendedKeyUsage);
  const allowed: readonly string[] = [x509.id_kp_timeStamping, x509.anyExtendedKeyUsage];
  if (use !== undefined && !uses?.some((one) => allowed.includes(one))) {
    return "it may not issue for time-stamping";
  }
  return commonProblem(certificate, atMs);
}

/** What is asked of every certificate of a path. */
function commonProblem(certificate: ReadCertificate, atMs: number): string | undefined {
  const { x509: opened } = certificate;
  const isValid = opened.validFromDate.getTime() <= atMs && atMs <= opened.validToDate.getTime();
  if (!isValid) return "it was not valid at the time of the token";
  const { asymmetricKeyDetails, asymmetricKeyType } = opened.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType?.startsWith("rsa") && bits < TIMESTAMP_LIMITS.rsaBitsMin) {
    return `its RSA key has ${bits} bits`;
  }
  const { x509 } = asn1();
  const known: readonly string[] = [
    x509.id_ce_basicConstraints,
    x509.id_ce_keyUsage,
    x509.id_ce_extKeyUsage,
    x509.id_ce_certificatePolicies,
  ];
  const strange = certificate.extensions.find(
    ({ critical, extnID }) => critical && !known.includes(extnID),
  );
  return strange && `its critical extension ${strange.extnID} is not known`;
}

/** Whether one has issued another: names, key identifiers, and a signature that counts. */
export function hasIssued(issuer: ReadCertificate, certificate: ReadCertificate): boolean {
  const { signatureId, x509 } = certificate;
  if (!mayCertify(signatureId) || !x509.checkIssued(issuer.x509)) return false;
  return x509.verify(issuer.x509.publicKey);
}

function extension({ extensions }: ReadCertificate, id: string): Extension | undefined {
  return extensions.find(({ extnID }) => extnID === id);
}

function constraintsOf(certificate: ReadCertificate): { cA: boolean; pathLenConstraint?: number } {
  const { x509 } = asn1();
  const held = extension(certificate, x509.id_ce_basicConstraints);
  return (held && readAsn1(held.extnValue.buffer, x509.BasicConstraints)) ?? { cA: false };
}

/** What its key may be used for; undefined where it does not say. */
function usageOf(certificate: ReadCertificate): readonly string[] | undefined {
  const { x509 } = asn1();
  const held = extension(certificate, x509.id_ce_keyUsage);
  if (held === undefined) return undefined;
  return readAsn1(held.extnValue.buffer, x509.KeyUsage)?.toJSON() ?? [];
}
