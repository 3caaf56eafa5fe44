import { TracepostError } from "#errors";
import { TIMESTAMP_LIMITS } from "#runtime";
import { readCertificate } from "./certificate.ts";

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/gu;

/**
 * The root certificates of an authority as DER, out of a file with one or more as PEM, or with one
 * as DER. Throws KEY_FILE, naming the file.
 */
export function parseRootCertificates(bytes: Uint8Array, file: string): readonly Uint8Array[] {
  const text = Buffer.from(bytes).toString("latin1");
  const pem = [...text.matchAll(PEM)].map(([, base64 = ""]) => Buffer.from(base64, "base64"));
  const found = pem.length === 0 ? [bytes] : pem;
  if (found.length > TIMESTAMP_LIMITS.rootsMax) {
    throw fault(file, `it holds over ${TIMESTAMP_LIMITS.rootsMax} certificates`);
  }
  if (found.some((der) => readCertificate(der) === undefined)) {
    throw fault(file, "it holds something else than certificates, PEM or DER");
  }
  return found.map((der) => Uint8Array.from(der));
}

function fault(file: string, problem: string): TracepostError {
  return new TracepostError("KEY_FILE", `${file} holds no root certificate of an authority`, {
    problems: [problem],
    remedy: "Give the root certificate as the time-stamping authority publishes it.",
  });
}
