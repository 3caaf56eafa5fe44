import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Disclosed, GapNotice, type Header, Kind, Lane, TraceMove, TraceReply, Void } from "#proto";
import { newMessageId } from "#runtime";
import { type AssembledEnvelope, outSubject, resign, sha256, unsealedPart } from "#wire";
import { AttackedExchange, type Forged, PATIENCE } from "../support/attacked-exchange.ts";
import { headerOf } from "../support/messages.ts";
import { takenApart, withParts } from "../support/sealed-message.ts";

// The same again and again, false books, and messages that make others work (TP-GW-3, TP-POST-11,
// TP-POST-14, TP-POST-16, TP-FP-3).

const STORM = 10_000;
/** Room for a storm on a slow machine. */
const STORM_MS = 240_000;
const DELIVERED = { by: "BR", said: "delivered" };

const exchange = new AttackedExchange();

/** Rows of the gateway's log; each costs somebody disk for ever. */
async function logEntries(): Promise<number> {
  const [row] = await exchange.range.rows<{ count: number }>(
    "gateway",
    "SELECT count(*) AS count FROM log_entries",
  );
  return row?.count ?? -1;
}

describe("a storm", () => {
  exchange.harmless(
    `sends one message ${STORM} times`,
    "one record, one delivery, one effect",
    async () => {
      const message = await exchange.request();
      const { messageId } = headerOf(message);
      const before = await logEntries();
      exchange.expectCase(message);
      await exchange.niger.flood(message.bytes, STORM);
      await exchange.goesOn();
      // Each of the two messages, and BR's receipt for each.
      expect(await logEntries()).toBe(before + 4);
      const attempts = `SELECT d.attempts FROM deliveries d
        JOIN messages m ON d.id / 256 = m.id WHERE m.message_id = ?`;
      expect(await exchange.range.rows("gateway", attempts, messageId)).toEqual([{ attempts: 1 }]);
      const taken = "SELECT receipts_sent AS receipts FROM post_inbox WHERE message_id = ?";
      expect(await exchange.range.rows("receiver", taken, messageId)).toEqual([{ receipts: 1 }]);
      const effects = "SELECT applied FROM trace_effect WHERE message_id = ?";
      expect(await exchange.range.rows("receiver", effects, messageId)).toEqual([{ applied: 1 }]);
    },
    STORM_MS,
  );

  exchange.harmless(
    `sends one forged message ${STORM} times`,
    "one item in quarantine, one log entry",
    async () => {
      const { keyId, sign } = exchange.niger.party.signer;
      const wrong = { keyId, sign: (header: Uint8Array) => sign(sha256(header)) };
      const forged = resign((await exchange.request()).bytes, wrong);
      const before = await logEntries();
      await exchange.niger.flood(forged, STORM);
      await exchange.goesOn();
      expect(await logEntries()).toBe(before + 1 + 2);
      const items = await exchange.range.rows("gateway", "SELECT count FROM quarantine");
      expect(items).toEqual([{ count: STORM }]);
    },
    STORM_MS,
  );
});

describe("subjects that are no kind of message", () => {
  for (const kind of ["*", ">", "no-such-kind", "TRACE-REQUEST"]) {
    exchange.harmless(
      `sends a good message as kind "${kind}"`,
      "no kind of message: the gateway drops it",
      async () => {
        const { bytes, headerDigest } = await exchange.request();
        await exchange.niger.put(bytes, `tp.out.NE.normal.${kind}`);
        await exchange.goesOn();
        expect(exchange.niger.verdictsOn(headerDigest)).toEqual([]);
      },
    );
  }
});

describe("false books", () => {
  /** A message about sequence numbers. */
  async function control(kind: Kind, body: Uint8Array, schema: string): Promise<void> {
    const { header } = takenApart(await exchange.request());
    const plain: Header = {
      ...header,
      kind,
      conversationId: "",
      instrumentBasis: [],
      handling: undefined,
      disclosed: undefined,
    };
    const part = unsealedPart("body", body, schema, "transport");
    const message = withParts(plain, [part], exchange.niger.party);
    await exchange.niger.put(message.bytes, outSubject("NE", Lane.NORMAL, kind));
    expect(await exchange.niger.verdictOn(message.headerDigest)).toMatchObject(DELIVERED);
  }

  const raised = async (kind: string): Promise<number> => {
    const sql = "SELECT total FROM post_incident_total WHERE kind = ?";
    const [row] = await exchange.range.rows<{ total: number }>("receiver", sql, kind);
    return row?.total ?? 0;
  };

  exchange.harmless(
    "closes numbers that it never gave",
    "known as missing in its own sequence",
    async () => {
      const numbers = Array.from({ length: 256 }, (_, at) => ({
        lane: Lane.NORMAL,
        pairSequence: 2n ** 52n + BigInt(at * 2),
        messageId: newMessageId(),
      }));
      await control(Kind.VOID, Void.encode({ numbers }).finish(), "tracepost.v1.Void");
      await exchange.goesOn();
    },
  );

  exchange.harmless(
    "asks for a thousand numbers that nobody gave",
    "nothing is sent, nothing is closed",
    async () => {
      const sent = "SELECT count(*) AS count FROM post_outbox";
      const before = await exchange.range.rows("receiver", sent);
      const missing = [{ lane: Lane.NORMAL, first: 1n, last: 1_000n }];
      const body = GapNotice.encode({ missing }).finish();
      await control(Kind.GAP_NOTICE, body, "tracepost.v1.GapNotice");
      await exchange.goesOn();
      expect(await exchange.range.rows("receiver", sent)).toEqual(before);
    },
  );

  exchange.harmless(
    "gives one number to two messages",
    "authentic, so delivered; raised as SEQUENCE_REUSED",
    async () => {
      const [first, second] = [await exchange.request(), await exchange.request()];
      for (const message of [first, second]) {
        await exchange.niger.put(message.bytes);
        expect(await exchange.niger.verdictOn(message.headerDigest)).toMatchObject(DELIVERED);
      }
      expect(await raised("SEQUENCE_REUSED")).toBe(1);
      exchange.expectCase(first);
      exchange.expectCase(second, { isNumbered: false });
      await exchange.goesOn();
    },
  );

  exchange.harmless(
    "names another message before it than it sent",
    "authentic, so delivered; raised as SEQUENCE_FORKED",
    async () => {
      const before = await raised("SEQUENCE_FORKED");
      const prevPairDigest = sha256(Buffer.from("another one"));
      const message = await exchange.request({ recipient: { prevPairDigest } });
      await exchange.niger.put(message.bytes);
      expect(await exchange.niger.verdictOn(message.headerDigest)).toMatchObject(DELIVERED);
      expect(await raised("SEQUENCE_FORKED")).toBe(before + 1);
      exchange.expectCase(message);
      await exchange.goesOn();
    },
  );
});

