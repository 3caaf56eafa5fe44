import { readFile } from "node:fs/promises";
import { TracepostError } from "#errors";
import {
  CurrentPolicy,
  defaultPolicy,
  loadPolicy,
  openPolicy,
  type PolicySigners,
  type VerifiedPolicy,
} from "#policy";
import { type Clock, type Database, type Logger, POLICY_LIMITS } from "#runtime";
import { type CurrentRegister, loadPublicKey } from "#trust";
import { equalBytes, sha256 } from "#wire";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { GatewayConfig } from "./config.ts";
import type { PolicyKept } from "./store/policies.ts";
import type { GatewayProcedures } from "./store.ts";

/** A store of a gateway, as far as its policy needs it. */
type Store = Pick<Database<GatewayProcedures>, "call">;

/** What a policy is read from and verified with. */
type PolicyPlace = Pick<GatewayConfig, "policyFile" | "policyThreshold" | "rootPublicKeyFiles">;

/** What the policy of a running gateway is kept with. */
export interface PolicyKeeperDeps {
  readonly place: PolicyPlace;
  readonly current: CurrentPolicy;
  readonly register: CurrentRegister;
  readonly store: Store;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  /** Runs work between two batches of the pipeline. */
  readonly betweenBatches: (work: () => Promise<void>) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Opens the policy a gateway starts with (TP-POLICY-7): the newer of the one it has taken and the
 * one in its folder; without either the default policy. Throws TracepostError VERIFICATION for a
 * file that the root keys did not sign.
 */
export async function openGatewayPolicy(place: PolicyPlace, store: Store): Promise<CurrentPolicy> {
  const signers = await signersOf(place);
  const kept = await store.call("newestPolicy", undefined);
  const taken = kept === null ? undefined : openKept(kept.policy, signers);
  const laid = place.policyFile === undefined ? undefined : await loadLaid(place, signers);
  const newest = [taken, laid]
    .flatMap((one) => one ?? [])
    .toSorted((one, other) => Number(other.policy.version - one.policy.version))[0];
  return new CurrentPolicy(newest?.policy ?? defaultPolicy());
}

async function loadLaid(
  { policyFile = "", rootPublicKeyFiles }: PolicyPlace,
  { threshold }: PolicySigners,
): Promise<VerifiedPolicy> {
  return await loadPolicy(policyFile, { rootPublicKeyFiles, threshold });
}

function openKept(bytes: Uint8Array, signers: PolicySigners): VerifiedPolicy {
  const opened = openPolicy(bytes, signers);
  if (opened.ok) return opened.value;
  throw new TracepostError("VERIFICATION", "the policy in the store does not open", {
    problems: [`${opened.refusal.field} ${opened.refusal.detail}`],
    remedy: "Compare the root keys with those it was signed by; keep the store as it is.",
  });
}

async function signersOf(place: PolicyPlace): Promise<PolicySigners> {
  const keys = await Promise.all(place.rootPublicKeyFiles.map((file) => loadPublicKey(file)));
  return { keys, threshold: place.policyThreshold ?? keys.length };
}

/**
 * Follows the policy file of a running gateway (TP-POLICY-7): a higher version that verifies is
 * stored and logged between two batches, then in force; anything else changes nothing and is said
 * once. What fails after the transaction is made good by the next start.
 */
export class PolicyKeeper {
  readonly #deps: PolicyKeeperDeps;
  #seen: Uint8Array = new Uint8Array();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: PolicyKeeperDeps) {
    this.#deps = deps;
  }

  /** Takes what it began with into the store and the log, and looks again from time to time. */
  async start(): Promise<void> {
    await this.look();
    if (this.#deps.place.policyFile === undefined) return;
    this.#timer = setInterval(() => {
      this.#looking ??= this.look().finally(() => {
        this.#looking = undefined;
      });
    }, POLICY_LIMITS.lookMs);
  }

  /** Ends looking; finishes what it takes. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Looks at the file once. Never throws: what is wrong with it leaves the policy as it is. */
  async look(): Promise<void> {
    const { logger, place } = this.#deps;
    if (place.policyFile === undefined) return;
    try {
      const bytes = await readFile(place.policyFile);
      if (equalBytes(bytes, this.#seen)) return;
      this.#seen = bytes;
      await this.#take(bytes);
    } catch (caught) {
      logger.error({ err: caught }, "the policy file could not be taken; the policy stays");
    }
  }

  async #take(bytes: Uint8Array): Promise<void> {
    const { betweenBatches, checkpoints, current, logger } = this.#deps;
    const opened = openPolicy(bytes, await signersOf(this.#deps.place));
    if (!opened.ok) {
      const { code, detail, field } = opened.refusal;
      logger.error({ code, field, detail }, "the policy file is refused; the policy stays");
      return;
    }
    const { policy } = opened.value;
    const version = Number(policy.version);
    let kept: PolicyKept = { type: "lower" };
    await betweenBatches(async () => {
      kept = await this.#keep(version, bytes);
      if (kept.type === "kept") checkpoints.note(kept);
      if (kept.type === "kept" && policy.version > current.view().version) current.replace(policy);
    });
    const type = (kept as PolicyKept).type;
    if (type === "kept") logger.info({ version }, "the routing policy is in force");
    if (type === "lower") logger.error({ version }, "an older policy, or another of its version");
  }

  async #keep(version: number, policy: Uint8Array): Promise<PolicyKept> {
    const { clock, register, store } = this.#deps;
    return await store.call("keepPolicy", {
      version,
      digest: sha256(policy),
      policy,
      nowMs: clock.now(),
      registerVersion: Number(register.view().version),
    });
  }
}
