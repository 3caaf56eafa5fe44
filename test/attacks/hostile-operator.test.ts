import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect } from "vitest";
import {
  Dispatch,
  EntryKind,
  Envelope,
  Header,
  Kind,
  Lane,
  type LogEvidence,
  ReceiptItem,
  ReceiptType,
  RefusalCode,
} from "#proto";
import { newMessageId } from "#runtime";
import { createSigner, PAYLOAD_TYPES } from "#trust";
import {
  buildReceipt,
  GATEWAY_SENDER,
  type HeaderSigner,
  headerDigest,
  inSubject,
  type Publication,
  resign,
} from "#wire";
import { type AttackNote, attack } from "../support/attack.ts";
import { forgeDispatch, forgeEvidence } from "../support/forged-dispatch.ts";
import { openPostExchange, type PostExchange, type PostMember } from "../support/post-exchange.ts";

// Whoever runs the hub has its keys, its log and the carrier, and no participant's key. What the
// participants can tell, they must (TP-POST-7, TP-POST-10, TP-POST-13, TP-POST-18).

const REQUESTS = inSubject("BR", Lane.NORMAL, Kind.TRACE_REQUEST);
const RECEIPTS = inSubject("NE", Lane.NORMAL, Kind.RECEIPT);

let exchange: PostExchange;
let ne: PostMember;
let br: PostMember;

beforeAll(async () => {
  exchange = await openPostExchange(["NE", "BR", "AT"]);
  ne = exchange.member("NE");
  br = exchange.member("BR");
});
afterAll(() => exchange.close());

/** One attack; afterwards the operator is honest again, and everything is delivered. */
function byOperator(
  what: string,
  outcome: AttackNote["outcome"],
  answer: string,
  run: () => Promise<void>,
): void {
  attack({ attacker: "a hostile operator", attack: what, outcome, answer }, async () => {
    await run();
    intercept((publication) => publication);
    await exchange.settled();
  });
}

const incidents = async (member: PostMember, kind: string): Promise<number> =>
  (await member.store.call("postStatus", undefined)).incidents[kind] ?? 0;

/** What an attack must raise at a member, once. */
async function raises(member: PostMember, kind: string, run: () => Promise<void>): Promise<void> {
  const before = await incidents(member, kind);
  await run();
  await exchange.until(`${kind} is raised`, async () => (await incidents(member, kind)) > before);
}

/** Marks what the operator puts into an inbox itself. */
const BY_HAND = "by-hand.";

/** Puts bytes into an inbox past the gateway. */
async function put(data: Uint8Array, subject = REQUESTS): Promise<void> {
  const operator = exchange.carrier.connect("CORE");
  await operator.publish({ subject, data, transportId: `${BY_HAND}${randomUUID()}` });
}

/** What becomes of everything else on the carrier. */
function intercept(pass: (publication: Publication) => Publication | undefined): void {
  exchange.carrier.intercept = (publication) =>
    publication.transportId.startsWith(BY_HAND) ? publication : pass(publication);
}

const idOf = ({ transportId }: Publication): string => transportId.split(".")[0] ?? "";

/** Keeps BR from getting what NE sends, and gives the dispatch that was kept back. */
async function withheld(body: string): Promise<{ id: string; dispatch: Dispatch }> {
  const { promise, resolve } = Promise.withResolvers<Publication>();
  let id = "";
  intercept((publication) => {
    if (publication.subject !== REQUESTS) return publication;
    if (id === "" || idOf(publication) === id) resolve(publication);
    return undefined;
  });
  id = await ne.send("BR", body);
  return { id, dispatch: Dispatch.decode((await promise).data) };
}

const effectsOf = (member: PostMember, id: string) =>
  member.rows("SELECT applied FROM effects WHERE message_id = ?", id);
const stateOf = async (id: string): Promise<unknown> =>
  (await ne.rows("SELECT state FROM post_outbox WHERE message_id = ?", id))[0]?.state;

