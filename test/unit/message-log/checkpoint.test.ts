import { describe, expect, test } from "vitest";
import {
  createCheckpointSigner,
  emptyRoot,
  formatEvidence,
  formatLogProof,
  hashLeaf,
  openCheckpoint,
  parseEvidence,
  parseLogEntry,
  parseLogProof,
  verifyEvidence,
} from "#message-log";
import { LogEntry, type LogEvidence } from "#proto";
import { generateSigningKey } from "#trust";
import { madeUpEntry, ORIGIN } from "./made-up-log.ts";

const keyPair = generateSigningKey();
const keys = [keyPair.publicKey];
const signer = createCheckpointSigner(keyPair, ORIGIN);

/** Evidence of the only entry of a log. */
function evidenceOf(entry: Uint8Array, change: Partial<LogEvidence> = {}): LogEvidence {
  const checkpoint = signer.sign(1, hashLeaf(entry));
  return { entry, index: 0n, checkpoint, inclusionPath: [], ...change };
}

describe("a checkpoint signer", () => {
  test("gives the same note for the same tree head, and only its own key opens it", () => {
    const root = hashLeaf(Buffer.from("x"));
    const note = signer.sign(12_345, root);
    expect(signer.sign(12_345, root)).toBe(note);
    expect(openCheckpoint(note, ORIGIN, keys)).toEqual({ size: 12_345, rootHash: root });
    const others = [generateSigningKey().publicKey];
    expect(openCheckpoint(note, ORIGIN, others)).toBeUndefined();
    expect(openCheckpoint(note, ORIGIN, [...others, ...keys])).toBeDefined();
    expect(openCheckpoint(note, `${ORIGIN}/2`, keys)).toBeUndefined();
  });

  test("signs the empty log, but no other root for it and no impossible size", () => {
    const note = signer.sign(0, emptyRoot());
    expect(openCheckpoint(note, ORIGIN, keys)).toEqual({ size: 0, rootHash: emptyRoot() });
    expect(() => signer.sign(0, hashLeaf(emptyRoot()))).toThrow("no tree of size 0");
    for (const size of [-1, 1.5, 2 ** 53, Number.NaN]) {
      expect(() => signer.sign(size, hashLeaf(emptyRoot()))).toThrow("no tree of size");
    }
    expect(() => signer.sign(3, new Uint8Array(31))).toThrow("no tree of size 3");
  });

  test.each(["", "two words", "a+b", "line\nbreak", "x".repeat(300)])(
    "is not created for the origin %j",
    (origin) => {
      expect(() => createCheckpointSigner(keyPair, origin)).toThrow("cannot be the origin");
    },
  );
});

describe("evidence", () => {
  const entry = madeUpEntry(7);

  test("gives the entry when the log signed for it", () => {
    const outcome = verifyEvidence(evidenceOf(entry), ORIGIN, keys);
    expect(outcome.ok && outcome.value.messageId).toBe("00000000-0000-7000-8000-000000000007");
  });

  test.each<[string, Partial<LogEvidence>, string]>([
    ["another entry", { entry: madeUpEntry(8) }, "evidence.inclusion_path"],
    ["another index", { index: 1n }, "evidence.inclusion_path"],
    ["an index beyond all numbers", { index: 2n ** 64n - 1n }, "evidence.inclusion_path"],
    ["a hash too many", { inclusionPath: [emptyRoot()] }, "evidence.inclusion_path"],
    [
      "a path longer than any tree",
      { inclusionPath: Array.from({ length: 54 }, emptyRoot) },
      "evidence.inclusion_path",
    ],
    ["no checkpoint", { checkpoint: "" }, "evidence.checkpoint"],
    [
      "the checkpoint of another key",
      {
        checkpoint: createCheckpointSigner(generateSigningKey(), ORIGIN).sign(1, hashLeaf(entry)),
      },
      "evidence.checkpoint",
    ],
    ["bytes that are no entry", { entry: Buffer.from("no entry") }, "entry"],
    ["nothing for an entry", { entry: new Uint8Array(0) }, "entry.kind"],
  ])("is refused with %s", (_, change, field) => {
    const outcome = verifyEvidence(evidenceOf(entry, change), ORIGIN, keys);
    expect(outcome).toMatchObject({ ok: false, refusal: { code: "NOT_LOGGED", field } });
  });

  test("travels as a proof file and comes back the same", () => {
    const evidence = evidenceOf(entry);
    const text = formatEvidence(evidence);
    expect(text.startsWith("c2sp.org/tlog-proof@v1\nextra ")).toBe(true);
    expect(parseEvidence(text)).toEqual({ ok: true, value: evidence });
  });
});

