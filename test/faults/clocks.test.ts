import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { REFUSALS } from "#errors";
import { openPostExchange, type PostExchange, type PostMember } from "../support/post-exchange.ts";

// A clock that is wrong by an hour, and a participant that is away for a week (TP-TRUST-5,
// TP-POST-7, TP-GW-9): what is refused says so, nothing is lost, and it goes on once it is mended.

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What is raised of a receipt whose time cannot be. */
const FORGED = "UNAUTHENTICATED";

let exchange: PostExchange;
let ne: PostMember;
let br: PostMember;

beforeEach(async () => {
  exchange = await openPostExchange(["NE", "BR"]);
  ne = exchange.member("NE");
  br = exchange.member("BR");
});
afterEach(() => exchange.close());

const stateOf = async (id: string): Promise<unknown> =>
  (await ne.rows("SELECT state, code FROM post_outbox WHERE message_id = ?", id))[0];
const appliedAtBrazil = (): Promise<Record<string, unknown>[]> =>
  br.rows("SELECT body, applied FROM effects ORDER BY body");
const statusOf = (member: PostMember) => member.store.call("postStatus", undefined);

const until = (id: string, state: string): Promise<void> =>
  exchange.until(`it is ${state}`, async () => {
    return ((await stateOf(id)) as { state?: string } | undefined)?.state === state;
  });

/** Everything said is settled, no number is missing, and each text had one effect. */
async function reconciled(texts: readonly string[]): Promise<void> {
  await exchange.settled();
  await exchange.until("no number is missing", async () => {
    return (await statusOf(br)).missingNumbers === 0;
  });
  expect(await appliedAtBrazil()).toEqual(texts.toSorted().map((body) => ({ body, applied: 1 })));
}

describe("a participant whose clock is an hour ahead", () => {
  test("is refused with CLOCK_SKEW and what to do, and sends anew once it is right", async () => {
    exchange.setClock("NE", HOUR_MS);
    const early = await ne.send("BR", "too early");
    await until(early, "refused");
    expect(await stateOf(early)).toEqual({ state: "refused", code: "CLOCK_SKEW" });
    expect(REFUSALS.CLOCK_SKEW.remedy).toMatch(/clock/i);
    expect(await appliedAtBrazil()).toEqual([]);
    exchange.setClock("NE", 0);
    await ne.send("BR", "in time");
    await reconciled(["in time"]);
  });

  test("receives all the same", async () => {
    exchange.setClock("BR", HOUR_MS);
    await ne.send("BR", "to one who is ahead");
    await exchange.until("it is there", async () => (await appliedAtBrazil()).length === 1);
    exchange.setClock("BR", 0);
    await reconciled(["to one who is ahead"]);
  });
});

describe("a participant whose clock is an hour behind", () => {
  test("sends and receives, and says of the gateway's receipts that a clock is wrong", async () => {
    exchange.setClock("NE", -HOUR_MS);
    const late = await ne.send("BR", "from the past");
    await until(late, "delivered");
    const raised = await ne.store.call("postIncidents", { limit: 10 });
    expect(raised.map(({ kind, detail }) => ({ kind, detail }))).toEqual([
      { kind: FORGED, detail: "CLOCK_SKEW header.sent_at" },
    ]);
    exchange.setClock("NE", 0);
    const next = await ne.send("BR", "of today");
    await until(next, "delivered");
    await reconciled(["from the past", "of today"]);
    const accepted =
      "SELECT count(*) AS count FROM fates WHERE fate = 'accepted' AND message_id = ?";
    expect(await ne.rows(accepted, next)).toEqual([{ count: 1 }]);
  });
});

describe("a gateway whose clock is wrong", () => {
  test("an hour behind it refuses with CLOCK_SKEW, and takes what is sent once it is right", async () => {
    exchange.setClock("GATEWAY", -HOUR_MS);
    const refused = await ne.send("BR", "refused for the gateway's clock");
    await until(refused, "refused");
    expect(await stateOf(refused)).toEqual({ state: "refused", code: "CLOCK_SKEW" });
    exchange.setClock("GATEWAY", 0);
    await ne.send("BR", "taken");
    await reconciled(["taken"]);
  });

  test("an hour ahead it delivers, and what it says is believed when its time has come", async () => {
    exchange.setClock("GATEWAY", HOUR_MS);
    const expiresAtMs = exchange.time.now() + HOUR_MS / 2;
    const short = await ne.send("BR", "expires within the hour", { expiresAtMs });
    const long = await ne.send("BR", "of a long life");
    await until(long, "delivered");
    // Its receipts are of a time to come: nobody believes them yet, and each says why. There are
    // more than two when a message was sent again meanwhile.
    const raisedTwice = async () => ((await statusOf(ne)).incidents[FORGED] ?? 0) >= 2;
    await exchange.until("it is raised", raisedTwice);
    const [raised] = await ne.store.call("postIncidents", { limit: 1 });
    expect(raised?.detail).toBe("CLOCK_SKEW header.sent_at");
    expect(await stateOf(short)).toEqual({ state: "sealed", code: null });
    exchange.setClock("GATEWAY", 0);
    exchange.time.skip(HOUR_MS);
    await until(short, "refused");
    expect(await stateOf(short)).toEqual({ state: "refused", code: "EXPIRED" });
    await ne.send("BR", "taken");
    await reconciled(["of a long life", "taken"]);
  });
});

describe("a participant that is away for seven days", () => {
  test("gets what waits for it; what has expired is told, and its number is closed", async () => {
    await ne.send("BR", "before");
    await exchange.settled();
    await br.post.stop();
    // The carrier forgets after three days: nothing that is put into an inbox meanwhile stays.
    exchange.carrier.intercept = (publication) =>
      publication.subject.startsWith("tp.in.BR.") ? undefined : publication;
    const texts = ["before"];
    const expired: string[] = [];
    for (let day = 1; day <= 7; day += 1) {
      for (const hour of [9, 15]) {
        await ne.send("BR", `day ${day}, ${hour}:00`);
        texts.push(`day ${day}, ${hour}:00`);
      }
      const expiresAtMs = exchange.time.now() + DAY_MS / 2;
      expired.push(await ne.send("BR", `until the evening of day ${day}`, { expiresAtMs }));
      await exchange.until("all of it is accepted", async () => {
        const open = "SELECT count(*) AS count FROM post_outbox WHERE state IN ('draft', 'sealed')";
        return (await ne.rows(open))[0]?.count === 0;
      });
      exchange.time.skip(DAY_MS);
    }
    for (const id of expired) await until(id, "expired");
    exchange.carrier.intercept = (publication) => publication;
    await br.restart();
    texts.push("after");
    await ne.send("BR", "after");
    await reconciled(texts);
    expect((await statusOf(br)).incidents).toEqual({});
    expect((await statusOf(ne)).incidents).toEqual({});
  }, 120_000);

  test("sends what it wrote meanwhile, and it is taken", async () => {
    exchange.carrier.intercept = (publication) =>
      publication.subject.startsWith("tp.out.NE.") ? undefined : publication;
    for (const day of [1, 2, 3, 4, 5, 6, 7]) {
      await ne.send("BR", `written on day ${day}`);
      exchange.time.skip(DAY_MS);
    }
    exchange.carrier.intercept = (publication) => publication;
    await reconciled([1, 2, 3, 4, 5, 6, 7].map((day) => `written on day ${day}`));
  });
});
