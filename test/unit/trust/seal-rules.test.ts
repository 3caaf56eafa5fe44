import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, it } from "vitest";
import { type Handling, Header, KeyPart, Kind, Tlp, UseRestriction } from "#proto";
import { newMessageId } from "#runtime";
import { checkReplyHandling } from "#trust";
import { sha256 } from "#wire";
import {
  decryptWith,
  encryptTo,
  isHybridFile,
  isHybridIdentity,
  isHybridRecipient,
} from "../../../lib/trust/age-file.ts";
import { checkKeyPart } from "../../../lib/trust/check-key-part.ts";
import { openParts } from "../../../lib/trust/open.ts";
import { pad, unpad } from "../../../lib/trust/padding.ts";
import { sealParts } from "../../../lib/trust/seal.ts";
import { makeParties } from "../../support/parties.ts";
import {
  bodyPart,
  paddedKey,
  personsPart,
  rebuilt,
  type SealedChanges,
  sealedTo,
  sealedTraceRequest,
  takenApart,
  withParts,
} from "../../support/sealed-message.ts";

const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
const NE = parties.party("NE");
/** Seals and opens where it is called, so that each rule is tried by itself. */
const here = { seal: sealParts, open: openParts, close: async () => undefined };
let identity = "";
let recipient = "";

beforeAll(async () => {
  identity = await generateHybridIdentity();
  recipient = await identityToRecipient(identity);
});

const sealed = (changes: SealedChanges = {}) =>
  sealedTraceRequest(here, NE, [{ id: "BR", sealingKey: recipient }], changes);

async function refusalOf(envelope: Uint8Array, reader = "BR", identities = [identity]) {
  const outcome = await openParts({ envelope, recipient: reader, identities });
  return outcome.ok ? { code: "ok", field: "", detail: "-" } : outcome.refusal;
}

describe("padding (TP-SEAL-2)", () => {
  const KIB = 1_024;
  it.each([
    ["content", 0, KIB],
    ["content", KIB - 4, KIB],
    ["content", KIB - 3, 4 * KIB],
    ["content", 4 * KIB - 3, 16 * KIB],
    ["content", 16 * KIB - 3, 64 * KIB],
    ["content", 64 * KIB - 4, 64 * KIB],
    ["content", 64 * KIB - 3, 128 * KIB],
    ["content", 128 * KIB, 192 * KIB],
    ["key", 0, 512],
    ["key", 508, 512],
    ["key", 509, KIB],
    ["key", KIB, 2 * KIB],
    ["key", 2 * KIB, 4 * KIB],
  ] as const)("makes %s of %i bytes %i long, and comes off again", (kind, length, size) => {
    const plaintext = Buffer.alloc(length, 7);
    const padded = pad(plaintext, kind);
    expect(padded.length).toBe(size);
    expect(Buffer.from(padded).readUInt32BE(0)).toBe(length);
    expect(Buffer.from(unpad(padded, kind) ?? []).equals(plaintext)).toBe(true);
  });

  it("that differs in anything from what is made does not come off", () => {
    const padded = Buffer.from(pad(Buffer.from("abc"), "key"));
    const dirty = Buffer.from(padded);
    dirty[511] = 1;
    const first = Buffer.from(padded);
    first[7] = 1;
    const longer = Buffer.from(padded);
    longer.writeUInt32BE(509);
    const wrong = [
      dirty,
      first,
      longer,
      padded.subarray(0, 511),
      Buffer.concat([padded, Buffer.alloc(512)]),
      Buffer.alloc(3),
      Buffer.alloc(0),
    ];
    for (const bytes of wrong) expect(unpad(bytes, "key")).toBeUndefined();
    expect(unpad(padded, "content")).toBeUndefined();
  });

  it("gives bytes of their own, also of a view", () => {
    const whole = Buffer.concat([Buffer.from("before"), pad(Buffer.from("abc"), "key")]);
    const plaintext = unpad(whole.subarray(6), "key");
    expect(plaintext?.buffer).not.toBe(whole.buffer);
    expect(Buffer.from(plaintext ?? []).toString()).toBe("abc");
  });
});

describe("an age file (TP-SEAL-4)", () => {
  it("for one hybrid recipient is known by its header, whatever comes behind", async () => {
    const file = await encryptTo(recipient, Buffer.from("x"));
    expect(isHybridFile(file)).toBe(true);
    const view = Buffer.concat([Buffer.from("before"), file]).subarray(6);
    expect(isHybridFile(view)).toBe(true);
    expect(isHybridFile(Buffer.concat([Buffer.from("\n"), file]))).toBe(false);
    expect(isHybridFile(file.subarray(0, 1_620))).toBe(false);
    expect(isHybridFile(Buffer.alloc(0))).toBe(false);
    const two = [recipient, await identityToRecipient(await generateHybridIdentity())];
    expect(isHybridFile(await sealedTo(two, Buffer.from("x")))).toBe(false);
  });

  it("opens with the identity that fits, wherever it stands among others", async () => {
    const file = await encryptTo(recipient, Buffer.from("what is asked"));
    const other = await generateHybridIdentity();
    const opened = await decryptWith([other, identity], file);
    expect(Buffer.from(opened ?? []).toString()).toBe("what is asked");
    expect(await decryptWith([other], file)).toBeUndefined();
    expect(await decryptWith([], file)).toBeUndefined();
    expect(await decryptWith(["no identity"], file)).toBeUndefined();
  });

  it("is made for hybrid keys, which are known by how they begin", () => {
    expect([isHybridRecipient(recipient), isHybridIdentity(identity)]).toEqual([true, true]);
    for (const text of ["", "age1abc", ` ${recipient}`, identity]) {
      expect(isHybridRecipient(text)).toBe(false);
    }
    for (const text of ["", "AGE-SECRET-KEY-1ABC", ` ${identity}`, recipient]) {
      expect(isHybridIdentity(text)).toBe(false);
    }
  });
});

