import {
  Decrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { describe, expect, it } from "vitest";
import { Disclosed, Envelope, KeyPart, Kind, OutcomeClass, TraceMove, TraceRequest } from "#proto";
import { newMessageId } from "#runtime";
import type { AssembledEnvelope, BuiltPart } from "#wire";
import { AttackedExchange } from "../support/attacked-exchange.ts";
import { traceBody } from "../support/hostile-participant.ts";
import type { headerOf } from "../support/messages.ts";
import {
  bodyPart,
  paddedKey,
  rebuilt,
  sealedTo,
  takenApart,
  withParts,
} from "../support/sealed-message.ts";

// What the gateway cannot see, because it is sealed: the recipient must (TP-SEAL-2 to TP-SEAL-5).

const exchange = new AttackedExchange();

const BODY = "envelope.parts[body]";
const KEY = "envelope.parts[key]";

interface Apart {
  readonly header: ReturnType<typeof headerOf>;
  readonly body: BuiltPart;
  readonly key: BuiltPart;
}

function apart(message: AssembledEnvelope): Apart {
  const { header, parts } = takenApart(message);
  const [body, key] = parts;
  if (body === undefined || key === undefined) throw new TypeError("parts are missing");
  return { header, body, key };
}

/** A request of NE with other parts than its own; listed, digested and signed as it should be. */
async function resealed(
  change: (own: Apart) => Promise<readonly BuiltPart[]> | readonly BuiltPart[],
): Promise<AssembledEnvelope> {
  const own = apart(await exchange.request());
  return withParts(own.header, await change(own), exchange.niger.party);
}

/** What a recipient finds in the key part of a message. */
async function openedKey(message: AssembledEnvelope, recipient: string): Promise<KeyPart> {
  const decrypter = new Decrypter();
  for (const identity of await exchange.range.identities(recipient))
    decrypter.addIdentity(identity);
  const padded = Buffer.from(await decrypter.decrypt(apart(message).key.content));
  return KeyPart.decode(padded.subarray(4, 4 + padded.readUInt32BE(0)));
}

const sealingKeyOf = (id: string): string =>
  exchange.range.register.participant(id)?.sealingKeys[0]?.recipient ?? "";

/** A key part to BR of what its maker likes. */
const keyFor = async (part: BuiltPart, key: KeyPart): Promise<BuiltPart> =>
  rebuilt(part, await sealedTo([sealingKeyOf("BR")], paddedKey(key)));

describe("sealed bytes of another message", () => {
  exchange.rejectedByRecipient(
    "puts another's body and key part under its own header",
    { code: "SEAL_BINDING", field: "key.message_id" },
    async () => {
      const stolen = apart(await exchange.ghana.request("BR"));
      return await resealed(() => [stolen.body, stolen.key]);
    },
  );
  exchange.rejectedByRecipient(
    "copies another's ids as well",
    { code: "SEAL_BINDING", field: "key.sender" },
    async () => {
      const { header, body, key } = apart(await exchange.ghana.request("BR"));
      return withParts({ ...header, sender: "NE" }, [body, key], exchange.niger.party);
    },
  );
  exchange.rejectedByRecipient(
    "puts another's key part beside its own body",
    { code: "SEAL_BINDING", field: "key.message_id" },
    async () => {
      const { key } = apart(await exchange.ghana.request("BR"));
      return await resealed(({ body }) => [body, key]);
    },
  );
  exchange.rejectedByRecipient(
    "puts another's body beside its own key part",
    { code: "CANNOT_OPEN", field: BODY },
    async () => {
      const { body } = apart(await exchange.ghana.request("BR"));
      return await resealed(({ key }) => [body, key]);
    },
  );
  exchange.rejectedByRecipient(
    "uses the key part of its message before",
    { code: "SEAL_BINDING", field: "key.message_id" },
    async () => {
      const { key } = apart(await exchange.request());
      return await resealed(({ body }) => [body, key]);
    },
  );
  exchange.rejectedByRecipient(
    "uses a key part that was made for another recipient",
    { code: "CANNOT_OPEN", field: KEY },
    () =>
      resealed(async ({ body, key }) => {
        const toGhana = await sealedTo([sealingKeyOf("GH")], Buffer.alloc(512));
        return [body, rebuilt(key, toGhana)];
      }),
  );
  for (const [field, binding] of [
    ["conversation_id", { conversationId: newMessageId() }],
    ["kind", { kind: Kind.TRACE_REPLY }],
    ["register_version", { registerVersion: 2n }],
  ] as const) {
    exchange.rejectedByRecipient(
      `seals for another ${field} than its header has`,
      { code: "SEAL_BINDING", field: `key.${field}` },
      () => exchange.request({ binding }),
    );
  }
});

describe("a message that its recipient seals again for a third State", () => {
  const received = () => exchange.niger.request("GH");
  /** Under GH's own header, with ids of the first message. */
  const passedOn = async (keyOf: (found: KeyPart) => KeyPart, fresh: boolean) => {
    const message = await received();
    const { header, body, key } = apart(message);
    const found = await openedKey(message, "GH");
    const messageId = fresh ? newMessageId() : header.messageId;
    const own = { ...header, messageId, sender: "GH", recipients: ["BR"] };
    const part = await keyFor(
      key,
      keyOf({ ...found, messageId: fresh ? messageId : found.messageId }),
    );
    const forBr = { ...part, info: { ...part.info, onlyFor: "BR" } };
    return withParts(own, [body, forBr], exchange.ghana.party);
  };
  const ghana = () => exchange.ghana;

  exchange.rejectedByRecipient(
    "passes on what it was sent, as it was bound",
    { code: "SEAL_BINDING", field: "key.sender" },
    () => passedOn((found) => found, false),
    ghana,
  );
  exchange.rejectedByRecipient(
    "passes on what it was sent, bound to itself as sender but not to the third State",
    { code: "SEAL_BINDING", field: "key.recipient" },
    () => passedOn((found) => ({ ...found, sender: "GH" }), true),
    ghana,
  );
  exchange.rejectedByRecipient(
    "passes another's question on as its own, with a seal made anew",
    { code: "BODY_INVALID", field: "body.requesting_state" },
    () => passedOn((found) => ({ ...found, sender: "GH", recipient: "BR" }), true),
    ghana,
  );
  exchange.refusedByGateway(
    "adds a key part for itself to another's signed message",
    { code: "DIGEST_MISMATCH", field: "envelope.parts[2]" },
    async () => {
      const message = await exchange.request();
      const { parts, ...rest } = Envelope.decode(message.bytes);
      const more = { name: "key", onlyFor: "GH", content: parts[1]?.content ?? Buffer.of() };
      return { data: Envelope.encode({ ...rest, parts: [...parts, more] }).finish() };
    },
  );
});

describe("hostile age files", () => {
  const INTRO = "age-encryption.org/v1\n";
  const MAC = `--- ${"A".repeat(43)}\n`;
  const stanzas = (count: number): string =>
    `-> X25519 ${"A".repeat(43)}\n${"A".repeat(43)}\n`.repeat(count);
  const text = (content: string) => Buffer.from(content, "latin1");
  const malformed = {
    body: { code: "MALFORMED", field: BODY },
    key: { code: "MALFORMED", field: KEY },
  } as const;

  for (const [what, content] of [
    ["nothing but the first line", INTRO],
    ["eight thousand stanzas", `${INTRO}${stanzas(8_000)}${MAC}`],
    [
      "a scrypt stanza that asks for 2^63 rounds",
      `${INTRO}-> scrypt ${"A".repeat(22)} 63\n${"A".repeat(43)}\n${MAC}${"x".repeat(64)}`,
    ],
    ["grease alone", `${INTRO}${"-> grease\n\n".repeat(300)}${MAC}`],
    ["one stanza of half a megabyte", `${INTRO}-> mlkem768x25519 ${"A".repeat(500_000)}\n`],
    [
      "a stanza of a plugin",
      `${INTRO}-> piv-p256 AAAA ${"A".repeat(44)}\n${"A".repeat(43)}\n${MAC}`,
    ],
  ] as const) {
    exchange.rejectedByRecipient(`sends a body with ${what}`, malformed.body, () =>
      resealed(({ body, key }) => [rebuilt(body, text(content)), key]),
    );
  }
  for (const [what, recipients] of [
    ["to BR and to a second key", async () => [sealingKeyOf("BR"), sealingKeyOf("GH")]],
    ["to a classic key", async () => [await identityToRecipient(await generateX25519Identity())]],
  ] as const) {
    exchange.rejectedByRecipient(`seals its key part ${what}`, malformed.key, () =>
      resealed(async ({ body, key }) => [
        body,
        rebuilt(key, await sealedTo(await recipients(), Buffer.alloc(512))),
      ]),
    );
  }
  exchange.rejectedByRecipient("greases the stanza of a good key part", malformed.key, () =>
    resealed(({ body, key }) => {
      const good = Buffer.from(key.content).toString("latin1");
      return [body, rebuilt(key, text(good.replace(INTRO, `${INTRO}-> x-grease 1\n\n`)))];
    }),
  );
  const cannot = {
    body: { code: "CANNOT_OPEN", field: BODY },
    key: { code: "CANNOT_OPEN", field: KEY },
  } as const;
  const withBadMac = (content: Uint8Array): Uint8Array => {
    const good = Buffer.from(content).toString("latin1");
    return text(good.replace(/\n--- .{43}\n/, `\n${MAC}`));
  };
  for (const [what, change] of [
    ["breaks the MAC of", withBadMac],
    ["cuts off the payload of", (content: Uint8Array) => content.subarray(0, 1_640)],
    ["cuts the last byte off", (content: Uint8Array) => content.subarray(0, -1)],
    ["puts a byte behind", (content: Uint8Array) => Buffer.concat([content, Buffer.of(0)])],
  ] as const) {
    exchange.rejectedByRecipient(`${what} its sealed body`, cannot.body, () =>
      resealed(({ body, key }) => [rebuilt(body, change(body.content)), key]),
    );
    exchange.rejectedByRecipient(`${what} its key part`, cannot.key, () =>
      resealed(({ body, key }) => [body, rebuilt(key, change(key.content))]),
    );
  }
  exchange.refusedByGateway(
    "sends an armoured age file",
    { code: "NOT_SEALED", field: "envelope.parts[0].content" },
    async () => {
      const armour = "-----BEGIN AGE ENCRYPTED FILE-----\n";
      return {
        data: (await resealed(({ body, key }) => [rebuilt(body, text(armour)), key])).bytes,
      };
    },
  );
});

describe("a key part that opens and holds what ours would not", () => {
  const identityOf = generateHybridIdentity;
  const withKey = async (change: (key: KeyPart) => KeyPart | Promise<KeyPart>) => {
    const message = await exchange.request();
    const { header, body, key } = apart(message);
    const found = await openedKey(message, "BR");
    return withParts(header, [body, await keyFor(key, await change(found))], exchange.niger.party);
  };

  exchange.rejectedByRecipient(
    "numbers its message 0",
    { code: "MALFORMED", field: "key.pair_sequence" },
    () => withKey((key) => ({ ...key, pairSequence: 0n, prevPairDigest: Buffer.of() })),
  );
  exchange.rejectedByRecipient(
    "numbers its message beyond what can be counted",
    { code: "MALFORMED", field: "key.pair_sequence" },
    () => withKey((key) => ({ ...key, pairSequence: 2n ** 60n, prevPairDigest: Buffer.of() })),
  );
  exchange.rejectedByRecipient(
    "names half a predecessor",
    { code: "MALFORMED", field: "key.prev_pair_digest" },
    () => withKey((key) => ({ ...key, pairSequence: 9n, prevPairDigest: Buffer.alloc(16) })),
  );
  exchange.rejectedByRecipient(
    "gives two keys to one body",
    { code: "MALFORMED", field: "key.part_keys" },
    () => withKey((key) => ({ ...key, partKeys: [...key.partKeys, ...key.partKeys] })),
  );
  exchange.rejectedByRecipient(
    "gives the key of another part",
    { code: "MALFORMED", field: "key.part_keys" },
    async () => {
      const partKeys = [{ partName: "persons", identity: await identityOf() }];
      return await withKey((key) => ({ ...key, partKeys }));
    },
  );
  exchange.rejectedByRecipient(
    "gives a classic key to the body",
    { code: "MALFORMED", field: "key.part_keys[0].identity" },
    async () => {
      const partKeys = [{ partName: "body", identity: await generateX25519Identity() }];
      return await withKey((key) => ({ ...key, partKeys }));
    },
  );
  exchange.rejectedByRecipient(
    "hides bytes in the padding of its key part",
    { code: "MALFORMED", field: KEY },
    async () => {
      const message = await exchange.request();
      const { header, body, key } = apart(message);
      const padded = paddedKey(await openedKey(message, "BR")).with(-1, 1);
      const dirty = rebuilt(key, await sealedTo([sealingKeyOf("BR")], padded));
      return withParts(header, [body, dirty], exchange.niger.party);
    },
  );
  exchange.rejectedByRecipient(
    "says a length that is longer than its body",
    { code: "MALFORMED", field: BODY },
    async () => {
      const identity = await identityOf();
      const lying = Buffer.alloc(1_024);
      lying.writeUInt32BE(2 ** 32 - 1);
      const sealed = await sealedTo([await identityToRecipient(identity)], lying);
      const message = await exchange.request();
      const { header, body, key } = apart(message);
      const found = await openedKey(message, "BR");
      const own = { ...found, partKeys: [{ partName: "body", identity }] };
      const parts = [rebuilt(body, sealed), await keyFor(key, own)];
      return withParts(header, parts, exchange.niger.party);
    },
  );
});

describe("a body that opens and is not what it should be", () => {
  const holding = (plaintext: Uint8Array) => exchange.request({ parts: [bodyPart(plaintext)] });
  const asked = () => TraceRequest.decode(traceBody("NE", "BR"));

  exchange.rejectedByRecipient("seals junk", { code: "BODY_INVALID", field: "body" }, () =>
    holding(Buffer.from("no trace request")),
  );
  exchange.rejectedByRecipient(
    "seals a body that two decoders read differently",
    { code: "BODY_INVALID", field: "body" },
    () => {
      const second = TraceRequest.encode(TraceRequest.create({ requestingState: "GH" })).finish();
      return holding(Buffer.concat([traceBody("NE", "BR"), second]));
    },
  );
  exchange.rejectedByRecipient(
    "asks in another State's name",
    { code: "BODY_INVALID", field: "body.requesting_state" },
    () => holding(traceBody("GH", "BR")),
  );
  exchange.rejectedByRecipient(
    "asks another State than it writes to",
    { code: "BODY_INVALID", field: "body.requested_state" },
    () => holding(traceBody("NE", "GH")),
  );
  exchange.rejectedByRecipient(
    "leaves out what a request must say",
    { code: "BODY_INVALID", field: "body.legal_justification" },
    () => holding(TraceRequest.encode({ ...asked(), legalJustification: "" }).finish()),
  );
  exchange.refusedByGateway(
    "discloses another move than a request makes",
    { code: "ILLEGAL_MOVE", field: "header.disclosed.move" },
    async () => {
      const disclosed = Disclosed.create({ move: TraceMove.REMINDER });
      return { data: (await exchange.request({ header: { disclosed } })).bytes };
    },
  );
  exchange.rejectedByRecipient(
    "discloses an outcome with a question",
    { code: "DISCLOSED_MISMATCH", field: "header.disclosed.outcome_class" },
    () =>
      exchange.request({
        header: {
          disclosed: Disclosed.create({
            move: TraceMove.REQUEST,
            outcomeClass: OutcomeClass.ESTABLISHED,
          }),
        },
      }),
  );
});

it("the recipient raises stolen seals as incidents, and nothing else", async () => {
  const incidents = await exchange.range.rows(
    "receiver",
    "SELECT kind FROM post_incident_total ORDER BY kind",
  );
  expect(incidents).toEqual([{ kind: "SEAL_BINDING" }]);
});
