import type { ExchangePaths } from "../folder/exchange-paths.ts";
import type { ParticipantSpec } from "../folder/participant-spec.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { newestKept, publishedAfter } from "./folder-registers.ts";
import { countdown, isDue, signNextHere } from "./sign-here.ts";

/** Whose register is looked at before anything runs. */
export interface RenewalBeforeStart {
  readonly paths: ExchangePaths;
  readonly participants: readonly ParticipantSpec[];
  /** Whether root keys of the folder may be used. */
  readonly mayRenew: boolean;
  readonly nowMs: number;
}

/**
 * Sees to it that nobody begins with a register that expires (TP-REG-15): signs the next version
 * where the keys for it lie in the folder, and lays it where gateway and participants begin. Gives
 * what it has done, or what is to be done, in lines for a person.
 */
export async function renewBeforeStart(renewal: RenewalBeforeStart): Promise<readonly string[]> {
  const { mayRenew, nowMs, paths } = renewal;
  const kept = await newestKept(paths);
  if (kept === undefined || !isDue(kept.view, nowMs)) return [];
  const signed = await publishedAfter(paths, kept);
  if (signed !== undefined && !isDue(signed.view, nowMs)) {
    await lay(renewal, signed.bytes);
    return [
      `Register version ${signed.view.version}, signed before, is in force from this start on.`,
    ];
  }
  // After the later one, though nobody has begun with it yet: of one version there are never two.
  const next = mayRenew ? await signNextHere(paths, signed ?? kept, nowMs) : undefined;
  if (next === undefined) return [countdown(kept, nowMs)];
  // First where the next start finds it.
  await writePrivateFile(paths.exchange.bundle, next.bytes);
  await lay(renewal, next.bytes);
  return [next.said];
}

async function lay({ participants, paths }: RenewalBeforeStart, bytes: Uint8Array): Promise<void> {
  await writePrivateFile(paths.exchange.register, bytes);
  for (const { id, runs } of participants) {
    if (runs !== "elsewhere") await writePrivateFile(paths.participant(id).register, bytes);
  }
}
