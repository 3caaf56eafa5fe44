import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Header, KeyPart } from "#proto";
import {
  createSealer,
  generateSealingKey,
  loadSealingKey,
  type Sealer,
  type SealingKeyPair,
  saveSealingKey,
} from "#trust";
import { type AssembledEnvelope, type BuiltPart, parseEnvelope, sha256 } from "#wire";
import { findAge } from "../support/age-tool.ts";
import { makeParties } from "../support/parties.ts";
import { bodyPart, personsPart, sealedTraceRequest, withParts } from "../support/sealed-message.ts";
import { REPOSITORY } from "../support/source-files.ts";

const run = promisify(execFile);
const age = await findAge();
if (!age.ok) process.stderr.write(`\nSkipped, for want of the age tool: ${age.why}\n`);

describe.skipIf(!age.ok)("the standard age tool", () => {
  const NE = makeParties([{ id: "NE" }, { id: "BR" }]).party("NE");
  const toolDir = dirname(age.ok ? age.tool.path : "/");
  const environment = { ...process.env, PATH: [toolDir, process.env.PATH].join(delimiter) };
  let root = "";
  let folder = "";
  let sealer: Sealer;
  let br: SealingKeyPair;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "tracepost-age-"));
    sealer = createSealer();
    br = await generateSealingKey();
  });
  afterAll(async () => {
    await sealer.close();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(root, "case-"));
    await saveSealingKey(join(folder, "seal.age"), br);
  });

  const at = (name: string): string => join(folder, name);

  /** Runs lines of a shell in the folder. */
  async function shell(lines: string): Promise<void> {
    await run("sh", ["-euc", lines], { cwd: folder, env: environment });
  }

  /** Lays the parts of a message, as it travels, beside the key: `body.age`, `key.age` … */
  async function layOut(message: AssembledEnvelope): Promise<void> {
    const parsed = parseEnvelope(message.bytes);
    if (!parsed.ok) throw new TypeError(parsed.refusal.detail);
    for (const { name, content } of parsed.value.envelope.parts) {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(`${name}.age`), content);
    }
  }

  /** Takes off length and zeros, as docs/spec/trust.md describes them. */
  async function unpadded(name: string): Promise<Buffer> {
    const padded = await readFile(at(name));
    const end = 4 + padded.readUInt32BE();
    expect(padded.subarray(end).every((byte) => byte === 0)).toBe(true);
    return padded.subarray(4, end);
  }

  it("opens what we sealed, by the lines of the specification", async () => {
    const page = await readFile(join(REPOSITORY, "docs/spec/trust.md"), "utf8");
    const lines = /```sh\n(age -d [^`]*)```/.exec(page)?.[1] ?? "";
    expect(lines.split("\n").filter((line) => line.startsWith("age -d "))).toHaveLength(2);
    const body = Buffer.from("who sold it, and to whom");
    const to = [{ id: "BR", sealingKey: br.recipient }];
    await layOut(await sealedTraceRequest(sealer, NE, to, { parts: [bodyPart(body)] }));
    await shell(lines);
    expect(await unpadded("body.padded")).toEqual(body);
  });

  it("opens the persons with the key of their own, and with no other", async () => {
    const persons = Buffer.from("a made-up name");
    const to = [{ id: "BR", sealingKey: br.recipient }];
    const parts = [bodyPart(), personsPart(persons)];
    await layOut(await sealedTraceRequest(sealer, NE, to, { parts }));
    const identities = "grep -ao 'AGE-SECRET-KEY-PQ-1[0-9A-Z]*'";
    await shell(`age -d -i seal.age key.age | ${identities} > body.key
      age -d -i seal.age key/persons.age | ${identities} > persons.key
      age -d -i persons.key persons.age > persons.padded
      ! age -d -i body.key persons.age 2> complaint
      ! age -d -i seal.age persons.age 2>> complaint`);
    expect(await unpadded("persons.padded")).toEqual(persons);
    expect(await readFile(at("complaint"), "utf8")).toMatch(/no identity matched/);
  });

  it("opens bodies of every padded size", async () => {
    const to = [{ id: "BR", sealingKey: br.recipient }];
    for (const length of [0, 1_020, 1_021, 65_532, 65_533, 300_000]) {
      const body = Buffer.alloc(length, 7);
      await layOut(await sealedTraceRequest(sealer, NE, to, { parts: [bodyPart(body)] }));
      await shell(`age -d -i seal.age key.age | grep -ao 'AGE-SECRET-KEY-PQ-1[0-9A-Z]*' > part.age
        age -d -i part.age body.age > body.padded`);
      expect((await unpadded("body.padded")).equals(body)).toBe(true);
    }
  });

  /** Length, bytes and zeros up to `size`. */
  function padded(plaintext: Uint8Array, size: number): Buffer {
    const whole = Buffer.alloc(size);
    whole.writeUInt32BE(plaintext.length);
    whole.set(plaintext, 4);
    return whole;
  }

  /** The message around parts that were sealed elsewhere; everything else as we would make it. */
  async function messageAround(
    sealed: Readonly<Record<"body" | "key", Uint8Array>>,
    ours: AssembledEnvelope,
  ): Promise<AssembledEnvelope> {
    const header = Header.decode(ours.headerBytes);
    const parts = header.parts.map((info): BuiltPart => {
      const content = sealed[info.name as "body" | "key"];
      return {
        info: { ...info, sha256: sha256(content), sizeBytes: BigInt(content.length) },
        content,
      };
    });
    return withParts(header, parts, NE);
  }

  /** Seals a body and the key to it with `age-keygen` and `age` alone. */
  async function sealedByTool(body: Uint8Array): Promise<AssembledEnvelope> {
    const ours = await sealedTraceRequest(sealer, NE, [{ id: "BR", sealingKey: br.recipient }]);
    const header = Header.decode(ours.headerBytes);
    await shell("age-keygen -pq -o part.key 2> part.said; age-keygen -y part.key > part.recipient");
    const identity = (await readFile(at("part.key"), "utf8")).split("\n").at(-2) ?? "";
    const { conversationId, kind, messageId, registerVersion, sender } = header;
    const key = KeyPart.encode({
      ...{ conversationId, kind, messageId, registerVersion, sender, recipient: "BR" },
      ...{ pairSequence: 1n, prevPairDigest: Buffer.of(), seenCheckpoint: undefined },
      partKeys: [{ partName: "body", identity }],
    }).finish();
    await writeFile(at("body.padded"), padded(body, 1_024));
    await writeFile(at("key.padded"), padded(key, 512));
    await shell(`age -r "$(cat part.recipient)" -o body.age body.padded
      age -r ${br.recipient} -o key.age key.padded`);
    const [bodyFile, keyFile] = [await readFile(at("body.age")), await readFile(at("key.age"))];
    return messageAround({ body: bodyFile, key: keyFile }, ours);
  }

  const openAsBr = ({ bytes }: AssembledEnvelope, identities = [br.identity]) =>
    sealer.open({ envelope: bytes, recipient: "BR", identities });

  it("seals what we open: body, key, and the key to a key file", async () => {
    const body = Buffer.from("sold by a dealer that is made up");
    const message = await sealedByTool(body);
    expect(parseEnvelope(message.bytes).ok).toBe(true);
    const opened = await openAsBr(message);
    if (!opened.ok) expect.unreachable(JSON.stringify(opened.refusal));
    expect(Buffer.from(opened.value.parts.get("body") ?? [])).toEqual(body);
  });

  it("makes a key file that serves as a participant's sealing key", async () => {
    await shell("age-keygen -pq -o own.key 2> said");
    const own = await loadSealingKey(at("own.key"));
    const message = await sealedTraceRequest(sealer, NE, [{ id: "BR", sealingKey: own.recipient }]);
    expect((await openAsBr(message, [own.identity])).ok).toBe(true);
    await shell("age-keygen -y own.key > recipient; age-keygen -y seal.age > our-recipient");
    expect(await readFile(at("recipient"), "utf8")).toBe(`${own.recipient}\n`);
    expect(await readFile(at("our-recipient"), "utf8")).toBe(`${br.recipient}\n`);
  });

  it("seals in forms that we do not take, each refused with its code", async () => {
    const classic = await identityToRecipient(await generateX25519Identity());
    const other = await generateSealingKey();
    const ours = await sealedByTool(Buffer.from("a body"));
    const key = await readFile(at("key.age"));
    const forms: readonly [about: string, args: string, code: string][] = [
      ["armored", `-a -r "$(cat part.recipient)"`, "NOT_SEALED"],
      ["to two", `-r "$(cat part.recipient)" -r ${other.recipient}`, "MALFORMED"],
      ["to a key that is not hybrid", `-r ${classic}`, "MALFORMED"],
      ["to somebody else", `-r ${other.recipient}`, "CANNOT_OPEN"],
    ];
    for (const [about, args, code] of forms) {
      await shell(`age ${args} -o other.age body.padded`);
      const body = await readFile(at("other.age"));
      const opened = await openAsBr(await messageAround({ body, key }, ours));
      expect([about, opened.ok ? "opened" : opened.refusal.code]).toEqual([about, code]);
    }
  });

  it("refuses the damaged files that we refuse", async () => {
    const ours = await sealedByTool(Buffer.from("a body"));
    const [body, key] = [await readFile(at("body.age")), await readFile(at("key.age"))];
    const damages: readonly ((file: Buffer) => Buffer)[] = [
      (file) => file.subarray(0, -1),
      (file) => Buffer.concat([file, Buffer.of(0)]),
      ...[0, 30, 900, 1_545, 1_580, 1_640, -1].map((place) => (file: Buffer) => {
        const copy = Buffer.from(file);
        const index = (place + copy.length) % copy.length;
        copy.writeUInt8(copy.readUInt8(index) ^ 1, index);
        return copy;
      }),
    ];
    for (const [index, damage] of damages.entries()) {
      const damaged = damage(body);
      await writeFile(at("damaged.age"), damaged);
      const byTool = await shell("age -d -i part.key -o opened damaged.age").then(
        () => "opened",
        () => "refused",
      );
      const opened = await openAsBr(await messageAround({ body: damaged, key }, ours));
      expect([index, opened.ok ? "opened" : "refused"]).toEqual([index, byTool]);
      expect(byTool).toBe("refused");
    }
  });
});
