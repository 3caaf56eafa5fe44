import { readFile } from "node:fs/promises";
import { accepted, type Refusal, TracepostError } from "#errors";
import {
  CurrentPolicy,
  defaultPolicy,
  openPolicy,
  parsePolicyFile,
  type VerifiedPolicy,
} from "#policy";
import { type Clock, type Database, type Logger, POLICY_LIMITS } from "#runtime";
import type { RegisterClient, RootSigners } from "#trust";
import { equalBytes, sha256 } from "#wire";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { GatewayConfig } from "../config.ts";
import { followSigned } from "../follow-signed.ts";
import { rootSignersOf } from "../root-signers.ts";
import type { SignedKept } from "../store/keep-signed.ts";
import type { GatewayProcedures } from "../store.ts";
import type { WatchedFile } from "../watched-file.ts";

/** A store of a gateway, as far as its policy needs it. */
type Store = Pick<Database<GatewayProcedures>, "call">;

/** What a policy is read from and verified with. */
type PolicyPlace = Pick<GatewayConfig, "policyFile" | "policyThreshold">;

/** Who signs policies, by the register in force. */
type Signing = Pick<RegisterClient, "current" | "rootKeys" | "rootKeysEver">;

/** What the policy of a running gateway is kept with. */
export interface PolicyKeeperDeps {
  readonly place: PolicyPlace;
  readonly current: CurrentPolicy;
  /** What of the policy file was judged before; default: nothing. */
  readonly seen?: Uint8Array | undefined;
  readonly client: Signing;
  readonly store: Store;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  /** Runs work between two batches of the pipeline. */
  readonly betweenBatches: (work: () => Promise<void>) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The policy of a gateway that starts, and the file it was laid in. */
export interface OpenedPolicy {
  readonly current: CurrentPolicy;
  /** Bytes of the policy file that need no second look; undefined without one. */
  readonly seen: Uint8Array | undefined;
}

/** What the policy of a gateway that starts is opened with. */
type OpeningDeps = Pick<PolicyKeeperDeps, "checkpoints" | "client" | "clock" | "place" | "store">;

/**
 * Opens the policy a gateway starts with (TP-POLICY-7): the newer of the one it has taken and the
 * one in its folder; without either the default policy. A newer file is stored and logged before it
 * is in force, and each is verified once. Throws TracepostError VERIFICATION for a file that the
 * root keys did not sign; a fault of the store ends the start.
 */
export async function openGatewayPolicy(deps: OpeningDeps): Promise<OpenedPolicy> {
  const { client, place, store } = deps;
  const signers = rootSignersOf(place, client);
  // What was taken may be signed by root keys of before (TP-KEY-3).
  const ever = { ...signers, keys: client.rootKeysEver };
  const kept = await store.call("newestPolicy", undefined);
  const seen = place.policyFile === undefined ? undefined : await readLaid(place.policyFile);
  const laid = seen === undefined ? undefined : parsePolicyFile(seen);
  const isNewer =
    laid !== undefined &&
    !(laid.ok && kept !== null && laid.value.version.version <= BigInt(kept.version));
  if (seen === undefined || !isNewer) {
    const policy = kept === null ? defaultPolicy() : openKept(kept.policy, ever).policy;
    const isKept = kept !== null && seen !== undefined && equalBytes(kept.policy, seen);
    return { current: new CurrentPolicy(policy), seen: isKept ? seen : undefined };
  }
  const opened = openPolicy(seen, signers);
  if (!opened.ok) throw notSigned(place.policyFile ?? "", opened.refusal);
  const keeping = await keep(deps, Number(opened.value.policy.version), seen);
  if (keeping.type === "kept") deps.checkpoints.note(keeping);
  return { current: new CurrentPolicy(opened.value.policy), seen };
}

async function readLaid(file: string): Promise<Uint8Array> {
  return await readFile(file).catch((caught: unknown) => {
    throw new TracepostError("VERIFICATION", `${file} cannot be read`, {
      cause: caught,
      remedy: FETCH_AGAIN,
    });
  });
}

const FETCH_AGAIN = "Fetch the policy again from the secretariat; do not decide by this one.";

function notSigned(file: string, { code, detail, field }: Refusal): TracepostError {
  return new TracepostError("VERIFICATION", `${file} is no policy signed by the root keys`, {
    problems: [`${field} ${detail} (${code})`],
    remedy: FETCH_AGAIN,
  });
}

function openKept(bytes: Uint8Array, signers: RootSigners): VerifiedPolicy {
  const opened = openPolicy(bytes, signers);
  if (opened.ok) return opened.value;
  throw new TracepostError("VERIFICATION", "the policy in the store does not open", {
    problems: [`${opened.refusal.field} ${opened.refusal.detail}`],
    remedy: "Compare the root keys with those it was signed by; keep the store as it is.",
  });
}

/** Stores and logs a version, in one transaction. */
async function keep(
  { client, clock, store }: Pick<OpeningDeps, "client" | "clock" | "store">,
  version: number,
  policy: Uint8Array,
): Promise<SignedKept> {
  return await store.call("keepPolicy", {
    version,
    digest: sha256(policy),
    policy,
    nowMs: clock.now(),
    registerVersion: Number(client.current.view().version),
  });
}

/** Follows the policy file of a running gateway (TP-POLICY-7). */
export function followPolicy(deps: PolicyKeeperDeps): WatchedFile {
  const { betweenBatches, checkpoints, client, current, logger, place, seen } = deps;
  return followSigned({
    ...{ what: "policy", name: "routing policy", file: place.policyFile, seen },
    ...{ everyMs: POLICY_LIMITS.lookMs, logger, checkpoints, betweenBatches },
    open: (bytes) => {
      const opened = openPolicy(bytes, rootSignersOf(place, client));
      return opened.ok ? accepted(opened.value.policy) : opened;
    },
    keep: (version, bytes) => keep(deps, version, bytes),
    inForce: () => current.view(),
    putInForce: (next) => current.replace(next),
  });
}
