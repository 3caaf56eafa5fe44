import {
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { type Header, KeyPart, Kind } from "#proto";
import { newMessageId, TRUST_LIMITS } from "#runtime";
import { createSealer, generateSealingKey, type Sealer, type SealingKeyPair } from "#trust";
import {
  type AssembledEnvelope,
  type BuiltPart,
  filterForRecipient,
  parseEnvelope,
  sha256,
} from "#wire";
import { makeParties } from "../../support/parties.ts";
import {
  bodyPart,
  personsPart,
  rebuilt,
  type SealedChanges,
  sealedTo,
  sealedTraceRequest,
  takenApart,
  withParts,
} from "../../support/sealed-message.ts";

let sealer: Sealer;
let br: SealingKeyPair;
let it_: SealingKeyPair;
const parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "IT" }, { id: "XK" }]);
const NE = parties.party("NE");
const XK = parties.party("XK");

beforeAll(async () => {
  sealer = createSealer();
  br = await generateSealingKey();
  it_ = await generateSealingKey();
});

afterAll(async () => {
  await sealer.close();
});

const toBr = (changes: SealedChanges = {}) =>
  sealedTraceRequest(sealer, NE, [{ id: "BR", sealingKey: br.recipient }], changes);

const openAs = (message: AssembledEnvelope, recipient = "BR", identities = [br.identity]) =>
  sealer.open({ envelope: message.bytes, recipient, identities });

async function refusalOf(message: AssembledEnvelope, recipient?: string, identities?: string[]) {
  const outcome = await openAs(message, recipient, identities);
  return outcome.ok ? { code: "ok", field: "" } : outcome.refusal;
}

describe("a sealed message", () => {
  it("is well-formed, and opens to what was sealed", async () => {
    const plaintext = Buffer.from("what is asked");
    const message = await toBr({ parts: [bodyPart(plaintext)] });
    expect(parseEnvelope(message.bytes).ok).toBe(true);
    const outcome = await openAs(message);
    if (!outcome.ok) throw new TypeError(outcome.refusal.detail);
    expect(Buffer.from(outcome.value.parts.get("body") ?? []).equals(plaintext)).toBe(true);
    expect([...outcome.value.parts.keys()]).toEqual(["body"]);
    expect(outcome.value.keyPart.recipient).toBe("BR");
    expect(outcome.value.keyPart.pairSequence).toBe(1n);
  });

  it("opens with whichever of the recipient's keys it was sealed to", async () => {
    const message = await toBr();
    const identities = [await generateHybridIdentity(), br.identity];
    expect((await refusalOf(message, "BR", identities)).code).toBe("ok");
  });

  it("keeps the persons apart, under a key of their own", async () => {
    const message = await toBr({ parts: [bodyPart(), personsPart()] });
    const { parts } = takenApart(message);
    expect(parts.map(({ info }) => info.name)).toEqual(["body", "persons", "key", "key/persons"]);
    const outcome = await openAs(message);
    expect(outcome.ok && [...outcome.value.parts.keys()]).toEqual(["body", "persons"]);
    const classes = parts.map(({ info }) => info.retentionClass);
    expect(classes).toEqual(["trace", "trace", "transport", "transport"]);
  });

  it("is one body for many recipients, each with its own key and sequence", async () => {
    const message = await sealedTraceRequest(
      sealer,
      NE,
      [
        { id: "BR", sealingKey: br.recipient },
        { id: "IT", sealingKey: it_.recipient },
      ],
      { recipient: { pairSequence: 7n, prevPairDigest: sha256(Buffer.from("before")) } },
    );
    const parsed = parseEnvelope(message.bytes);
    if (!parsed.ok) throw new TypeError(parsed.refusal.detail);
    const { envelope, header } = parsed.value;
    for (const [recipient, key] of [["BR", br] as const, ["IT", it_] as const]) {
      const filtered = filterForRecipient(envelope, header, recipient);
      expect(filtered.length).toBeLessThan(message.bytes.length);
      const identities = [key.identity];
      const outcome = await sealer.open({ envelope: filtered, recipient, identities });
      expect(outcome.ok && outcome.value.keyPart.pairSequence).toBe(7n);
    }
    const forIt = { ...message, bytes: filterForRecipient(envelope, header, "IT") };
    expect((await refusalOf(forIt)).code).toBe("NOT_ADDRESSED");
  });

  it("has the same size whatever a short body or a low sequence number holds", async () => {
    const sizes = new Set<string>();
    for (const [length, pairSequence] of [
      [1, 1n],
      [1_000, 100n],
      [1_020, 2n ** 40n],
    ] as const) {
      const prevPairDigest = pairSequence === 1n ? new Uint8Array() : sha256(Buffer.of());
      const { parts } = takenApart(
        await toBr({
          parts: [bodyPart(Buffer.alloc(length, 1))],
          recipient: { pairSequence, prevPairDigest },
        }),
      );
      sizes.add(parts.map(({ content }) => content.length).join(" "));
    }
    expect(sizes.size).toBe(1);
  });

  it("cannot be made for a key that is not a hybrid one", async () => {
    const sealingKey = await identityToRecipient(await generateX25519Identity());
    const work = sealedTraceRequest(sealer, NE, [{ id: "BR", sealingKey }]);
    await expect(work).rejects.toThrow(TracepostError);
    await expect(work).rejects.toThrow(/BR/);
  });
});

