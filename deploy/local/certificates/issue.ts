import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { TracepostError } from "#errors";
import { TLS_LIMITS } from "#runtime";
import { joinAuthorities } from "#tls";

const DAY_MS = 86_400_000;
/** P-256 with SHA-256: every TLS stack of a server, a browser or a tool takes it. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const SERIAL_BYTES = 16;
const PRIVATE_KEY = /-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----/u;

type X509 = typeof import("@peculiar/x509");

/** What a certificate is for: to answer under names, or to log in. */
export type CertificateUse = "server" | "client";

/** Whom a certificate is issued to. */
export interface CertificateSubject {
  /** Common name, such as `NE`, `gateway` or `nats`. */
  readonly holder: string;
  readonly use: CertificateUse;
  /** Host names and IP addresses; servers only. */
  readonly names: readonly string[];
}

/** An authority that issues. */
export interface IssuingAuthority {
  /** PEM; what else the text holds is not looked at. */
  readonly certificate: string;
  /** PKCS#8 PEM, the same way; secret. */
  readonly key: string;
}

/** Makes an authority of its own for an exchange; it signs no other authority. */
export async function makeAuthority(name: string, nowMs: number): Promise<IssuingAuthority> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${name}`,
    ...validity(nowMs, TLS_LIMITS.authorityDays),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${certificate.toString("pem")}\n`, key: await keyPem(keys.privateKey) };
}

/**
 * Issues a certificate with a fresh key and returns both as one PEM text. It never outlives its
 * authority. Throws TracepostError KEY_FILE for an authority that cannot issue.
 */
export async function issueCertificate(
  authority: IssuingAuthority,
  subject: CertificateSubject,
  nowMs: number,
): Promise<string> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(joinAuthorities(authority.certificate, ""));
  const keys = await generateKeys();
  const { notAfter, notBefore } = validity(nowMs, TLS_LIMITS.certificateDays);
  const names = subject.names.map((name) => ({
    type: isIP(name) === 0 ? ("dns" as const) : ("ip" as const),
    value: name,
  }));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${subject.holder}`,
    issuer: issuer.subject,
    notBefore,
    notAfter: new Date(Math.min(notAfter.getTime(), issuer.notAfter.getTime())),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(authority),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([subject.use === "server" ? SERVER_AUTH : CLIENT_AUTH]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
    ],
  });
  return `${certificate.toString("pem")}\n${await keyPem(keys.privateKey)}`;
}

/** Loaded when something is issued: it takes 0.3 s, and wants its polyfill first. */
async function loadX509(): Promise<X509> {
  await import("reflect-metadata");
  const loaded = (await import("@peculiar/x509")) as X509 & { readonly default?: X509 };
  return loaded.default ?? loaded;
}

async function generateKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function signingKeyOf({ key }: IssuingAuthority): Promise<CryptoKey> {
  const [, body = ""] = PRIVATE_KEY.exec(key) ?? [];
  try {
    return await crypto.subtle.importKey("pkcs8", Buffer.from(body, "base64"), ALGORITHM, false, [
      "sign",
    ]);
  } catch {
    throw new TracepostError("KEY_FILE", "the authority's key cannot issue certificates", {
      remedy: "It is an EC key on P-256 in PKCS#8 PEM; convert it: openssl pkcs8 -topk8 -nocrypt",
    });
  }
}

async function keyPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key));
  const lines = der.toString("base64").match(/.{1,64}/gu) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

/** Positive, and never the same twice. */
function serial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function validity(
  nowMs: number,
  days: number,
): { readonly notBefore: Date; readonly notAfter: Date } {
  return {
    notBefore: new Date(nowMs - TLS_LIMITS.earlierDays * DAY_MS),
    notAfter: new Date(nowMs + days * DAY_MS),
  };
}
