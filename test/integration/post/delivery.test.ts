import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Kind, Lane, Void } from "#proto";
import { makeParties } from "../../support/parties.ts";
import { alertOf, draftOf } from "../../support/post-drafts.ts";
import {
  openPostExchange,
  type PostExchange,
  type PostMember,
} from "../../support/post-exchange.ts";

let exchange: PostExchange;
let ne: PostMember;
let br: PostMember;

beforeAll(async () => {
  exchange = await openPostExchange(["NE", "BR", "AT"]);
  ne = exchange.member("NE");
  br = exchange.member("BR");
});

afterAll(async () => {
  await exchange.close();
});

const effectsOf = (member: PostMember, messageId: string) =>
  member.rows("SELECT sender, body, applied FROM effects WHERE message_id = ?", messageId);

const fatesOf = (member: PostMember, messageId: string) =>
  member.rows(
    "SELECT fate, recipient, code, count FROM fates WHERE message_id = ? ORDER BY fate, recipient",
    messageId,
  );

const stateOf = async (member: PostMember, messageId: string): Promise<unknown> =>
  (await member.rows("SELECT state FROM post_outbox WHERE message_id = ?", messageId))[0]?.state;

describe("a message", () => {
  test("is opened and stored by its recipient, and its sender holds both receipts", async () => {
    const messageId = await ne.send("BR", "hello");
    await exchange.settled();
    expect(await effectsOf(br, messageId)).toEqual([{ sender: "NE", body: "hello", applied: 1 }]);
    expect(await fatesOf(ne, messageId)).toEqual([
      { fate: "accepted", recipient: "", code: null, count: 1 },
      { fate: "delivered", recipient: "BR", code: null, count: 1 },
    ]);
    const [kept] = await ne.rows(
      "SELECT state, draft, log_index FROM post_outbox WHERE message_id = ?",
      messageId,
    );
    expect(kept).toMatchObject({ state: "delivered", draft: null });
    expect(kept?.log_index).toEqual(expect.any(Number));
  });

  test("carries the next sequence number of its pair and the digest of the one before", async () => {
    const first = await ne.send("AT", "one");
    const second = await ne.send("AT", "two");
    await exchange.settled();
    const [one] = await exchange
      .member("AT")
      .rows("SELECT pair_sequence FROM post_inbox WHERE message_id = ?", first);
    const [two] = await exchange
      .member("AT")
      .rows("SELECT pair_sequence FROM post_inbox WHERE message_id = ?", second);
    expect(Number(two?.pair_sequence)).toBe(Number(one?.pair_sequence) + 1);
    const status = await exchange.member("AT").store.call("postStatus", undefined);
    expect(status.incidents).toEqual({});
    expect(status.missingNumbers).toBe(0);
  });

  test("drafted beside a VOID names the message before it, not the VOID", async () => {
    const at = exchange.member("AT");
    const nowMs = exchange.time.now();
    const body = Void.encode({
      numbers: [{ lane: Lane.NORMAL, pairSequence: 1n, messageId: randomUUID() }],
    }).finish();
    const voided = {
      kind: Kind.VOID,
      conversationId: "",
      disclosed: undefined as never,
      parts: [
        { name: "body", plaintext: body, schema: "tracepost.v1.Void", retentionClass: "transport" },
      ],
    } as const;
    // Drafted before the sealing loop is told of any of them: they are sealed as one batch.
    await ne.store.call("draft", draftOf("NE", ["AT"], "before", nowMs));
    await ne.store.call("draft", { ...draftOf("NE", ["AT"], "", nowMs), ...voided });
    await ne.store.call("draft", draftOf("NE", ["AT"], "after", nowMs));
    ne.post.noteDrafted();
    await exchange.settled();
    expect((await at.store.call("postStatus", undefined)).incidents).toEqual({});
  });

  test("to several recipients is delivered to each and ends with the last receipt", async () => {
    const messageId = await ne.send(["BR", "AT"], "to all", alertOf("to all"));
    await exchange.settled();
    expect(await effectsOf(br, messageId)).toHaveLength(1);
    expect(await effectsOf(exchange.member("AT"), messageId)).toHaveLength(1);
    expect((await fatesOf(ne, messageId)).map((row) => `${row.fate} ${row.recipient}`)).toEqual([
      "accepted ",
      "delivered AT",
      "delivered BR",
    ]);
  });

  test("whose body its recipient rejects ends as rejected with the code, and leaves no gap", async () => {
    const messageId = await ne.send("BR", "bad body");
    await exchange.settled();
    expect(await stateOf(ne, messageId)).toBe("rejected");
    expect(await fatesOf(ne, messageId)).toContainEqual({
      fate: "rejected",
      recipient: "BR",
      code: "BODY_INVALID",
      count: 1,
    });
    expect(await effectsOf(br, messageId)).toEqual([]);
    expect((await br.store.call("postStatus", undefined)).missingNumbers).toBe(0);
  });

  test("that the recipient's store refuses has no effect and ends as rejected (TP-POST-8)", async () => {
    const messageId = await ne.send("BR", "refuse in the store");
    await exchange.settled();
    expect(await stateOf(ne, messageId)).toBe("rejected");
    expect(await effectsOf(br, messageId)).toEqual([]);
  });

  test("that the gateway refuses ends as refused, a VOID closes its number (TP-POST-9)", async () => {
    const nowMs = exchange.time.now();
    const times = { nowMs: nowMs - 20_000, expiresAtMs: nowMs - 10_000 };
    const refused = await ne.send("BR", "too late", times);
    const next = await ne.send("BR", "in time");
    await exchange.settled();
    expect(await stateOf(ne, refused)).toBe("refused");
    expect(await fatesOf(ne, refused)).toContainEqual({
      fate: "refused",
      recipient: "BR",
      code: "EXPIRED",
      count: 1,
    });
    expect(await effectsOf(br, next)).toHaveLength(1);
    const holes = () => br.store.call("postStatus", undefined);
    await exchange.until("the VOID has closed the number", async () => {
      return (await holes()).missingNumbers === 0;
    });
    const [closed] = await ne.rows(
      "SELECT void_message_id FROM post_outbox_recipient WHERE message_id = ?",
      refused,
    );
    expect(await stateOf(ne, String(closed?.void_message_id))).toBe("delivered");
  });

  test("to nobody in the register is refused at home, before anything is sent", async () => {
    const messageId = await ne.send("ZZ", "nobody");
    await exchange.until("it is refused", async () => (await stateOf(ne, messageId)) === "refused");
    expect(await fatesOf(ne, messageId)).toEqual([
      { fate: "refused", recipient: "ZZ", code: "RECIPIENT_UNKNOWN", count: 1 },
    ]);
    const [kept] = await ne.rows(
      "SELECT attempts FROM post_outbox WHERE message_id = ?",
      messageId,
    );
    expect(kept?.attempts).toBe(0);
  });
});