describe("a message that is not for the recipient", () => {
  it("is refused when it is not addressed to it", async () => {
    expect(await refusalOf(await toBr(), "IT", [it_.identity])).toMatchObject({
      code: "NOT_ADDRESSED",
      field: "header.recipients",
    });
  });

  it("is refused when its keys do not open it", async () => {
    expect(await refusalOf(await toBr(), "BR", [it_.identity])).toMatchObject({
      code: "CANNOT_OPEN",
      field: "envelope.parts[key]",
    });
    expect((await refusalOf(await toBr(), "BR", [])).code).toBe("CANNOT_OPEN");
  });
});

describe("sealed bytes under another header", () => {
  it("re-sent by a third participant under its own valid signature are refused", async () => {
    const { header, parts } = takenApart(await toBr());
    const stolen = withParts({ ...header, sender: "XK", messageId: newMessageId() }, parts, XK);
    expect(parseEnvelope(stolen.bytes).ok).toBe(true);
    expect((await refusalOf(stolen)).code).toBe("SEAL_BINDING");
  });

  const changes: readonly [field: string, header: Partial<Header>][] = [
    ["message_id", { messageId: newMessageId() }],
    ["conversation_id", { conversationId: "3f2b1c9e-7a54-4c1d-9be0-5a2f6c7d8e90" }],
    ["register_version", { registerVersion: 2n }],
  ];
  it.each(changes)("that says another %s are refused, naming it", async (field, header) => {
    expect(await refusalOf(await toBr({ header }))).toMatchObject({
      code: "SEAL_BINDING",
      field: `key.${field}`,
    });
  });

  it("that were made for another kind, sender or recipient are refused, naming it", async () => {
    const bindings = [
      ["kind", { kind: Kind.TRACE_REPLY }],
      ["sender", { sender: "XK" }],
    ] as const;
    for (const [field, binding] of bindings) {
      expect((await refusalOf(await toBr({ binding }))).field).toBe(`key.${field}`);
    }
    const message = await toBr({ recipient: { id: "IT" } });
    const { header, parts } = takenApart(message);
    const [body, key] = parts;
    if (body === undefined || key === undefined) throw new TypeError("parts are missing");
    const forBr = { ...key, info: { ...key.info, onlyFor: "BR" } };
    const moved = withParts(header, [body, forBr], NE);
    expect(await refusalOf(moved)).toMatchObject({ code: "SEAL_BINDING", field: "key.recipient" });
  });
});