describe("a key part (TP-SEAL-3)", () => {
  const header = Header.create({
    messageId: newMessageId(),
    sender: "NE",
    conversationId: "3f2b1c9e-7a54-4c1d-9be0-5a2f6c7d8e90",
    kind: Kind.TRACE_REQUEST,
    registerVersion: 4n,
  });
  const good = KeyPart.create({
    messageId: header.messageId,
    sender: header.sender,
    recipient: "BR",
    conversationId: header.conversationId,
    kind: header.kind,
    registerVersion: 4n,
    pairSequence: 1n,
    partKeys: [{ partName: "body", identity: "AGE-SECRET-KEY-PQ-1Q" }],
  });
  const [partKey = { partName: "", identity: "" }] = good.partKeys;
  const DIGEST = new Uint8Array(32).fill(1);
  const judge = (changes: Partial<KeyPart>) =>
    checkKeyPart({ ...good, ...changes }, header, { recipient: "BR", partName: "body" });

  it("that repeats the header, with or without a message before it, is taken", () => {
    expect(judge({})).toBeUndefined();
    expect(judge({ pairSequence: 2n })).toBeUndefined();
    expect(judge({ pairSequence: 2n, prevPairDigest: DIGEST })).toBeUndefined();
    expect(judge({ seenCheckpoint: { size: 0n, rootHash: DIGEST } })).toBeUndefined();
  });

  it.each([
    ["SEAL_BINDING", "key.message_id", { messageId: newMessageId() }],
    ["SEAL_BINDING", "key.sender", { sender: "XK" }],
    ["SEAL_BINDING", "key.recipient", { recipient: "IT" }],
    ["SEAL_BINDING", "key.conversation_id", { conversationId: "" }],
    ["SEAL_BINDING", "key.kind", { kind: Kind.TRACE_REPLY }],
    ["SEAL_BINDING", "key.register_version", { registerVersion: 5n }],
    ["MALFORMED", "key.pair_sequence", { pairSequence: 0n }],
    ["MALFORMED", "key.prev_pair_digest", { pairSequence: 1n, prevPairDigest: DIGEST }],
    ["MALFORMED", "key.prev_pair_digest", { pairSequence: 2n, prevPairDigest: Buffer.of(1) }],
    [
      "MALFORMED",
      "key.seen_checkpoint.root_hash",
      { seenCheckpoint: { size: 1n, rootHash: Buffer.of() } },
    ],
    ["MALFORMED", "key.part_keys", { partKeys: [] }],
    ["MALFORMED", "key.part_keys", { partKeys: [partKey, partKey] }],
    ["MALFORMED", "key.part_keys", { partKeys: [{ ...partKey, partName: "persons" }] }],
    ["MALFORMED", "key.part_keys[0].identity", { partKeys: [{ ...partKey, identity: "x" }] }],
  ] as const)("is %s %s when that is wrong, and says what is", (code, field, changes) => {
    const refusal = judge(changes as Partial<KeyPart>);
    expect(refusal).toEqual({ code, field, detail: expect.stringMatching(/\w/) });
  });
});

