import { afterAll, beforeAll, describe, expect } from "vitest";
import {
  type Participant,
  type ParticipantRegister,
  ParticipantStatus,
  type SigningKey,
} from "#proto";
import { openRegister, RegisterClient } from "#trust";
import {
  type AssembledEnvelope,
  parseDispatch,
  parseOutSubject,
  parseReceipt,
  refusalNameOf,
  sha256,
  toTimestamp,
} from "#wire";
import { attack } from "../support/attack.ts";
import { type GatewayBench, openGatewayBench } from "../support/gateway-bench.ts";
import { type HeaderChanges, headerOf, traceRequest } from "../support/messages.ts";
import { makeParties, type Parties, reissue, withParticipant } from "../support/parties.ts";

// Keys and standings of registers that were, registers that never were, names that are patterns.

const HOUR_MS = 3_600_000;
const IDS = ["NE", "BR", "GH", "AT", "KE"];
const PARTICIPANT = "a hostile participant";
const OPERATOR = "a hostile operator";

let parties: Parties;
let bench: GatewayBench;
/** In force: GH is suspended, AT has another key, KE's was revoked an hour ago. */
let second: Uint8Array;
let client: RegisterClient;

beforeAll(async () => {
  parties = makeParties(IDS.map((id) => ({ id })));
  const [other] = makeParties([{ id: "AT" }]).register.participants;
  const revokedAt = toTimestamp(Date.now() - HOUR_MS);
  const revoked = (key: SigningKey): SigningKey => ({ ...key, revokedAt });
  second = reissue(parties, parties.registerBytes, (register) => {
    const suspended = { status: ParticipantStatus.SUSPENDED };
    const changes: readonly [string, (one: Participant) => Partial<Participant>][] = [
      ["GH", () => suspended],
      ["AT", () => ({ signingKeys: other?.signingKeys ?? [] })],
      ["KE", ({ signingKeys }) => ({ signingKeys: signingKeys.map(revoked) })],
    ];
    let { participants } = register;
    for (const [id, change] of changes) {
      ({ participants } = withParticipant({ ...register, participants }, id, change));
    }
    return { participants };
  });
  bench = await openGatewayBench(parties);
  const opened = openRegister(second, [parties.root.publicKey]);
  if (!opened.ok) throw new TypeError(opened.refusal.detail);
  await bench.change(opened.value);
  const first = { view: opened.value, bytes: second, digest: sha256(second) };
  client = new RegisterClient([parties.root.publicKey], first, { now: () => bench.nowMs });
});

afterAll(async () => {
  await bench.close();
});

/** What the gateway's receipt says of a message: its code, or that it was accepted. */
async function verdictOn(message: AssembledEnvelope): Promise<string> {
  const { sender, messageId } = headerOf(message);
  expect(await bench.send(message)).toBe("ack");
  for (const { data, subject } of bench.published.toReversed()) {
    if (subject !== `tp.in.${sender}.normal.receipt`) continue;
    const parsed = parseDispatch(data, { allowGatewaySender: true });
    const receipt = parsed.ok ? parseReceipt(parsed.value.message) : parsed;
    if (!receipt.ok) continue;
    const item = receipt.value.items.find((one) => one.message?.messageId === messageId);
    if (item !== undefined) return refusalNameOf(item.code) ?? "accepted";
  }
  return "no receipt";
}

const from = (id: string, changes: HeaderChanges = {}) =>
  traceRequest(parties.party(id), ["BR"], { registerVersion: 1n, ...changes });

/** An attack on the gateway that is answered with a code. */
function refusedWith(code: string, what: string, message: () => AssembledEnvelope): void {
  const note = { attacker: PARTICIPANT, attack: what, outcome: "refused" as const };
  attack({ ...note, answer: `gateway: ${code}` }, async () => {
    expect(await verdictOn(message())).toBe(code);
  });
}

