import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callApi } from "#http";
import { type ParticipantRegister, Priority, RevocationReason } from "#proto";
import { generateSigningKey } from "#trust";
import { toTimestamp } from "#wire";
import { reissue, withParticipant } from "../../support/parties.ts";
import {
  openPostExchange,
  type PostExchange,
  type PostMember,
} from "../../support/post-exchange.ts";

let exchange: PostExchange;
let ne: PostMember;
let br: PostMember;

beforeEach(async () => {
  exchange = await openPostExchange(["NE", "BR", "AT"]);
  ne = exchange.member("NE");
  br = exchange.member("BR");
});

afterEach(async () => {
  await exchange.close();
});

/** The next version, with NE's key revoked as of now. */
function withoutKeyOfNe(register: ParticipantRegister): Partial<ParticipantRegister> {
  return withParticipant(register, "NE", ({ signingKeys }) => ({
    signingKeys: signingKeys.map((key) => ({
      ...key,
      revokedAt: toTimestamp(exchange.time.now() - 1),
    })),
  }));
}

async function states(member: PostMember): Promise<string[]> {
  const rows = await member.rows(
    "SELECT state FROM post_outbox_recipient WHERE pair_sequence > 0 ORDER BY message_id",
  );
  return rows.map(({ state }) => String(state));
}

const next = (edit: (register: ParticipantRegister) => Partial<ParticipantRegister> = () => ({})) =>
  reissue(exchange.parties, exchange.parties.registerBytes, edit);

async function everybodyHas(version: bigint): Promise<void> {
  await exchange.until(`everybody has version ${version}`, async () =>
    ["NE", "BR", "AT"].every((id) => exchange.member(id).client.current.view().version === version),
  );
}

describe("a register that is published while the exchange runs (TP-RUN-3)", () => {
  test("is logged, in force at the gateway, and handed on to everybody, who keeps it", async () => {
    const register = next();
    expect(await exchange.publish(register)).toMatchObject({ outcome: "taken", version: "2" });
    await everybodyHas(2n);
    for (const id of ["NE", "BR", "AT"]) {
      expect(exchange.member(id).kept.map((one) => Buffer.compare(one, register))).toEqual([0]);
    }
    expect(await exchange.publish(register)).toEqual({ outcome: "known", version: "2" });
  });

  test("may only go up, and only with the root keys' signature", async () => {
    const register = next();
    await exchange.publish(register);
    const problemOf = async (bytes: Uint8Array): Promise<string> =>
      await exchange.publish(bytes).then(
        () => "none",
        (caught: { problems?: string[] }) => String(caught.problems),
      );
    expect(await problemOf(exchange.parties.registerBytes)).toContain("is 1; 2 is in force");
    const forked = next((one) => ({
      issuedAt: toTimestamp(exchange.time.now()),
      groups: one.groups,
    }));
    expect(await problemOf(forked)).toContain("another register 2");
    const foreign = reissue({ root: generateSigningKey() as never }, register, () => ({}));
    expect(await problemOf(foreign)).toContain("lack one of a root key");
  });

  test("tells the operator who has it, by what participants name in their headers", async () => {
    await exchange.publish(next());
    await everybodyHas(2n);
    await ne.send("BR", "one");
    await exchange.settled();
    const shown = await callApi<{ participants: { id: string; version?: string }[] }>(
      exchange.door,
      {
        method: "GET",
        path: "/v1/register",
        timeoutMs: 10_000,
      },
    );
    const versions = new Map(shown.participants.map(({ id, version }) => [id, version]));
    expect(versions.get("NE")).toBe("2");
    expect(versions.get("BR")).toBe("2");
  });
});

describe("a participant (TP-RUN-4)", () => {
  test("that was away takes it when it is back", async () => {
    await br.post.stop();
    await exchange.publish(next());
    await br.restart();
    await everybodyHas(2n);
  });

  test("takes no register that was not logged", async () => {
    const parted = next((register) =>
      withParticipant(register, "AT", () => ({ legalName: "Shown to BR alone" })),
    );
    const refusal = await br.registers.take({ register: parted, evidence: undefined });
    expect(refusal).toMatchObject({ code: "NOT_LOGGED" });
    expect(br.client.current.view().version).toBe(1n);
  });

  test("fetches it when a peer's sealed message names a newer one (TP-RUN-5)", async () => {
    const register = next();
    br.fetch = async () => register;
    exchange.carrier.intercept = (one) =>
      one.subject === "tp.in.BR.urgent.register" ? undefined : one;
    await exchange.publish(register);
    await exchange.until("NE has it", async () => ne.client.current.view().version === 2n);
    await ne.send("BR", "under the newer one");
    await exchange.settled();
    await exchange.until("BR has it", async () => br.client.current.view().version === 2n);
  });
});

