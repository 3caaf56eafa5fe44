import type { VerifiedRegister } from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { publishedAfter } from "./folder-registers.ts";
import { isDue, type SignedHere, signNextHere } from "./sign-here.ts";

/** In which folder a register is renewed, and when. */
export interface RenewalHere {
  readonly paths: ExchangePaths;
  /** Whether root keys of the folder may be used. */
  readonly mayRenew: boolean;
  readonly nowMs: number;
}

/**
 * The version after one that is due: as it lies in the folder already, with `standing` said of it,
 * or signed now and laid there. Undefined where neither can be (TP-REG-15).
 */
export async function layNext(
  { mayRenew, nowMs, paths }: RenewalHere,
  due: VerifiedRegister,
  standing: string,
): Promise<SignedHere | undefined> {
  const signed = await publishedAfter(paths, due);
  if (signed !== undefined && !isDue(signed.view, nowMs)) {
    const said = `Register version ${signed.view.version}, signed before, is ${standing}.`;
    return { bytes: signed.bytes, said };
  }
  // After the later one, though nobody has begun with it yet: of one version there are never two.
  const next = mayRenew ? await signNextHere(paths, signed ?? due, nowMs) : undefined;
  // First where the next start finds it.
  if (next !== undefined) await writePrivateFile(paths.exchange.bundle, next.bytes);
  return next;
}
