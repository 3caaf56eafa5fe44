import { TracepostError } from "#errors";
import { combineShares, parseRecoveryShare, type RecoveryShare, readSecret } from "#trust";

/** The recovery key of some shares, in memory alone. Throws TracepostError KEY_FILE. */
export async function keyOfShares(files: readonly string[]) {
  const shares: RecoveryShare[] = [];
  for (const file of files) {
    const share = parseRecoveryShare(await readSecret(file));
    if (share === undefined) {
      throw new TracepostError("KEY_FILE", `${file} is no share of a recovery key`, {
        remedy: "One character may be wrong: copy it again from its medium, or bring another.",
      });
    }
    shares.push(share);
  }
  return await combineShares(shares);
}
