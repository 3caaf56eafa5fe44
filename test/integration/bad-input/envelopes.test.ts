import { afterAll, beforeAll } from "vitest";
import { REFUSALS, type RefusalCodeName } from "#errors";
import { Envelope, Header } from "#proto";
import { refusalNameOf } from "#wire";
import { type BadInputRow, badInputs, type Told, tryBadInputs } from "../../support/bad-input.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";
import { receiptsIn } from "../../support/read-receipts.ts";
import { readRows } from "../../support/stored-post.ts";

let parties: Parties;
let bench: GatewayBench;

beforeAll(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
  bench = await openGatewayBench(parties);
});

afterAll(() => bench.close());

/** Sends bytes as NE and reads the receipt that comes for them. */
async function send(bytes: Uint8Array): Promise<Told> {
  bench.published.length = 0;
  await bench.hand("tp.out.NE.normal.trace-request", bytes);
  const elsewhere = bench.published.filter(({ subject }) => !subject.startsWith("tp.in.NE."));
  if (elsewhere.length > 0) return { code: "dispatched", text: "it went to a recipient" };
  const [said] = receiptsIn(bench.published);
  // What has no sender and id that a receipt could name is told to the operator, in quarantine.
  const { code, field, remedy } = said ?? (await newestInQuarantine());
  // The rule of a code is in the table that both sides have; the receipt names the code.
  const { meaning } = REFUSALS[code as RefusalCodeName] ?? { meaning: "none" };
  return { code, text: `${field}: ${meaning} ${remedy}` };
}

async function newestInQuarantine() {
  const all = { before: null, state: null, participant: null, code: null, limit: 1 };
  const [item] = await bench.store.call("listItems", all);
  const code = refusalNameOf(item?.code ?? 0);
  if (item === undefined || code === undefined) return { code: "nothing", field: "", remedy: "" };
  return { code, field: item.field, remedy: REFUSALS[code].remedy };
}

/** What a message leaves that somebody else could get, or that would be sent on. */
const remains = () =>
  readRows(bench.file, (all) =>
    all("SELECT (SELECT count(*) FROM parts) AS parts, (SELECT count(*) FROM deliveries) AS sent"),
  );

const good = () => traceRequest(parties.party("NE"), ["BR"]);

/** A good message with other header fields, signed as it then is. */
function withHeader(changes: Partial<Header>): Uint8Array {
  const { bytes, headerBytes } = good();
  const { parts } = Envelope.decode(bytes);
  const header = Header.encode({ ...Header.decode(headerBytes), ...changes }).finish();
  const { signer } = parties.party("NE");
  const signatures = [{ keyId: signer.keyId, value: signer.sign(header) }];
  return Envelope.encode({ header, signatures, parts }).finish();
}

/** A good message with one part otherwise. */
function withContent(change: (content: Buffer) => Uint8Array): Uint8Array {
  const { header, parts, signatures } = Envelope.decode(good().bytes);
  const [body, ...keys] = parts;
  if (body === undefined) throw new TypeError("the message has no body");
  const content = change(Buffer.from(body.content));
  return Envelope.encode({ header, signatures, parts: [{ ...body, content }, ...keys] }).finish();
}

const PAST = { seconds: 1_500_000_000n, nanos: 0 };
const FUTURE = { seconds: BigInt(Math.floor(Date.now() / 1_000) + 86_400), nanos: 0 };
const CORRECT = "Correct the named field";

const ROWS: readonly BadInputRow<() => Uint8Array>[] = [
  ["text", "MALFORMED", "envelope", "not a well-formed", CORRECT, () => Buffer.from("hello")],
  ["no byte at all", "MALFORMED", "", "not a well-formed", CORRECT, () => Buffer.alloc(0)],
  [
    "a message cut off",
    "MALFORMED",
    "",
    "not a well-formed",
    CORRECT,
    () => good().bytes.slice(0, -1),
  ],
  [
    "a message twice",
    "MALFORMED",
    "",
    "not a well-formed",
    CORRECT,
    () => Buffer.concat([good().bytes, good().bytes]),
  ],
  [
    "a message too large",
    "TOO_LARGE",
    "",
    "over a size",
    "Shorten it",
    () => Buffer.alloc(2_000_000, 1),
  ],
  [
    "no recipient",
    "MALFORMED",
    "header.recipients",
    "well-formed",
    CORRECT,
    () => withHeader({ recipients: [] }),
  ],
  [
    "a recipient twice",
    "MALFORMED",
    "header.recipients[1]",
    "well-formed",
    CORRECT,
    () => withHeader({ recipients: ["BR", "BR"] }),
  ],
  [
    "a message id of no kind",
    "MALFORMED",
    "header.message_id",
    "well-formed",
    CORRECT,
    () => withHeader({ messageId: "1" }),
  ],
  [
    "no conversation",
    "MALFORMED",
    "header.conversation_id",
    "well-formed",
    CORRECT,
    () => withHeader({ conversationId: "" }),
  ],
  [
    "no instrument",
    "MALFORMED",
    "header.instrument_basis",
    "well-formed",
    CORRECT,
    () => withHeader({ instrumentBasis: [] }),
  ],
  [
    "an end before the beginning",
    "MALFORMED",
    "header.expires_at",
    "well-formed",
    CORRECT,
    () => withHeader({ expiresAt: PAST }),
  ],
  [
    "the lane of others",
    "MALFORMED",
    "header.lane",
    "well-formed",
    CORRECT,
    () => withHeader({ lane: 3 }),
  ],
  [
    "a kind of a later version",
    "SCHEMA_UNSUPPORTED",
    "header.kind",
    "not supported",
    "tracepost.v1",
    () => withHeader({ kind: 99 as never }),
  ],
  [
    "a body of other bytes",
    "DIGEST_MISMATCH",
    "envelope.parts[0]",
    "not the one",
    "Seal the message again",
    () => withContent((it) => it.fill(1, 40, 41)),
  ],
  [
    "a body cut off",
    "DIGEST_MISMATCH",
    "envelope.parts[0]",
    "not the one",
    "Seal the message again",
    () => withContent((it) => it.subarray(1)),
  ],
  [
    "a sender that is another",
    "SENDER_MISMATCH",
    "header.sender",
    "another sender",
    "own participant id",
    () => traceRequest(parties.party("AT"), ["BR"]).bytes,
  ],
  [
    "a clock far ahead",
    "CLOCK_SKEW",
    "header.sent_at",
    "too far",
    "Set the clock right",
    () => withHeader({ sentAt: FUTURE }),
  ],
  [
    "a recipient nobody knows",
    "RECIPIENT_UNKNOWN",
    "header.recipients[0]",
    "not in the",
    "current register",
    () => traceRequest(parties.party("NE"), ["ZZ"]).bytes,
  ],
];

tryBadInputs(
  "envelopes at the gateway",
  badInputs(ROWS, (bytes) => send(bytes())),
  remains,
);
