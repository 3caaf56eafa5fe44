/** The path from the certificate of an authority to a root that is trusted (TP-STAMP-2). */
import { TIMESTAMP_LIMITS } from "#runtime";
import {
  authorityProblem,
  fingerprintOf,
  hasIssued,
  holderOf,
  issuerProblem,
  type ReadCertificate,
} from "./certificate.ts";
import { type TimestampVerdict, untrue } from "./verdict.ts";

/** What a path is made of. */
export interface PathParts {
  /** Of the authority that has signed. */
  readonly end: ReadCertificate;
  /** Certificates that came with the token, which prove nothing by themselves. */
  readonly given: readonly ReadCertificate[];
  readonly roots: readonly ReadCertificate[];
  /** When each of them must have been valid. */
  readonly atMs: number;
}

/** The root that a path leads to. */
export function findRoot({
  atMs,
  end,
  given,
  roots,
}: PathParts): TimestampVerdict<ReadCertificate> {
  const problem = authorityProblem(end, atMs);
  if (problem !== undefined) return untrue("certificate", `${holderOf(end)}: ${problem}`);
  const own = roots.find((root) => isSame(root, end));
  if (own !== undefined) return { ok: true, value: own };
  let why = "no path leads to a root certificate that is trusted";
  const seen = new Set([fingerprintOf(end)]);
  /** Each certificate is looked at once, so that hostile ones cost no more than they are many. */
  let row: readonly ReadCertificate[] = [end];
  for (let below = 0; below < TIMESTAMP_LIMITS.chainMax && row.length > 0; below += 1) {
    const next: ReadCertificate[] = [];
    for (const certificate of row) {
      for (const issuer of [...roots, ...given]) {
        if (seen.has(fingerprintOf(issuer)) || !hasIssued(issuer, certificate)) continue;
        const found = issuerProblem(issuer, atMs, below);
        if (found !== undefined) {
          why = `${holderOf(issuer)}: ${found}`;
          continue;
        }
        if (roots.some((root) => isSame(root, issuer))) return { ok: true, value: issuer };
        seen.add(fingerprintOf(issuer));
        next.push(issuer);
      }
    }
    row = next;
  }
  return untrue("chain", why);
}

function isSame(one: ReadCertificate, other: ReadCertificate): boolean {
  return fingerprintOf(one) === fingerprintOf(other);
}