describe("a key that the gateway does not know yet (TP-POST-6)", () => {
  test("delays the message, which goes out under the known key with the same header", async () => {
    const known = ne.signer;
    const stranger = makeParties([{ id: "NE" }]).party("NE").signer;
    ne.signer = stranger;
    const messageId = await ne.send("BR", "signed too early");
    const refusals = () =>
      ne.rows("SELECT code, resign, state FROM post_outbox WHERE message_id = ?", messageId);
    await exchange.until("it is refused for now", async () => {
      return (await refusals())[0]?.code === "KEY_UNKNOWN";
    });
    expect(await refusals()).toMatchObject([{ state: "sealed", resign: 1 }]);
    ne.signer = known;
    await exchange.settled();
    expect(await stateOf(ne, messageId)).toBe("delivered");
    expect(await effectsOf(br, messageId)).toMatchObject([{ applied: 1 }]);
  });
});

describe("a service that ends in between (TP-POST-17)", () => {
  test("sends after its restart what it had only drafted", async () => {
    await ne.post.stop();
    const draft = await ne.send("BR", "drafted before the end");
    await ne.restart();
    await exchange.settled();
    expect(await effectsOf(br, draft)).toHaveLength(1);
  });

  test("never uses a transport id twice", async () => {
    const seen = new Map<string, number>();
    exchange.carrier.intercept = (publication) => {
      if (publication.subject.startsWith("tp.out.NE")) {
        seen.set(publication.transportId, (seen.get(publication.transportId) ?? 0) + 1);
        // Taken by the carrier and lost: what a restart must not repeat under the same id.
        return seen.size <= 2 ? undefined : publication;
      }
      return publication;
    };
    const messageId = await ne.send("BR", "lost twice");
    await exchange.until("it was published", async () => seen.size >= 1);
    await ne.restart();
    await exchange.until("it was published again", async () => seen.size >= 2);
    await ne.restart();
    await exchange.settled();
    exchange.carrier.intercept = (publication) => publication;
    expect(await effectsOf(br, messageId)).toHaveLength(1);
    expect([...seen.values()].every((count) => count === 1)).toBe(true);
    expect([...seen.keys()].filter((id) => id.startsWith(messageId))).toContain(`${messageId}.3`);
  });
});

describe("a carrier that is away", () => {
  test("delays messages and loses none", async () => {
    exchange.carrier.setConnected(false);
    const messageId = await ne.send("BR", "waits");
    await exchange.until("it is sealed", async () => (await stateOf(ne, messageId)) === "sealed");
    expect(await effectsOf(br, messageId)).toEqual([]);
    exchange.carrier.setConnected(true);
    await exchange.settled();
    expect(await effectsOf(br, messageId)).toHaveLength(1);
  });
});

describe("what is lost on the way (TP-POST-15)", () => {
  test("is sent again until the recipient's signed receipt is there", async () => {
    let lost = 0;
    exchange.carrier.intercept = (publication) => {
      const isReceipt = publication.subject === "tp.out.BR.normal.receipt";
      if (!isReceipt || lost >= 2) return publication;
      lost += 1;
      return undefined;
    };
    const messageId = await ne.send("BR", "receipts get lost");
    await exchange.until(
      "it is delivered",
      async () => (await stateOf(ne, messageId)) === "delivered",
    );
    exchange.carrier.intercept = (publication) => publication;
    expect(lost).toBe(2);
    expect(await effectsOf(br, messageId)).toMatchObject([{ applied: 1 }]);
  });

  test("is asked for by its recipient once a later message shows the hole", async () => {
    let notices = 0;
    let dropped = "";
    exchange.carrier.intercept = (publication) => {
      if (publication.subject === "tp.out.BR.normal.gap-notice") notices += 1;
      const isRequest = publication.subject === "tp.in.BR.normal.trace-request";
      const id = publication.transportId.split(".")[0] ?? "";
      if (isRequest && dropped === "") dropped = id;
      return isRequest && notices === 0 && id === dropped ? undefined : publication;
    };
    const first = await ne.send("BR", "falls into a hole");
    await exchange.until("it was lost", async () => dropped === first);
    const second = await ne.send("BR", "shows the hole");
    await exchange.until("both are there", async () => {
      return (await effectsOf(br, first)).length + (await effectsOf(br, second)).length === 2;
    });
    await exchange.settled();
    exchange.carrier.intercept = (publication) => publication;
    expect(notices).toBeGreaterThan(0);
    expect((await br.store.call("postStatus", undefined)).missingNumbers).toBe(0);
  });
});
