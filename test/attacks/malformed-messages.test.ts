import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect } from "vitest";
import { Envelope, Part } from "#proto";
import { newMessageId, WIRE_LIMITS } from "#runtime";
import { type AssembledEnvelope, type BuiltPart, headerDigest } from "#wire";
import { AttackedExchange, type Forged } from "../support/attacked-exchange.ts";
import { rebuilt, takenApart, withParts } from "../support/sealed-message.ts";

// Parts that are not the header's, and bytes that two decoders read differently (TP-WIRE-1 to 14).

/** Field numbers of Header.recipients and Envelope.parts. */
const RECIPIENTS = 4;
const PARTS = 3;

const exchange = new AttackedExchange();

/** Signs header bytes as they are, and puts the parts of a message beside them. */
function signed(header: Uint8Array, like: AssembledEnvelope): Uint8Array {
  const { signer } = exchange.niger.party;
  const signatures = [{ keyId: signer.keyId, value: signer.sign(header) }];
  return Envelope.encode({ ...Envelope.decode(like.bytes), header, signatures }).finish();
}

/** A field put behind an encoded message. */
function followedBy(message: Uint8Array, field: number, value: Uint8Array): Uint8Array {
  const tail = new BinaryWriter().tag(field, WireType.LengthDelimited).bytes(value).finish();
  return Buffer.concat([message, tail]);
}

/** The last bit is another. */
function turned(bytes: Uint8Array): Uint8Array {
  return bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1);
}

/** The signed header of a request beside other parts than it lists. */
async function beside(change: (body: Part, key: Part) => Part[]): Promise<Forged> {
  const envelope = Envelope.decode((await exchange.request()).bytes);
  const [body, key] = envelope.parts;
  if (body === undefined || key === undefined) throw new TypeError("parts are missing");
  return { data: Envelope.encode({ ...envelope, parts: change(body, key) }).finish() };
}

/** Other parts, listed and signed as they are. */
async function listing(change: (body: BuiltPart, key: BuiltPart) => BuiltPart[]): Promise<Forged> {
  const { header, parts } = takenApart(await exchange.request());
  const [body, key] = parts;
  if (body === undefined || key === undefined) throw new TypeError("parts are missing");
  return { data: withParts(header, change(body, key), exchange.niger.party).bytes };
}

describe("parts that are not those of the header", () => {
  const first = { code: "DIGEST_MISMATCH", field: "envelope.parts[0].content" } as const;
  const second = { code: "DIGEST_MISMATCH", field: "envelope.parts[1].content" } as const;
  const turnedPart = (part: Part): Part => ({ ...part, content: turned(part.content) });
  const otherPart = async (index: number): Promise<Part> =>
    Envelope.decode((await exchange.request()).bytes).parts[index] as Part;

  exchange.refusedByGateway("swaps the body for another of the same size", first, async () => {
    const other = await otherPart(0);
    return beside((_body, key) => [other, key]);
  });
  exchange.refusedByGateway("swaps the key part for another", second, async () => {
    const other = await otherPart(1);
    return beside((body) => [body, other]);
  });
  exchange.refusedByGateway("turns a bit of the body", first, () =>
    beside((body, key) => [turnedPart(body), key]),
  );
  exchange.refusedByGateway("turns a bit of the key part", second, () =>
    beside((body, key) => [body, turnedPart(key)]),
  );
  exchange.refusedByGateway(
    "puts the parts in another order",
    { code: "DIGEST_MISMATCH", field: "envelope.parts[0]" },
    () => beside((body, key) => [key, body]),
  );
  exchange.refusedByGateway(
    "leaves out the key part",
    { code: "DIGEST_MISMATCH", field: "envelope.parts" },
    () => beside((body) => [body]),
  );
  exchange.refusedByGateway(
    "adds a part that the header does not list",
    { code: "DIGEST_MISMATCH", field: "envelope.parts[2]" },
    () => beside((body, key) => [body, key, body]),
  );
  exchange.refusedByGateway(
    "lists a body twice",
    { code: "MALFORMED", field: "header.parts[1].name" },
    () => listing((body, key) => [body, body, key]),
  );
  exchange.refusedByGateway(
    "sends a readable body",
    { code: "NOT_SEALED", field: "envelope.parts[0].content" },
    () => listing((body, key) => [rebuilt(body, Buffer.from("anybody can read this")), key]),
  );
  exchange.refusedByGateway(
    "says that a body is not sealed",
    { code: "NOT_SEALED", field: "header.parts[0].sealed" },
    () => listing((body, key) => [{ ...body, info: { ...body.info, sealed: false } }, key]),
  );
  exchange.refusedByGateway(
    "sends a readable key part",
    { code: "NOT_SEALED", field: "envelope.parts[1].content" },
    () => listing((body, key) => [body, rebuilt(key, Buffer.from("AGE-SECRET-KEY-PQ-1"))]),
  );
  exchange.refusedByGateway(
    "sends a key part that is too large",
    { code: "TOO_LARGE", field: "header.parts[1].size_bytes" },
    () => listing((body, key) => [body, rebuilt(key, Buffer.alloc(5_000))]),
  );
  exchange.refusedByGateway(
    "sends a body under another schema",
    { code: "SCHEMA_UNSUPPORTED", field: "header.parts[0].schema" },
    () =>
      listing((body, key) => [
        { ...body, info: { ...body.info, schema: "tracepost.v1.TraceReply" } },
        key,
      ]),
  );
});