describe("an operator that does not deliver as it should", () => {
  byOperator(
    "withholds one message",
    "detected",
    "the number is known as missing, and asked for; the sender has no receipt",
    async () => {
      const { id } = await withheld("never delivered");
      let notices = 0;
      intercept((publication) => {
        if (publication.subject === "tp.out.BR.normal.gap-notice") notices += 1;
        const isIt = publication.subject === REQUESTS && idOf(publication) === id;
        return isIt ? undefined : publication;
      });
      const next = await ne.send("BR", "shows the hole");
      await exchange.until("it is asked for", async () => notices > 0);
      expect(await effectsOf(br, next)).toEqual([{ applied: 1 }]);
      expect((await br.store.call("postStatus", undefined)).missingNumbers).toBe(1);
      expect(await stateOf(id)).toBe("accepted");
    },
  );

  byOperator(
    "withholds one message and the question for it",
    "detected",
    "the question goes on, and the number stays missing",
    async () => {
      const { id } = await withheld("never delivered, never asked for");
      const notices = new Set<string>();
      intercept((publication) => {
        const isNotice = publication.subject === "tp.out.BR.normal.gap-notice";
        if (isNotice) notices.add(publication.transportId);
        const isIt = publication.subject === REQUESTS && idOf(publication) === id;
        return isIt || isNotice ? undefined : publication;
      });
      await ne.send("BR", "shows the hole");
      await exchange.until("it is asked again", async () => notices.size > 1);
      expect((await br.store.call("postStatus", undefined)).missingNumbers).toBe(1);
      expect(await stateOf(id)).toBe("accepted");
    },
  );

  byOperator("delivers in another order", "harmless", "each once, no number missing", async () => {
    const { id: first, dispatch } = await withheld("comes second");
    intercept((publication) =>
      publication.subject === REQUESTS && idOf(publication) === first ? undefined : publication,
    );
    const second = await ne.send("BR", "comes first");
    await exchange.until("it is there", async () => (await effectsOf(br, second)).length === 1);
    await put(Dispatch.encode(dispatch).finish());
    await exchange.until("both are", async () => (await effectsOf(br, first)).length === 1);
    intercept((publication) => publication);
    await exchange.settled();
    const status = await br.store.call("postStatus", undefined);
    expect(status.missingNumbers).toBe(0);
    expect(status.incidents).toEqual({});
  });

  byOperator("delivers one message fifty times", "harmless", "one effect", async () => {
    const { id, dispatch } = await withheld("again and again");
    const again = Dispatch.encode(dispatch).finish();
    for (let copy = 0; copy < 50; copy += 1) await put(again);
    intercept((publication) => publication);
    await exchange.settled();
    expect(await effectsOf(br, id)).toEqual([{ applied: 1 }]);
  });

  byOperator("puts a message into another inbox", "detected", "raised: MISDIRECTED", () =>
    raises(exchange.member("AT"), "MISDIRECTED", async () => {
      const { dispatch } = await withheld("for BR alone");
      const subject = inSubject("AT", Lane.NORMAL, Kind.TRACE_REQUEST);
      await put(Dispatch.encode(dispatch).finish(), subject);
    }),
  );
});

describe("an operator that changes what it passes on", () => {
  for (const [what, kind, change] of [
    [
      "turns a bit of the body",
      "JUNK",
      ({ parts, ...rest }: Envelope) => {
        const [body, ...keys] = parts;
        const content = Uint8Array.from(body?.content ?? []);
        content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
        return { ...rest, parts: [{ name: "body", onlyFor: "", content }, ...keys] };
      },
    ],
    [
      "changes the header under the old signature",
      "UNAUTHENTICATED",
      (envelope: Envelope) => {
        const header = Header.decode(envelope.header);
        const changed = Header.encode({ ...header, conversationId: randomUUID() }).finish();
        return { ...envelope, header: changed };
      },
    ],
    [
      "signs in the sender's name with its own key",
      "UNAUTHENTICATED",
      (envelope: Envelope) =>
        Envelope.decode(resign(Envelope.encode(envelope).finish(), gatewaySigner())),
    ],
  ] as const) {
    byOperator(what, "detected", `raised: ${kind}`, () =>
      raises(br, kind, async () => {
        const { dispatch } = await withheld(what);
        const changed = Envelope.encode(change(Envelope.decode(dispatch.envelope))).finish();
        const recordedAtMs = exchange.time.now();
        await put(forgeDispatch(exchange.parties, changed, { recordedAtMs }));
      }),
    );
  }

  byOperator(
    "takes the recipient's key part out",
    "detected",
    "rejected: NOT_ADDRESSED",
    async () => {
      const { id, dispatch } = await withheld("without its key part");
      const envelope = Envelope.decode(dispatch.envelope);
      const stripped = Envelope.encode({ ...envelope, parts: envelope.parts.slice(0, 1) }).finish();
      await put(Dispatch.encode({ ...dispatch, envelope: stripped }).finish());
      await exchange.until("it is rejected", async () => (await stateOf(id)) === "rejected");
      const [row] = await ne.rows("SELECT code FROM post_outbox WHERE message_id = ?", id);
      expect(row).toEqual({ code: "NOT_ADDRESSED" });
      expect(await effectsOf(br, id)).toEqual([]);
    },
  );
});

