import { SignedLogSuccession } from "#proto";
import { type Clock, type Database, GATEWAY_LIMITS, type Logger } from "#runtime";
import { type OpenedSuccession, openRegisterClient, pinsOf, type RegisterClient } from "#trust";
import { encodeMessage, type Transport } from "#wire";
import type { GatewayConfig } from "../config.ts";
import { evidenceOfStored } from "../evidence.ts";
import {
  type GatewayIdentity,
  type GatewaySigners,
  reloadGatewayKeys,
  unfitness,
} from "../identity.ts";
import type { Duty } from "../instances/duty.ts";
import { refuseOlderLog } from "../known-log.ts";
import { checkStoredLog } from "../log-beginning.ts";
import type { OutboxConsumers } from "../outbox-consumers.ts";
import type { Pipeline } from "../pipeline.ts";
import { dispatch } from "../steps/dispatch.ts";
import type { StatementToKeep } from "../store/succession.ts";
import type { GatewayProcedures } from "../store.ts";
import { RegisterAnnouncer } from "./announcer.ts";
import { RegisterIntake, type RegisterIntakeDeps } from "./register-intake.ts";
import { registerParts } from "./register-parts.ts";
import type { RegisterWatch } from "./register-watch.ts";

/** A store of a gateway, as far as its register needs it. */
type Store = Pick<Database<GatewayProcedures>, "call">;

/**
 * Opens the register a gateway starts with: the newest that it has taken, or that was laid into its
 * folder since. A newer file is a change like any other, and is logged before anything is decided.
 * Before that a store whose log is older than what others know is refused (TP-BACK-8). Throws
 * TracepostError VERIFICATION, KEY_FILE, or DATA_FOLDER where the store holds another log, or
 * lacks one that is known. A log that succeeds another begins here (TP-SUCC-4).
 */
export async function openGatewayRegister(
  config: Pick<GatewayConfig, "dataDir" | "registerFile" | "rootPublicKeyFiles">,
  store: Store,
  clock: Clock,
): Promise<RegisterClient> {
  const kept = await store.call("newestRegister", undefined);
  const pins = await store.call("registerPins", undefined);
  const client = await openRegisterClient({
    file: config.registerFile,
    taken:
      kept === null
        ? undefined
        : { name: `register version ${kept.version} in the store`, bytes: kept.register },
    pins: pins === null ? undefined : { name: "what is pinned in the store", bytes: pins },
    rootPublicKeyFiles: config.rootPublicKeyFiles,
    clock,
  });
  const { bytes: register, digest, view } = client.inForce;
  const toKeep = {
    ...{ version: Number(view.version), digest, register, by: "file" },
    pins: pinsOf(client.inForce) ?? null,
    nowMs: clock.now(),
  };
  await checkStoredLog(await store.call("storedLog", undefined), view, config.dataDir);
  await refuseOlderLog(store, view, config.dataDir);
  const begins = view.successions.at(-1);
  if (kept !== null) await store.call("recordRegister", toKeep);
  else if (begins === undefined) await store.call("keepFirstRegister", toKeep);
  else await store.call("beginLog", { statement: statementOf(begins), register: toKeep });
  return client;
}

function statementOf({ digest, signed, succeedsAtMs }: OpenedSuccession): StatementToKeep {
  return { digest, statement: encodeMessage(SignedLogSuccession, signed), succeedsAtMs };
}

/** What takes and hands on registers of a running gateway is made from. */
export interface GatewayRegisterParts extends Pick<RegisterIntakeDeps, "checkpoints"> {
  readonly client: RegisterClient;
  readonly store: Store;
  readonly identity: GatewayIdentity;
  readonly signers: GatewaySigners;
  readonly transport: Transport;
  readonly pipeline: Pick<Pipeline, "betweenBatches">;
  readonly outboxes: Pick<OutboxConsumers, "follow">;
  readonly resendFirstMs: number;
  readonly duty: Duty;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Makes what hands the register in force on. */
export function createAnnouncer(
  parts: Omit<GatewayRegisterParts, "checkpoints" | "identity" | "outboxes" | "pipeline">,
): RegisterAnnouncer {
  const { client, clock, duty, logger, resendFirstMs, signers, store, transport } = parts;
  return new RegisterAnnouncer({
    register: client.current,
    load: () => store.call("newestRegister", undefined),
    loadVersion: (version) => store.call("loadRegisterVersion", { version }),
    parts: () => registerParts(client),
    evidenceOf: ({ evidence }) =>
      evidence === null ? undefined : evidenceOfStored(evidence, signers.checkpoint),
    signer: () => signers.receipt,
    publish: (outgoing) => transport.publish(dispatch(outgoing)),
    noteAnnounced: (version) => store.call("registerAnnounced", { version }),
    connected: () => transport.connected && duty.isMine,
    clock,
    logger,
    repeatFirstMs: Math.min(resendFirstMs, GATEWAY_LIMITS.registerRepeatMaxMs),
  });
}

/** Makes what takes a new register, and has everything follow it. */
export function createIntake(
  parts: GatewayRegisterParts,
  announcer: RegisterAnnouncer,
  watch: Pick<RegisterWatch, "look">,
): RegisterIntake {
  const { checkpoints, client, clock, identity, logger, outboxes, pipeline, store } = parts;
  return new RegisterIntake({
    ...{ checkpoints, client, clock, logger, store },
    betweenBatches: (work) => pipeline.betweenBatches(work),
    reloadKeys: () => reloadGatewayKeys(identity),
    unfit: (view) => unfitness(identity, view),
    onTaken: async (now) => {
      announcer.changed();
      await watch.look();
      await outboxes.follow(now);
    },
    onFresher: () => announcer.freshened(),
  });
}