describe("a key or a standing of a register that was (TP-GW-4, TP-TRUST-5)", () => {
  refusedWith(
    "KEY_UNKNOWN",
    "signs with a key that was removed, under the register that had it",
    () => from("AT"),
  );
  refusedWith("KEY_UNKNOWN", "signs with a removed key, under the register of today", () =>
    from("AT", { registerVersion: 2n }),
  );
  refusedWith("KEY_REVOKED", "signs with a revoked key, under the register before it", () =>
    from("KE"),
  );
  refusedWith("KEY_REVOKED", "dates a message back to before its key was revoked", () =>
    from("KE", { sentAtMs: Date.now() - 2 * HOUR_MS }),
  );
  refusedWith("NOT_PERMITTED", "sends while suspended, under the register before", () =>
    from("GH"),
  );
  refusedWith(
    "RECIPIENT_SUSPENDED",
    "writes to one that is suspended, under the register before",
    () => traceRequest(parties.party("NE"), ["GH"], { registerVersion: 1n }),
  );
  attack(
    {
      attacker: PARTICIPANT,
      attack: "names a register that there will not be for long",
      outcome: "harmless",
      answer: "judged by the one in force",
    },
    async () => {
      expect(await verdictOn(from("NE", { registerVersion: 4_711n }))).toBe("accepted");
      expect(await verdictOn(from("AT", { registerVersion: 4_711n }))).toBe("KEY_UNKNOWN");
    },
  );
});

/** A register offered to a client that has the second one. */
function refusedRegister(what: string, field: string, register: () => Uint8Array): void {
  const note = { attacker: OPERATOR, attack: what, outcome: "refused" as const };
  attack({ ...note, answer: `register client: ${field}` }, async () => {
    const verdict = client.judge(register());
    expect(verdict.outcome).toBe("refused");
    if (verdict.outcome === "refused") expect(verdict.refusal.field).toBe(field);
    expect(client.current.view().version).toBe(2n);
  });
}

const edited = (edit: (register: ParticipantRegister) => Partial<ParticipantRegister>) =>
  reissue(parties, parties.registerBytes, edit);

describe("a register that is older, or forked (TP-RUN-1, TP-REG-5)", () => {
  refusedRegister("hands the register before out again", "register.version", () => {
    return parties.registerBytes;
  });
  refusedRegister("hands out another register of the same version", "register.version", () =>
    edited((register) => withParticipant(register, "NE", () => ({ legalName: "Somebody else" }))),
  );
  refusedRegister("hands out a newer one that other roots have signed", "register.signatures", () =>
    reissue(makeParties([{ id: "NE" }]), second, () => ({})),
  );
});

describe("names that are patterns (TP-WIRE-5, TP-WIRE-6)", () => {
  for (const name of ["*", ">", "NE.>", "NE*"]) {
    const note = { attacker: PARTICIPANT, outcome: "refused" as const };
    attack({ ...note, attack: `addresses ${name}`, answer: "gateway: MALFORMED" }, async () => {
      const message = traceRequest(parties.party("NE"), [name]);
      const { messageId } = headerOf(message);
      const before = bench.published.length;
      expect(await verdictOn(message)).toBe("MALFORMED");
      const published = bench.published.slice(before);
      expect(published.map(({ subject }) => subject)).toEqual(["tp.in.NE.normal.receipt"]);
      expect(messageId).not.toBe("");
    });
    attack(
      { ...note, attacker: OPERATOR, attack: `admits ${name}`, answer: "register: MALFORMED" },
      async () => {
        const bytes = edited((register) => withParticipant(register, "NE", () => ({ id: name })));
        const opened = openRegister(bytes, [parties.root.publicKey]);
        expect(opened.ok ? "opened" : opened.refusal.code).toBe("MALFORMED");
        expect(parseOutSubject(`tp.out.${name}.normal.trace_request`)).toBeUndefined();
      },
    );
  }
});
