import type { Clock, Database } from "#runtime";
import type { Actor } from "#users";
import type { noteAct, RecordAction } from "../note-act.ts";

/** What keeps looks: the trail of the store. */
export interface LookDeps {
  readonly store: Pick<Database<{ noteAct: typeof noteAct }>, "call">;
  readonly clock: Clock;
}

/** Kept before it is answered: a look that cannot be kept is not given (TP-AUDIT-1). */
export async function noteLook(
  { clock, store }: LookDeps,
  actor: Actor,
  look: {
    readonly action: RecordAction;
    readonly subject: string;
    readonly detail?: string;
    readonly reason?: string;
  },
): Promise<void> {
  const said = { detail: "", reason: "", ...look };
  await store.call("noteAct", { ...said, actor: actor.userId, atMs: clock.now() });
}