describe("opening, step by step (TP-SEAL-5)", () => {
  it("gives each part without its padding, and the key part of the body", async () => {
    const parts = [bodyPart(Buffer.from("body")), personsPart(Buffer.from("persons"))];
    const previous = sha256(Buffer.from("before"));
    const message = await sealed({
      parts,
      recipient: { pairSequence: 9n, prevPairDigest: previous },
    });
    const { parts: built } = takenApart(message);
    expect(built.map(({ info }) => [info.name, info.onlyFor, info.retentionClass])).toEqual([
      ["body", "", "trace"],
      ["persons", "", "trace"],
      ["key", "BR", "transport"],
      ["key/persons", "BR", "transport"],
    ]);
    expect(built.every(({ info }) => info.sealed)).toBe(true);
    const opened = await openParts({
      envelope: message.bytes,
      recipient: "BR",
      identities: [identity],
    });
    if (!opened.ok) throw new TypeError(opened.refusal.detail);
    const texts = [...opened.value.parts].map(([name, bytes]) => [
      name,
      String(Buffer.from(bytes)),
    ]);
    expect(texts).toEqual([
      ["body", "body"],
      ["persons", "persons"],
    ]);
    expect(opened.value.keyPart.pairSequence).toBe(9n);
    expect(Buffer.from(opened.value.keyPart.prevPairDigest)).toEqual(Buffer.from(previous));
    expect(opened.value.keyPart.partKeys.map(({ partName }) => partName)).toEqual(["body"]);
  });

  it("refuses what is not for the reader, or opens with no key of his", async () => {
    const { bytes } = await sealed();
    expect(await refusalOf(bytes, "IT")).toMatchObject({
      code: "NOT_ADDRESSED",
      field: "header.recipients",
      detail: expect.stringMatching(/\w/),
    });
    expect(await refusalOf(bytes, "BR", [])).toMatchObject({
      code: "CANNOT_OPEN",
      field: "envelope.parts[key]",
      detail: expect.stringMatching(/\w/),
    });
    expect(await refusalOf(Buffer.from("junk"))).toMatchObject({ code: "MALFORMED" });
  });

  it("refuses a message whose key part for the reader is not there", async () => {
    const { header, parts } = takenApart(await sealed());
    const [body] = parts;
    const without = withParts(header, body === undefined ? [] : [body], NE);
    expect(["NOT_ADDRESSED", "MALFORMED"]).toContain((await refusalOf(without.bytes)).code);
  });

  it("refuses content that is no age file, is not padded, or is no key part, and names it", async () => {
    const { header, parts } = takenApart(await sealed());
    const [body, key] = parts;
    const tried = [
      ["body", "envelope.parts[body]", Buffer.from("age-encryption.org/v1\n")],
      ["key", "envelope.parts[key]", Buffer.from("age-encryption.org/v1\n")],
      ["key", "envelope.parts[key]", await sealedTo([recipient], Buffer.from("bare"))],
      ["key", "key", await sealedTo([recipient], pad(Buffer.of(0x0a, 5), "key"))],
      ["key", "key.message_id", await sealedTo([recipient], paddedKey(KeyPart.create({})))],
    ] as const;
    for (const [name, field, content] of tried) {
      const all = [body, key].flatMap((part) => {
        if (part === undefined) return [];
        return part.info.name === name ? [rebuilt(part, content)] : [part];
      });
      const refusal = await refusalOf(withParts(header, all, NE).bytes);
      expect([name, refusal.field]).toEqual([name, field]);
      expect(refusal.code).toBe(field === "key.message_id" ? "SEAL_BINDING" : "MALFORMED");
      expect(refusal.detail).toMatch(/\w/);
    }
  });

  it("refuses key parts that stand at two places of the sequence", async () => {
    const parts = [bodyPart(), personsPart()];
    const first = takenApart(await sealed({ parts }));
    const { kind, messageId, sender, conversationId, registerVersion } = first.header;
    const binding = { kind, messageId, sender, conversationId, registerVersion };
    const recipientAt = { pairSequence: 2n };
    const second = takenApart(await sealed({ parts, binding, recipient: recipientAt }));
    const mixed = [...first.parts.slice(0, 3), ...second.parts.slice(3)];
    const persons = rebuilt(first.parts[1], second.parts[1]?.content ?? Buffer.of());
    mixed[1] = persons;
    const refusal = await refusalOf(withParts(first.header, mixed, NE).bytes);
    const detail = "differs between the key parts";
    expect(refusal).toEqual({ code: "MALFORMED", field: "key.pair_sequence", detail });
  });

  it("is not begun for a key that is not a hybrid one, and the fault names whose it is", async () => {
    const to = [{ id: "BR", sealingKey: "age1classic" }];
    const work = sealedTraceRequest(here, NE, to);
    await expect(work).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringMatching(/BR.*age1pq1/),
    });
  });
});

describe("handling of an answer", () => {
  const { ANY_LAWFUL, NO_JUDICIAL_USE, NO_ONWARD } = UseRestriction;
  const asked: Handling = {
    tlp: Tlp.AMBER,
    use: [ANY_LAWFUL, NO_ONWARD],
    releasableTo: ["IT", "AT"],
    originatorState: "NE",
  };

  it("may be as strict as the request, or stricter", () => {
    expect(checkReplyHandling(asked, asked)).toBeUndefined();
    const strict = { ...asked, tlp: Tlp.RED, use: [NO_ONWARD, NO_JUDICIAL_USE], releasableTo: [] };
    expect(checkReplyHandling(asked, strict)).toBeUndefined();
  });

  it.each([
    ["tlp", { tlp: Tlp.GREEN }],
    ["use", { use: [ANY_LAWFUL] }],
    ["releasable_to", { releasableTo: ["IT", "BR"] }],
  ] satisfies [string, Partial<Handling>][])(
    "that is weaker in %s is refused, naming it",
    (field, changes) => {
      const reply = { ...asked, ...changes };
      expect(checkReplyHandling(asked, reply)).toEqual({
        code: "HANDLING_VIOLATION",
        field: `header.handling.${field}`,
        detail: expect.stringMatching(/\w/),
      });
    },
  );
});