describe("sealed bytes that our own sealing would not make", () => {
  async function withContent(index: number, change: (content: Uint8Array) => Uint8Array) {
    const { header, parts } = takenApart(await toBr());
    const changed = parts.map((part, at) =>
      at === index ? rebuilt(part, change(part.content)) : part,
    );
    return await refusalOf(withParts(header, changed, NE));
  }
  const flipped = (at: number) => (content: Uint8Array) => {
    const copy = Buffer.from(content);
    const index = (at + copy.length) % copy.length;
    copy.writeUInt8(copy.readUInt8(index) ^ 1, index);
    return copy;
  };

  it("are refused when a bit of key or body was changed", async () => {
    expect((await withContent(0, flipped(-1))).code).toBe("CANNOT_OPEN");
    expect((await withContent(1, flipped(-1))).code).toBe("CANNOT_OPEN");
    expect((await withContent(1, flipped(60))).code).toMatch(/CANNOT_OPEN|MALFORMED/);
  });

  it("are refused when they are cut off or have something behind them", async () => {
    expect((await withContent(0, (content) => content.subarray(0, -1))).code).toBe("CANNOT_OPEN");
    expect((await withContent(0, (content) => content.subarray(0, 1_700))).code).toBe(
      "CANNOT_OPEN",
    );
    expect((await withContent(0, (it) => Buffer.concat([it, Buffer.of(0)]))).code).toBe(
      "CANNOT_OPEN",
    );
  });

  it("are refused before any key is used when the age header is not ours", async () => {
    const intro = "age-encryption.org/v1\n";
    const headers = [
      intro,
      `${intro}-> mlkem768x25519 AAAA\nAAAA\n--- AAAA\n`,
      `${intro}${"-> grease\n\n".repeat(300)}--- AAAA\n`,
      `${intro}-> mlkem768x25519 ${"A".repeat(1_000_000 / 2)}\n`,
    ];
    for (const header of headers) {
      const refusal = await withContent(0, () => Buffer.from(header));
      expect(refusal).toMatchObject({ code: "MALFORMED", field: "envelope.parts[body]" });
    }
  });

  it("are refused when they are sealed to two, or to another kind of key", async () => {
    const other = await identityToRecipient(await generateHybridIdentity());
    const classic = await identityToRecipient(await generateX25519Identity());
    const plaintext = Buffer.alloc(512);
    for (const recipients of [[br.recipient, other], [classic]]) {
      const sealed = await sealedTo(recipients, plaintext);
      expect((await withContent(1, () => sealed)).code).toMatch(/MALFORMED|TOO_LARGE/);
    }
  });

  it("are refused when the key part is not padded, or is no key part", async () => {
    const key = KeyPart.encode(KeyPart.create({ messageId: "x" })).finish();
    const padded = (bytes: Uint8Array, size = 512) => {
      const whole = Buffer.alloc(size);
      whole.writeUInt32BE(bytes.length);
      whole.set(bytes, 4);
      return whole;
    };
    const dirty = padded(key);
    dirty[511] = 1;
    const plaintexts = [
      key,
      padded(key, 513),
      dirty,
      padded(Buffer.from([0x0a, 0x05])),
      Buffer.of(),
    ];
    for (const plaintext of plaintexts) {
      const sealed = await sealedTo([br.recipient], plaintext);
      expect((await withContent(1, () => sealed)).code).toBe("MALFORMED");
    }
  });

  it("are refused when the key part holds no usable key or place", async () => {
    const { header } = takenApart(await toBr());
    const identity = await generateHybridIdentity();
    const classic = await generateX25519Identity();
    const good = { partName: "body", identity };
    const sets: readonly [field: string, changes: Partial<KeyPart>][] = [
      ["key.pair_sequence", { pairSequence: 0n }],
      ["key.prev_pair_digest", { prevPairDigest: new Uint8Array(31), pairSequence: 2n }],
      ["key.prev_pair_digest", { prevPairDigest: new Uint8Array(32) }],
      ["key.seen_checkpoint.root_hash", { seenCheckpoint: { size: 1n, rootHash: Buffer.of(1) } }],
      ["key.part_keys", { partKeys: [] }],
      ["key.part_keys", { partKeys: [good, good] }],
      ["key.part_keys", { partKeys: [{ partName: "persons", identity }] }],
      ["key.part_keys[0].identity", { partKeys: [{ partName: "body", identity: classic }] }],
    ];
    for (const [field, changes] of sets) {
      const key = KeyPart.encode(
        KeyPart.create({
          messageId: header.messageId,
          sender: "NE",
          recipient: "BR",
          conversationId: header.conversationId,
          kind: header.kind,
          registerVersion: 1n,
          pairSequence: 1n,
          partKeys: [good],
          ...changes,
        }),
      ).finish();
      const plaintext = Buffer.alloc(512);
      plaintext.writeUInt32BE(key.length);
      plaintext.set(key, 4);
      const sealed = await sealedTo([br.recipient], plaintext);
      const { parts } = takenApart(await toBr());
      const changed = withParts(header, [parts[0] as BuiltPart, rebuilt(parts[1], sealed)], NE);
      expect(await refusalOf(changed)).toMatchObject({ code: "MALFORMED", field });
    }
  });
});

describe("a sealer", () => {
  it("answers bytes that are no message with a refusal", async () => {
    for (const envelope of [Buffer.of(), Buffer.from("junk"), Buffer.alloc(2_000_000)]) {
      const outcome = await sealer.open({ envelope, recipient: "BR", identities: [br.identity] });
      expect(outcome.ok).toBe(false);
    }
  });

  it("does many jobs at a time on several threads, each with its own answer", async () => {
    const pool = createSealer({ workers: 2 });
    try {
      const bodies = Array.from({ length: 24 }, (_, index) => Buffer.from(`body ${index}`));
      const sealingKey = br.recipient;
      const messages = await Promise.all(
        bodies.map((body) =>
          sealedTraceRequest(pool, NE, [{ id: "BR", sealingKey }], { parts: [bodyPart(body)] }),
        ),
      );
      const opened = await Promise.all(
        messages.map(({ bytes }) =>
          pool.open({ envelope: bytes, recipient: "BR", identities: [br.identity] }),
        ),
      );
      const texts = opened.map((it) =>
        Buffer.from((it.ok ? it.value.parts.get("body") : undefined) ?? []).toString(),
      );
      expect(texts).toEqual(bodies.map(String));
    } finally {
      await pool.close();
    }
  });

  it("finishes what it has when it is closed, and takes no more", async () => {
    const closing = createSealer();
    const { bytes: envelope } = await toBr();
    const job = { envelope, recipient: "BR", identities: [br.identity] };
    const last = closing.open(job);
    const closed = closing.close();
    await expect(closing.open(job)).rejects.toMatchObject({
      ...{ code: "UNAVAILABLE", message: "the sealer is closed" },
    });
    expect((await last).ok).toBe(true);
    await closed;
  });

  it("holds a bounded number of jobs", async () => {
    const crowded = createSealer();
    const job = { envelope: Buffer.from("junk"), recipient: "BR", identities: [br.identity] };
    const jobs = Array.from({ length: TRUST_LIMITS.sealJobsWaitingMax }, () => crowded.open(job));
    await expect(crowded.open(job)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: `${TRUST_LIMITS.sealJobsWaitingMax} seal jobs are waiting`,
      remedy: "Hand over fewer messages at a time.",
    });
    await Promise.all(jobs);
    expect((await crowded.open(job)).ok).toBe(false);
    await crowded.close();
  });
});
