import type { ParticipantSpec } from "../folder/participant-spec.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { newestKept } from "./folder-registers.ts";
import { layNext, type RenewalHere } from "./lay-next.ts";
import { countdown, isDue } from "./sign-here.ts";

/** Whose register is looked at before anything runs. */
export interface RenewalBeforeStart extends RenewalHere {
  readonly participants: readonly ParticipantSpec[];
}

/**
 * Sees to it that nobody begins with a register that expires (TP-REG-15): signs the next version
 * where the keys for it lie in the folder, and lays it where gateway and participants begin. Gives
 * what it has done, or what is to be done, in lines for a person.
 */
export async function renewBeforeStart(renewal: RenewalBeforeStart): Promise<readonly string[]> {
  const { nowMs, paths } = renewal;
  const kept = await newestKept(paths);
  if (kept === undefined || !isDue(kept.view, nowMs)) return [];
  const next = await layNext(renewal, kept, "in force from this start on");
  if (next === undefined) return [countdown(kept, nowMs)];
  await lay(renewal, next.bytes);
  return [next.said];
}

async function lay({ participants, paths }: RenewalBeforeStart, bytes: Uint8Array): Promise<void> {
  await writePrivateFile(paths.exchange.register, bytes);
  for (const { id, runs } of participants) {
    if (runs !== "elsewhere") await writePrivateFile(paths.participant(id).register, bytes);
  }
}