describe("an operator that keeps a false log", () => {
  byOperator("shows an entry of another log", "detected", "raised: NOT_LOGGED", () =>
    raises(br, "NOT_LOGGED", async () => {
      const { dispatch } = await withheld("another log");
      const logOrigin = "tracepost.example/other";
      const recordedAtMs = exchange.time.now();
      await put(forgeDispatch(exchange.parties, dispatch.envelope, { recordedAtMs, logOrigin }));
    }),
  );

  byOperator("shows the proof of another entry", "detected", "raised: NOT_LOGGED", () =>
    raises(br, "NOT_LOGGED", async () => {
      const { dispatch } = await withheld("the first");
      const { dispatch: other } = await withheld("the second");
      const mixed = { envelope: other.envelope, evidence: dispatch.evidence };
      await put(Dispatch.encode(mixed).finish());
    }),
  );

  byOperator("shows BR two logs of one size", "detected", "raised: LOG_FORKED", async () => {
    const fresh = await openPostExchange(["NE", "BR"]);
    try {
      const [sender, recipient] = [fresh.member("NE"), fresh.member("BR")];
      const kept: Publication[] = [];
      fresh.carrier.intercept = (publication) => {
        if (publication.subject !== REQUESTS) return publication;
        kept.push(publication);
        return undefined;
      };
      for (const text of ["one", "two"]) await sender.send("BR", text);
      await fresh.until("both are kept back", async () => new Set(kept.map(idOf)).size === 2);
      // Each in a log of one entry: two roots for the size 1.
      for (const { data } of new Map(kept.map((one) => [idOf(one), one])).values()) {
        const { envelope } = Dispatch.decode(data);
        const forged = forgeDispatch(fresh.parties, envelope, { recordedAtMs: fresh.time.now() });
        const operator = fresh.carrier.connect("CORE");
        fresh.carrier.intercept = (publication) => publication;
        await operator.publish({ subject: REQUESTS, data: forged, transportId: randomUUID() });
        fresh.carrier.intercept = () => undefined;
      }
      await fresh.until("it is raised", async () => {
        const { incidents: raised } = await recipient.store.call("postStatus", undefined);
        return raised.LOG_FORKED === 1;
      });
    } finally {
      await fresh.close();
    }
  });
});

describe("an operator that shows NE and BR two logs of one size (TP-POST-20)", () => {
  byOperator("while they write to each other", "detected", "raised: LOG_FORKED", () =>
    raises(br, "LOG_FORKED", async () => {
      await ne.send("BR", "before the fork");
      await exchange.settled();
      const [seen] = await br.rows("SELECT size FROM post_seen_checkpoint");
      // What NE was shown: as many entries, and another root.
      const sql = `INSERT INTO post_seen_checkpoint (only_row, size, root_hash) VALUES (1, ?, ?)
        ON CONFLICT (only_row) DO UPDATE SET size = excluded.size, root_hash = excluded.root_hash`;
      const params = [Number(seen?.size), Buffer.alloc(32, 7)];
      await ne.store.call("execute", { sql, params });
      await ne.send("BR", "after the fork");
    }),
  );
});

