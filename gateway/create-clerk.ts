import { DisposalClerk, type DisposalClerkDeps } from "#disposal";
import type { Clock, Database, Logger } from "#runtime";
import type { CurrentRegister } from "#trust";
import type { HeaderSigner } from "#wire";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { Duty } from "./instances/duty.ts";
import type { GatewayProcedures } from "./store.ts";

/** Disposes of records; each certificate is an entry of the log (TP-DISP-7). */
export function createClerk({
  checkpoints,
  duty,
  register,
  signers,
  store,
  ...deps
}: {
  readonly store: Pick<Database<GatewayProcedures>, "call" | "scrub">;
  readonly duty: Pick<Duty, "isMine">;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  readonly register: Pick<CurrentRegister, "view">;
  readonly signers: { readonly disposal: HeaderSigner };
  readonly clock: Clock;
  readonly logger: Logger;
} & Partial<Pick<DisposalClerkDeps, "elapsedMs" | "pauseMs">>): DisposalClerk {
  return new DisposalClerk({
    ...deps,
    ...{ store, where: "gateway", signer: () => signers.disposal, isOurs: () => duty.isMine },
    disposeBatch: async (wish) => {
      const registerVersion = Number(register.view().version);
      const done = await store.call("disposeBatch", { ...wish, registerVersion });
      if (done.type === "disposed") checkpoints.note(done.head);
      return done;
    },
  });
}