describe("a proof file", () => {
  const proof = {
    index: 73_894,
    path: [hashLeaf(Buffer.from("a")), hashLeaf(Buffer.from("b"))],
    checkpoint: signer.sign(100_000, hashLeaf(Buffer.from("c"))),
  };
  const text = formatLogProof(proof);

  test("has the lines of the format, with and without extra data", () => {
    expect(text.split("\n").slice(0, 2)).toEqual(["c2sp.org/tlog-proof@v1", "index 73894"]);
    expect(parseLogProof(text)).toEqual({ ok: true, value: proof });
    const withExtra = { ...proof, extra: Uint8Array.of(1, 2, 3) };
    expect(parseLogProof(formatLogProof(withExtra))).toEqual({ ok: true, value: withExtra });
    const noEntry = parseEvidence(text);
    expect(noEntry).toMatchObject({ ok: false, refusal: { field: "extra" } });
  });

  test.each([
    ["another first line", text.replace("@v1", "@v2"), "proof"],
    ["no blank line", text.replace("\n\n", "\n"), "inclusion_path"],
    ["no index", text.replace("index 73894\n", ""), "index"],
    ["an index with a leading zero", text.replace("73894", "073894"), "index"],
    ["a negative index", text.replace("73894", "-1"), "index"],
    ["extra data that is no base64", text.replace("index", "extra !!\nindex"), "extra"],
    ["extra data after the index", text.replace("73894", "73894\nextra AQID"), "inclusion_path"],
    ["a hash cut short", text.replace(/=\n/, "\n"), "inclusion_path"],
    ["nothing", "", "proof"],
    ["far too much", text + "x".repeat(300_000), "proof"],
  ])("is refused with %s", (_, broken, field) => {
    const outcome = parseLogProof(broken);
    expect(outcome).toMatchObject({ ok: false, refusal: { code: "NOT_LOGGED", field } });
  });
});

describe("a log entry", () => {
  const fieldOf = (bytes: Uint8Array) => {
    const outcome = parseLogEntry(bytes);
    return outcome.ok ? "" : outcome.refusal.field;
  };

  test.each<[string, Partial<LogEntry>, string]>([
    ["no kind", { kind: 0 }, "entry.kind"],
    ["no record time", { recordedAt: undefined }, "entry.recorded_at"],
    ["a short nonce", { nonce: new Uint8Array(15) }, "entry.nonce"],
    ["a short header digest", { headerDigest: new Uint8Array(31) }, "entry.header_digest"],
    [
      "a long digest of signatures",
      { signaturesDigest: new Uint8Array(33) },
      "entry.signatures_digest",
    ],
    ["a short event digest", { eventDigest: new Uint8Array(1) }, "entry.event_digest"],
  ])("is refused with %s", (_, change, field) => {
    expect(fieldOf(madeUpEntry(1, change))).toBe(field);
  });

  test("is refused when it is written otherwise than we would write it", () => {
    const bytes = madeUpEntry(1);
    expect(fieldOf(bytes)).toBe("");
    expect(fieldOf(Buffer.concat([bytes, bytes]))).toBe("entry");
    expect(fieldOf(bytes.subarray(0, -1))).toBe("entry");
    const senderWithBadText = Buffer.concat([bytes.subarray(0, 2), Buffer.from([18, 1, 0xff])]);
    expect(fieldOf(senderWithBadText)).toBe("entry");
  });

  test("keeps a field that a later version added", () => {
    const later = Buffer.concat([madeUpEntry(1), Buffer.from([0xa0, 0x01, 5])]);
    const outcome = parseLogEntry(later);
    expect(outcome.ok && Buffer.from(LogEntry.encode(outcome.value).finish())).toEqual(later);
  });
});
