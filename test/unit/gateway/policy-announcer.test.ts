import { beforeEach, describe, expect, test } from "vitest";
import { CurrentPolicy, defaultPolicy } from "#policy";
import { LogEvidence, ParticipantStatus } from "#proto";
import { createLogger, POLICY_LIMITS } from "#runtime";
import { CurrentRegister, createSigner, openRegister, PAYLOAD_TYPES } from "#trust";
import { PolicyAnnouncer } from "../../../gateway/policy/policy-announcer.ts";
import type { OutgoingDispatch } from "../../../gateway/steps/dispatch.ts";
import { makeParties, reissue, withParticipant } from "../../support/parties.ts";

const parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
let register: CurrentRegister;
let policy: CurrentPolicy;
let announcer: PolicyAnnouncer;
let sent: OutgoingDispatch[];
let nowMs: number;
let isAway: boolean;
let policyBytes: Uint8Array;

beforeEach(() => {
  [sent, nowMs, isAway] = [[], Date.now(), false];
  policyBytes = new Uint8Array([1, 2, 3]);
  register = new CurrentRegister(parties.register);
  policy = new CurrentPolicy(defaultPolicy());
  announcer = new PolicyAnnouncer({
    ...{ policy, register, clock: { now: () => nowMs } },
    load: async (version) => {
      const evidence = { entry: policyBytes, index: 0, size: 1, rootHash: policyBytes, path: [] };
      return { version, digest: policyBytes, policy: policyBytes, evidence };
    },
    evidenceOf: () => LogEvidence.create({}),
    signer: () => createSigner(parties.receiptKey, PAYLOAD_TYPES.receipt),
    publish: async (outgoing) => {
      if (isAway && outgoing.recipient === "BR") throw new TypeError("the carrier is away");
      sent.push(outgoing);
    },
    connected: () => true,
    logger: createLogger({ name: "gateway", level: "silent" }),
  });
});

/** Hands on, and says to whom. */
async function handedTo(): Promise<string[]> {
  const before = sent.length;
  await announcer.handOn().catch(() => undefined);
  return sent.slice(before).map(({ recipient }) => recipient);
}

const inForce = (version: bigint): void => policy.replace({ ...defaultPolicy(), version });

describe("handing the routing policy on (TP-POLICY-9)", () => {
  test("everybody gets each version once; of the default policy there is nothing to hand on", async () => {
    expect(await handedTo()).toEqual([]);
    inForce(1n);
    expect(await handedTo()).toEqual(["NE", "BR", "AT"]);
    expect(await handedTo()).toEqual([]);
    inForce(2n);
    expect(await handedTo()).toEqual(["NE", "BR", "AT"]);
  });

  test("who was not reached is tried again, and nobody else", async () => {
    inForce(1n);
    isAway = true;
    expect(await handedTo()).toEqual(["NE", "AT"]);
    isAway = false;
    expect(await handedTo()).toEqual(["BR"]);
  });

  test("who is removed gets none, and who is admitted gets it then", async () => {
    const next = reissue(parties, parties.registerBytes, (one) =>
      withParticipant(one, "AT", () => ({ status: ParticipantStatus.REMOVED })),
    );
    const opened = openRegister(next, [parties.root.publicKey]);
    if (!opened.ok) throw new TypeError(opened.refusal.detail);
    const without = opened.value;
    register.replace(without);
    inForce(1n);
    expect(await handedTo()).toEqual(["NE", "BR"]);
    register.replace({ ...parties.register, version: without.version + 1n });
    expect(await handedTo()).toEqual(["AT"]);
  });

  test("whom a rule refuses gets it again, but not at every refusal", async () => {
    inForce(1n);
    await handedTo();
    announcer.refused("NE");
    expect(await handedTo()).toEqual([]);
    nowMs += POLICY_LIMITS.handAgainMs;
    announcer.refused("NE");
    expect(await handedTo()).toEqual(["NE"]);
  });

  test("one that fits into no message is left to be fetched", async () => {
    inForce(1n);
    policyBytes = new Uint8Array(POLICY_LIMITS.policyBytesMax);
    expect(await handedTo()).toEqual([]);
  });
});
