import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsFiles } from "#tls";
import {
  type CertificateSubject,
  type IssuingAuthority,
  issueCertificate,
  makeAuthority,
} from "../../deploy/local/certificates/issue.ts";

/** A folder with an authority that issues what a test asks for. */
export interface TestAuthority {
  readonly dir: string;
  readonly authority: IssuingAuthority;
  /** Issues a certificate with its key into `NAME.pem`; `nowMs` is the moment it is issued at. */
  issue(
    name: string,
    subject?: Partial<CertificateSubject>,
    options?: { readonly nowMs?: number; readonly issuer?: IssuingAuthority },
  ): Promise<TlsFiles>;
  remove(): Promise<void>;
}

/** Makes such a folder. */
export async function makeTestAuthority(): Promise<TestAuthority> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-tls-"));
  const authority = await makeAuthority("test authority", Date.now());
  const caFile = join(dir, "ca.pem");
  await writeFile(caFile, authority.certificate);
  return {
    dir,
    authority,
    issue: async (name, subject = {}, { issuer = authority, nowMs = Date.now() } = {}) => {
      const whole = { holder: name, use: "client" as const, names: [], ...subject };
      const file = join(dir, `${name}.pem`);
      await writeFile(file, await issueCertificate(issuer, whole, nowMs), { mode: 0o600 });
      return { certFile: file, keyFile: file, caFile };
    },
    remove: () => rm(dir, { recursive: true }),
  };
}