describe("bytes that decoders read differently, or not at all", () => {
  const header = async () => {
    const message = await exchange.request();
    return { message, bytes: message.headerBytes };
  };

  for (const [name, field, value] of [
    ["handling", 16, Buffer.from([0x08, 0x01])],
    ["sender", 3, Buffer.from("GH")],
    ["sent_at", 9, Buffer.of()],
    ["in_reply_to", 7, Buffer.from([0x0a, 0x02, 0x47, 0x48])],
  ] as const) {
    exchange.refusedByGateway(
      `puts a second ${name} behind its header, and signs both`,
      { code: "MALFORMED", field: "header" },
      async () => {
        const { message, bytes } = await header();
        return { data: signed(followedBy(bytes, field, value), message) };
      },
    );
  }
  exchange.refusedByGateway(
    "names a known field of the header under another wire type",
    { code: "MALFORMED", field: "header" },
    async () => {
      const { message, bytes } = await header();
      const odd = new BinaryWriter().tag(RECIPIENTS, WireType.Varint).uint32(7).finish();
      return { data: signed(Buffer.concat([bytes, odd]), message) };
    },
  );
  exchange.refusedByGateway(
    "puts a second header into the envelope",
    { code: "MALFORMED", field: "envelope" },
    async () => {
      const { message } = await header();
      const second = (await exchange.request()).headerBytes;
      return { data: followedBy(message.bytes, 1, second) };
    },
  );
  exchange.refusedByGateway(
    "puts a field of its own into the envelope",
    { code: "MALFORMED", field: "envelope" },
    async () => {
      const { message } = await header();
      return { data: followedBy(message.bytes, PARTS + 1, Buffer.from("more")) };
    },
  );
  exchange.refusedByGateway(
    "puts a field of its own into a part",
    { code: "MALFORMED", field: "envelope" },
    async () => {
      const { parts, ...rest } = Envelope.decode((await exchange.request()).bytes);
      const [body, key] = parts.map((part) => Part.encode(part).finish());
      const odd = followedBy(body ?? Buffer.of(), 9, Buffer.from("more"));
      const head = Envelope.encode({ ...rest, parts: [] }).finish();
      return { data: followedBy(followedBy(head, PARTS, odd), PARTS, key ?? Buffer.of()) };
    },
  );
  for (const [share, isUnreadable] of [
    [0.01, true],
    [0.5, false],
    [0.999, false],
  ] as const) {
    exchange.refusedByGateway(
      `cuts a message off at ${share * 100} %`,
      { code: "MALFORMED", field: "envelope" },
      async () => {
        const { bytes } = await exchange.request();
        return { data: bytes.subarray(0, Math.floor(bytes.length * share)), isUnreadable };
      },
    );
  }
  exchange.refusedByGateway(
    "sends nothing at all",
    { code: "MALFORMED", field: "envelope.signatures" },
    () => ({ data: Buffer.of(), isUnreadable: true }),
  );
  exchange.refusedByGateway("sends junk", { code: "MALFORMED", field: "envelope" }, () => ({
    data: Buffer.from("no message at all"),
    isUnreadable: true,
  }));
  exchange.refusedByGateway(
    "sends nested groups",
    { code: "MALFORMED", field: "envelope" },
    () => ({
      data: Buffer.alloc(100_000, 0x0b),
      isUnreadable: true,
    }),
  );
  exchange.refusedByGateway(
    "sends half a million empty parts",
    { code: "TOO_LARGE", field: "envelope.parts" },
    () => ({
      data: Buffer.from("1a00".repeat(400_000), "hex"),
      isUnreadable: true,
    }),
  );
  exchange.refusedByGateway(
    "sends more than an envelope may have",
    { code: "TOO_LARGE", field: "envelope" },
    () => ({
      data: Buffer.alloc(WIRE_LIMITS.envelopeBytesMax + 1, 0x1a),
      isUnreadable: true,
    }),
  );
  exchange.refusedByGateway(
    "hides characters in a text",
    { code: "MALFORMED", field: "header.addressed_group" },
    () => exchange.withHeader({ addressedGroup: "ECO\u202eWAS" }),
  );
  exchange.refusedByGateway(
    "counts on upper case in an id",
    { code: "MALFORMED", field: "header.message_id" },
    async () => {
      const messageId = newMessageId().toUpperCase();
      return {
        ...(await exchange.withHeader({ messageId })),
        isUnreadable: true,
      };
    },
  );

  exchange.harmless(
    "puts a field of a later version into its header",
    "kept, signed with the rest, ignored",
    async () => {
      const { message, bytes } = await header();
      const later = followedBy(bytes, 4_000, Buffer.from("of a later version"));
      const sent = { ...message, headerBytes: later, headerDigest: headerDigest(later) };
      exchange.expectCase(sent);
      await exchange.niger.put(signed(later, message));
      const delivered = { by: "BR", said: "delivered" };
      expect(await exchange.niger.verdictOn(sent.headerDigest)).toMatchObject(delivered);
      await exchange.goesOn();
    },
  );
});