describe("a register that nobody renews (TP-REG-3, TP-RUN-20)", () => {
  const DAY_MS = 86_400_000;
  const lasting = (ms: number) => (one: ParticipantRegister) => ({
    issuedAt: one.issuedAt,
    expiresAt: toTimestamp(exchange.time.now() + ms),
  });
  const refusals = "SELECT code FROM post_outbox WHERE code = 'REGISTER_EXPIRED'";

  test("refuses what begins, lets answers go, then waits with all until the next one", async () => {
    const second = next(lasting(2 * DAY_MS));
    await exchange.publish(second);
    await everybodyHas(2n);
    exchange.time.skip(3 * DAY_MS);
    await ne.send("BR", "a request in grace");
    await exchange.until("NE is told", async () => (await ne.rows(refusals)).length === 1);
    await ne.send("BR", "an urgent one", { priority: Priority.URGENT });
    await exchange.settled();
    expect(await states(ne)).toEqual(["refused", "delivered"]);
    exchange.time.skip(31 * DAY_MS);
    await ne.send("BR", "after all is closed", { priority: Priority.URGENT });
    expect(await exchange.publish(reissue(exchange.parties, second, lasting(9 * DAY_MS)))).toEqual(
      expect.objectContaining({ version: "3" }),
    );
    await exchange.settled();
    expect(await states(ne)).toEqual(["refused", "delivered", "delivered"]);
    const summary = await callApi<{
      register: { standing: string };
      openEvents: { kind: string }[];
    }>(exchange.door, { method: "GET", path: "/v1/summary", timeoutMs: 10_000 });
    expect(summary.register.standing).toBe("fresh");
    expect(summary.openEvents.map(({ kind }) => kind)).toContain("REGISTER_EXPIRY");
  });
});

describe("messages under way while the register changes", () => {
  test("arrive, whatever version they were made under", async () => {
    const sent: string[] = [];
    for (let round = 1; round <= 5; round += 1) {
      for (let count = 0; count < 6; count += 1)
        sent.push(await ne.send("BR", `${round}.${count}`));
      const before = br.client.inForce.bytes;
      if (round < 5) await exchange.publish(reissue(exchange.parties, before, () => ({})));
      await everybodyHas(BigInt(Math.min(round + 1, 5)));
    }
    await exchange.settled();
    expect(await states(ne)).toEqual(sent.map(() => "delivered"));
    expect(await br.rows("SELECT count(*) AS n FROM post_incident")).toEqual([{ n: 0 }]);
  });

  test("wait once the key that signs them is revoked, and are never delivered under it", async () => {
    await ne.send("BR", "before");
    await exchange.settled();
    await exchange.publish(next(withoutKeyOfNe));
    await ne.send("BR", "after");
    const refused = "SELECT state, code FROM post_outbox WHERE code = 'KEY_REVOKED'";
    await exchange.until("NE is told", async () => (await ne.rows(refused)).length > 0);
    expect(await ne.rows(refused)).toEqual([{ state: "sealed", code: "KEY_REVOKED" }]);
    expect(await states(ne)).toEqual(["delivered", "open"]);
  });
});

describe("a key that was compromised before it was found out (TP-KEY-8)", () => {
  const FLAGGED = `SELECT e.body FROM post_signed_by s JOIN effects e USING (sender, message_id)
    WHERE s.flagged = 1 ORDER BY e.body`;
  const receipts = "SELECT count(*) AS n FROM post_signed_by WHERE flagged = 1";

  /** The register that says since when NE's key was not NE's alone; revoked as of now. */
  const compromised = (bytes: Uint8Array, sinceMs: number): Uint8Array =>
    reissue(exchange.parties, bytes, (register) =>
      withParticipant(register, "NE", ({ signingKeys }) => ({
        signingKeys: signingKeys.map((key) => ({
          ...key,
          revokedAt: key.revokedAt ?? toTimestamp(exchange.time.now()),
          revocationReason: RevocationReason.COMPROMISED,
          compromisedAt: toTimestamp(sinceMs),
        })),
      })),
    );

  async function flagsAre(bodies: readonly string[]): Promise<void> {
    await exchange.until(`${bodies} are flagged`, async () => {
      const found = (await br.rows(FLAGGED)).map(({ body }) => body);
      return JSON.stringify(found) === JSON.stringify(bodies);
    });
  }

  test("flags what came under it, and what comes, and drops none of it", async () => {
    await ne.send("BR", "a: before the theft");
    await exchange.settled();
    exchange.time.skip(60_000);
    const stolenAtMs = exchange.time.now();
    exchange.time.skip(60_000);
    await ne.send("BR", "b: under the stolen key");
    await br.send("NE", "an answer, whose receipt NE signs");
    await exchange.settled();
    exchange.time.skip(60_000);
    await br.post.stop();
    await ne.send("BR", "c: recorded in time, delivered late");
    const accepted = "SELECT count(*) AS n FROM post_outbox WHERE state = 'accepted'";
    await exchange.until("it is recorded", async () => (await ne.rows(accepted))[0]?.n === 1);
    const second = compromised(exchange.parties.registerBytes, stolenAtMs);
    await exchange.publish(second);
    await br.restart();
    await everybodyHas(2n);
    await flagsAre(["b: under the stolen key", "c: recorded in time, delivered late"]);
    expect(await br.rows("SELECT count(*) AS n FROM effects WHERE applied = 1")).toEqual([
      { n: 3 },
    ]);
    expect(await br.rows(receipts)).toEqual([{ n: 3 }]);
    const raised = "SELECT kind, sender, count FROM post_incident WHERE kind = 'KEY_COMPROMISED'";
    expect(await br.rows(raised)).toEqual([{ kind: "KEY_COMPROMISED", sender: "NE", count: 3 }]);
    const summary = await callApi<{ openEvents: { kind: string; participant: string }[] }>(
      exchange.door,
      { method: "GET", path: "/v1/summary", timeoutMs: 10_000 },
    );
    expect(summary.openEvents).toContainEqual(expect.objectContaining({ kind: "KEY_COMPROMISED" }));
    // The register owns the date: a later one takes flags away again.
    await exchange.publish(compromised(second, exchange.time.now()));
    await everybodyHas(3n);
    await flagsAre([]);
  });
});