describe("moves in a case of somebody else", () => {
  let opened: AssembledEnvelope;

  it("BR has a case of NE", async () => {
    opened = await exchange.request();
    exchange.expectCase(opened);
    await exchange.niger.put(opened.bytes);
    expect(await exchange.niger.verdictOn(opened.headerDigest)).toMatchObject(DELIVERED);
  });

  exchange.rejectedByRecipient(
    "opens another's case again",
    { code: "ILLEGAL_MOVE", field: "header.conversation_id" },
    () => {
      const { conversationId } = headerOf(opened);
      const same = { conversationId };
      return exchange.ghana.request("BR", { header: same, binding: same });
    },
    () => exchange.ghana,
  );

  const subject = outSubject("GH", Lane.NORMAL, Kind.TRACE_REPLY);
  const reply = async (conversationId: string): Promise<Forged> => {
    const kind = Kind.TRACE_REPLY;
    const inReplyTo = {
      originalSender: "BR",
      messageId: newMessageId(),
      headerDigest: sha256(Buffer.of()),
    };
    const content = { $case: "acknowledgement", value: { nationalReference: "x" } } as never;
    const plaintext = TraceReply.encode(TraceReply.create({ content })).finish();
    const schema = "tracepost.v1.TraceReply";
    const { bytes: data } = await exchange.ghana.request("BR", {
      header: {
        kind,
        conversationId,
        inReplyTo,
        disclosed: Disclosed.create({ move: TraceMove.ACKNOWLEDGEMENT }),
      },
      binding: { kind, conversationId },
      parts: [{ name: "body", plaintext, schema, retentionClass: "trace" }],
    });
    return { data, subject };
  };

  exchange.refusedByGateway(
    "answers a question that was not asked",
    { code: "ILLEGAL_MOVE", field: "header.in_reply_to" },
    () => reply(randomUUID()),
    () => exchange.ghana,
  );
  exchange.refusedByGateway(
    "answers in another's case",
    { code: "ILLEGAL_MOVE", field: "header.in_reply_to" },
    () => reply(headerOf(opened).conversationId),
    () => exchange.ghana,
  );
});

describe("a circle", () => {
  exchange.harmless(
    "has its inbox delivered into its own outbox",
    "no circle: a receipt is no envelope",
    async () => {
      const { carrier } = exchange.range;
      await exchange.ghana.stop();
      const ghana = await carrier.raw("GH", "GH");
      const endless = JSON.stringify({ batch: 100_000, expires: 60_000_000_000 });
      const reply = outSubject("GH", Lane.URGENT, Kind.TRACE_REQUEST);
      ghana.publish("$JS.API.CONSUMER.MSG.NEXT.IN.in-urgent", endless, { reply });
      // What is refused is told to GH, in its inbox, and might go out again from there.
      const before = await logEntries();
      const { keyId, sign } = exchange.ghana.party.signer;
      const wrong = { keyId, sign: (header: Uint8Array) => sign(sha256(header)) };
      const request = await exchange.ghana.request("BR");
      await ghana.request(reply, resign(request.bytes, wrong));
      const items = "SELECT count(*) AS count FROM quarantine WHERE participant = 'GH'";
      const kept = async (): Promise<number> =>
        (await exchange.range.rows<{ count: number }>("gateway", items))[0]?.count ?? 0;
      await expect.poll(kept, PATIENCE).toBeGreaterThan(0);
      for (let round = 1; round <= 5; round += 1) {
        await exchange.goesOn();
        // A receipt is no envelope: it would be one item more, which nobody is told of.
        expect(await kept()).toBeLessThanOrEqual(2);
        expect(await logEntries()).toBeLessThanOrEqual(before + 2 + 2 * round);
      }
    },
  );
});