describe("an operator that gives false receipts", () => {
  /** A receipt about a message of NE, as somebody says it who holds the gateway's keys. */
  async function claim(
    id: string,
    type: ReceiptType,
    more: {
      readonly evidence?: LogEvidence;
      readonly sender?: string;
      readonly signer?: HeaderSigner;
      readonly recipient?: string;
    } = {},
  ): Promise<void> {
    const [row] = await ne.rows("SELECT envelope FROM post_outbox WHERE message_id = ?", id);
    const { header } = Envelope.decode(row?.envelope as Uint8Array);
    const { sender = GATEWAY_SENDER, evidence, recipient = "" } = more;
    const { EXPIRED, RECIPIENT_REMOVED, UNSPECIFIED } = RefusalCode;
    const saysWhy = type === ReceiptType.REFUSED || type === ReceiptType.EXPIRED;
    const why = saysWhy ? EXPIRED : UNSPECIFIED;
    const code = type === ReceiptType.RETURNED ? RECIPIENT_REMOVED : why;
    const message = { originalSender: "NE", messageId: id, headerDigest: headerDigest(header) };
    const { bytes } = buildReceipt(
      {
        type,
        items: [ReceiptItem.create({ message, code, recipient, evidence })],
        sender,
        recipient: "NE",
        lane: Lane.NORMAL,
        messageId: newMessageId(exchange.time.now()),
        sentAtMs: exchange.time.now(),
        registerVersion: 1n,
        status: 1,
      },
      more.signer ?? gatewaySigner(),
    );
    const own = { kind: EntryKind.DELIVERY, recordedAtMs: exchange.time.now() };
    const dispatch =
      sender === GATEWAY_SENDER
        ? Dispatch.encode({ envelope: bytes, evidence: undefined }).finish()
        : forgeDispatch(exchange.parties, bytes, own);
    await put(dispatch, RECEIPTS);
  }

  const evidenceOf = (dispatch: Dispatch, kind: EntryKind): LogEvidence =>
    forgeEvidence(exchange.parties, dispatch.envelope, {
      kind,
      recordedAtMs: exchange.time.now(),
    });

  for (const [what, kind, say] of [
    [
      "says a refusal that it has not logged",
      "NOT_LOGGED",
      (id: string) => claim(id, ReceiptType.REFUSED),
    ],
    [
      "says a refusal by the entry of an acceptance",
      "NOT_LOGGED",
      (id: string, { evidence }: Dispatch) =>
        claim(id, ReceiptType.REFUSED, evidence === undefined ? {} : { evidence }),
    ],
    ["says a delivery in its own name", "JUNK", (id: string) => claim(id, ReceiptType.DELIVERED)],
    [
      "says a delivery in the recipient's name, with its own key",
      "UNAUTHENTICATED",
      (id: string) => claim(id, ReceiptType.DELIVERED, { sender: "BR" }),
    ],
    [
      "says that a message has expired, and logs it, before its time",
      "EXPIRED_EARLY",
      (id: string, dispatch: Dispatch) =>
        claim(id, ReceiptType.EXPIRED, {
          recipient: "BR",
          evidence: evidenceOf(dispatch, EntryKind.EXPIRY),
        }),
    ],
    [
      "returns a message, and logs it, whose recipient nobody has removed",
      "RETURNED_EARLY",
      (id: string, dispatch: Dispatch) =>
        claim(id, ReceiptType.RETURNED, {
          recipient: "BR",
          evidence: evidenceOf(dispatch, EntryKind.RETURN),
        }),
    ],
  ] as const) {
    byOperator(what, "detected", `raised: ${kind}; the message goes on`, async () => {
      const { id, dispatch } = await withheld(what);
      await exchange.until("it is accepted", async () => (await stateOf(id)) === "accepted");
      await raises(ne, kind, () => say(id, dispatch));
      expect(await stateOf(id)).toBe("accepted");
      intercept((publication) => publication);
      await exchange.settled();
      expect(await stateOf(id)).toBe("delivered");
    });
  }
});

function gatewaySigner(): HeaderSigner {
  return createSigner(exchange.parties.receiptKey, PAYLOAD_TYPES.receipt);
}
