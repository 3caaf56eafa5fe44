import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { KeyPart } from "#proto";
import { createSealer } from "#trust";
import { parseEnvelope } from "#wire";
import { findAge } from "../support/age-tool.ts";
import { bytesOf, readVectors } from "../support/vectors.ts";

interface SealedMessage {
  readonly recipient: string;
  readonly identity: string;
  readonly bytes: string;
  readonly key_part: {
    readonly pair_sequence: number;
    readonly prev_pair_digest: string;
    readonly seen_checkpoint: { readonly size: number; readonly root_hash: string };
  };
  readonly parts: Readonly<Record<string, string>>;
}

const run = promisify(execFile);

const age = await findAge();

describe("the golden vector of a sealed message", () => {
  const vector = readVectors<SealedMessage>("sealed/message.json");
  const envelope = bytesOf(vector.bytes);
  const sealer = createSealer();
  afterAll(() => sealer.close());

  it("opens with the identity of its recipient", async () => {
    const { identity, recipient } = vector;
    const opened = await sealer.open({ envelope, recipient, identities: [identity] });
    if (!opened.ok) expect.unreachable(JSON.stringify(opened.refusal));
    const { keyPart, parts } = opened.value;
    const opened64 = [...parts].map(([name, bytes]) => [
      name,
      Buffer.from(bytes).toString("base64"),
    ]);
    expect(Object.fromEntries(opened64)).toEqual(vector.parts);
    expect(Number(keyPart.pairSequence)).toBe(vector.key_part.pair_sequence);
    expect(Buffer.from(keyPart.prevPairDigest).toString("hex")).toBe(
      vector.key_part.prev_pair_digest,
    );
    expect(Number(keyPart.seenCheckpoint?.size)).toBe(vector.key_part.seen_checkpoint.size);
  });

  it("opens for nobody else", async () => {
    const { identity } = vector;
    const opened = await sealer.open({ envelope, recipient: "BR", identities: [identity] });
    expect(opened).toMatchObject({ ok: false, refusal: { code: "NOT_ADDRESSED" } });
  });

  it.runIf(age.ok)("opens with the age tool, part by part", async () => {
    const parsed = parseEnvelope(envelope);
    if (!parsed.ok) expect.unreachable(JSON.stringify(parsed.refusal));
    const tool = age.ok ? age.tool.path : "";
    const folder = await mkdtemp(join(tmpdir(), "tracepost-age-"));
    const decrypt = async (identity: string, name: string): Promise<Buffer> => {
      const part = parsed.value.envelope.parts.find((one) => one.name === name);
      const [key, sealed, open] = ["key.txt", "sealed.age", "open"].map((it) => join(folder, it));
      await writeFile(key as string, `${identity}\n`, { mode: 0o600 });
      await writeFile(sealed as string, part?.content ?? "");
      await run(tool, ["-d", "-i", key as string, "-o", open as string, sealed as string]);
      const padded = await readFile(open as string);
      return padded.subarray(4, 4 + padded.readUInt32BE());
    };
    for (const [name, plaintext] of Object.entries(vector.parts)) {
      const keyPart = KeyPart.decode(
        await decrypt(vector.identity, name === "body" ? "key" : `key/${name}`),
      );
      const body = await decrypt(keyPart.partKeys[0]?.identity ?? "", name);
      expect(body.toString("base64")).toBe(plaintext);
    }
    await rm(folder, { recursive: true });
  });
});
