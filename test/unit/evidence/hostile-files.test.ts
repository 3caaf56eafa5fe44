import { type Zippable, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { formatEvidenceFile, parseEvidenceFile, verifyEvidenceFile } from "#evidence";
import { Envelope } from "#proto";
import { EVIDENCE_LIMITS } from "#runtime";
import { bagFiles, openBag } from "../../../lib/evidence/bag.ts";
import { packBag, unpackBag } from "../../../lib/evidence/container.ts";
import { verifyEvidenceBag } from "../../second-verifier/index.ts";
import { bytesOf, readVectors } from "../../support/vectors.ts";

interface KeptFile {
  readonly rootKey: string;
  readonly messageId: string;
  readonly logIndex: number;
  readonly checkpointSize: number;
  readonly file: string;
}

/** Files that were made once, and must verify for ever. */
const vector = readVectors<KeptFile>("evidence/delivered.json");
const renewed = readVectors<KeptFile>("evidence/renewed.json");
const kept = bytesOf(vector.file);
const PACKED = { level: 0, mtime: new Date(1980, 0, 1) } as const;

/** The files of the kept one, changed; packed as evidence is, or as the options say. */
function packed(
  change: (files: Map<string, Uint8Array>) => void,
  options: { level: 0 | 6; mtime: Date } = PACKED,
): Uint8Array {
  const files = new Map(unpackBag(kept));
  change(files);
  const entries = [...files]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, content]) => [`evidence/${path}`, content]);
  return zipSync(Object.fromEntries(entries) as Zippable, options);
}

/** The payload of the kept one, changed, with manifests that are true of it. */
function bagged(change: (payload: Map<string, Uint8Array>) => void): Uint8Array {
  const { info, payload } = openBag(unpackBag(kept));
  const changed = new Map(payload);
  change(changed);
  const sizes = [...changed.values()].map(({ length }) => length);
  const oxum = `${sizes.reduce((sum, size) => sum + size, 0)}.${sizes.length}`;
  const told = info.map(([label, value]) => [label, label === "Payload-Oxum" ? oxum : value]);
  return packBag(bagFiles({ payload: changed, info: told as [string, string][] }));
}

/** Why a file is refused. */
function refusalOf(bytes: Uint8Array): string {
  try {
    parseEvidenceFile(bytes);
  } catch (caught) {
    expect(caught).toBeInstanceOf(TracepostError);
    const { code, problems, remedy } = caught as TracepostError;
    expect(code).toBe("VERIFICATION");
    expect(remedy).not.toBe("");
    return problems.join("\n");
  }
  return "";
}

const text = (content: string): Uint8Array => Buffer.from(content);
const MESSAGE = "data/messages/001/message.bin";

describe("a file that was kept (TP-EVID-1)", () => {
  it("of form 2 verifies, with what is gone, and both renewals (TP-EVID-10, TP-RENEW-4)", () => {
    const file = Buffer.from(bytesOf(renewed.file));
    const report = verifyEvidenceFile(file, [[renewed.rootKey]]);
    expect(report).toMatchObject({ verdict: "proven", problems: [] });
    expect(report.renewals.map(({ digest }) => digest)).toEqual(["SHA-512", "SHA3-512"]);
    expect(report.disposals).toMatchObject([{ items: 3, itemsShown: 1, isSigned: true }]);
    const told = /certificates of disposal in the file .* once SHA-256 is broken/u;
    expect(report.notProven).toContainEqual(expect.stringMatching(told));
    const { content } = parseEvidenceFile(file);
    const bare = formatEvidenceFile({ ...content, disposals: [] });
    const { notProven } = verifyEvidenceFile(bare, [[renewed.rootKey]]);
    expect(notProven).not.toContainEqual(expect.stringMatching(told));
    expect(verifyEvidenceBag(file, renewed.rootKey)).toMatchObject([
      { messageId: renewed.messageId, renewals: 2, gone: [0, 1] },
    ]);
    expect(Buffer.from(formatEvidenceFile(parseEvidenceFile(file).content))).toEqual(file);
  });

  it("verifies, and is written again to the byte", () => {
    const report = verifyEvidenceFile(kept, [[vector.rootKey]]);
    expect(report.problems).toEqual([]);
    expect(report.verdict).toBe("proven");
    expect(report.messages).toMatchObject([
      {
        messageId: vector.messageId,
        logIndex: vector.logIndex,
        checkpointSize: vector.checkpointSize,
        deliveries: [{ recipient: "BR", outcome: "delivered" }],
      },
    ]);
    expect(Buffer.from(formatEvidenceFile(parseEvidenceFile(kept).content))).toEqual(
      Buffer.from(kept),
    );
  });

  it("is one for a set of root keys of which most have signed (TP-EVID-5)", () => {
    const strangers = ["1".repeat(32), "2".repeat(32)];
    expect(verifyEvidenceFile(kept, [[vector.rootKey, ...strangers]]).verdict).toBe("broken");
    const sets = [strangers, [vector.rootKey]];
    expect(verifyEvidenceFile(kept, sets).registers[0]?.rootKeys).toEqual([vector.rootKey]);
  });
});

describe("a hostile file is refused, naming the file in it (TP-EVID-3)", () => {
  const wrong: readonly (readonly [
    what: string,
    bytes: () => Uint8Array,
    problem: string | RegExp,
  ])[] = [
    ["that is none", () => text("no ZIP file"), "the file: is no ZIP file"],
    ["that is empty", () => new Uint8Array(), "the file: is no ZIP file"],
    ["with a name that leads out", () => packed((f) => f.set("../x", text("x"))), /no name/],
    ["with a name from the root", () => packed((f) => f.set("/etc/x", text("x"))), /no name/],
    ["with a name of Windows", () => packed((f) => f.set("data\\x", text("x"))), /no name/],
    ["with a hidden name", () => packed((f) => f.set("data/.x", text("x"))), /no name/],
    ["with a folder", () => packed((f) => f.set("data/x/", text(""))), /no name/],
    ["with a name in other letters", () => packed((f) => f.set("data/ä", text("x"))), /no name/],
    [
      "outside its folder",
      () => zipSync({ "bagit.txt": text("x") }, PACKED),
      /"bagit.txt": is no name/,
    ],
    ["that is compressed", () => packed(() => undefined, { ...PACKED, level: 6 }), /is compressed/],
    [
      "packed at another time",
      () => packed(() => undefined, { level: 0, mtime: new Date(2020, 0, 1) }),
      /the ZIP file: holds something beside/,
    ],
    ["with bytes before it", () => Buffer.concat([text("x"), kept]), /no name of a file/],
    ["with bytes after it", () => Buffer.concat([kept, text("x")]), /ZIP file/],
    ["that is cut off", () => kept.subarray(0, kept.length - 1), /ZIP file/],
    [
      "with another file",
      () => packed((f) => f.set("data/other.bin", text("x"))),
      "data/other.bin: is not listed in manifest-sha256.txt",
    ],
    [
      "with another file that is listed",
      () => bagged((f) => f.set("other.bin", text("x"))),
      "data/other.bin: has no place in an evidence file",
    ],
    [
      "beside the payload",
      () => packed((f) => f.set("fetch.txt", text("x"))),
      "fetch.txt: is no file of an evidence bag",
    ],
    ["without a message", () => packed((f) => f.delete(MESSAGE)), `${MESSAGE}: is missing`],
    [
      "whose manifest lies",
      () => packed((f) => f.set(MESSAGE, text("another"))),
      `${MESSAGE}: has another SHA-256 than manifest-sha256.txt says`,
    ],
    [
      "whose manifest was changed",
      () => packed((f) => f.set("manifest-sha256.txt", text("x"))),
      /manifest-sha256.txt: has another SHA-256/,
    ],
    ["without a manifest", () => packed((f) => f.delete("manifest-sha256.txt")), /is missing/],
    ["that is no bag", () => packed((f) => f.set("bagit.txt", text("x"))), /no BagIt 1.0/],
    [
      "whose text is no UTF-8",
      () => packed((f) => f.set("tagmanifest-sha256.txt", Buffer.of(0xff, 0xfe))),
      "tagmanifest-sha256.txt: is no UTF-8",
    ],
    [
      "whose proof is no UTF-8",
      () => bagged((f) => f.set("messages/001/message.tlog-proof", Buffer.of(0xc0))),
      "data/messages/001/message.tlog-proof: is no UTF-8",
    ],
    [
      "without a register",
      () => bagged((f) => f.delete("registers/1.bin")),
      /registers.*(missing|no place)/,
    ],
    ["with an unknown number", () => bagged((f) => f.set("messages/7/x", text(""))), /no place/],
  ];

  it.each(wrong)("%s", (_, bytes, problem) => {
    expect(refusalOf(bytes())).toMatch(problem);
  });

  it("with a doubled name", () => {
    // Two names of one length, of which the second is written over with the first.
    const twin = Buffer.from(packed((f) => f.set("data/summary.htmm", text("x"))));
    const [from, to] = [Buffer.from("data/summary.htmm"), Buffer.from("data/summary.html")];
    for (let at = twin.indexOf(from); at !== -1; at = twin.indexOf(from)) to.copy(twin, at);
    expect(refusalOf(twin)).toBe("data/summary.html: is there twice");
  });

  it("whose files lie over each other, so that little would become much", () => {
    const bomb = Buffer.from(kept);
    const end = bomb.length - 22;
    let at = bomb.readUInt32LE(end + 16);
    // Every file is said to be the largest, at the place of the largest.
    while (at < end) {
      bomb.writeUInt32LE(bomb.length, at + 20);
      bomb.writeUInt32LE(bomb.length, at + 24);
      at += 46 + bomb.readUInt16LE(at + 28);
    }
    expect(refusalOf(bomb)).toMatch(/is longer than what is there/);
  });

  it("with more bytes than any has", () => {
    const long = new Uint8Array(EVIDENCE_LIMITS.fileBytesMax + 1);
    expect(refusalOf(long)).toBe(`the file: has over ${EVIDENCE_LIMITS.fileBytesMax} bytes`);
  });
});

describe("what a file holds is compared with itself", () => {
  it("a summary that says something else is a problem (TP-EVID-4)", () => {
    const lie = bagged((f) => f.set("summary.html", text("<p>All is proven.</p>")));
    const report = verifyEvidenceFile(lie, [[vector.rootKey]]);
    expect(report.verdict).toBe("broken");
    expect(report.problems).toEqual(["data/summary.html: says something else than the file holds"]);
  });

  it("a summary holds text alone, whatever was written (TP-EVID-4)", () => {
    const { content } = parseEvidenceFile(kept);
    const evil = { type: "conversation", conversationId: "<script>x</script>\u202e" } as const;
    const files = unpackBag(formatEvidenceFile({ ...content, subject: evil }));
    const page = Buffer.from(files.get("data/summary.html") ?? []).toString();
    expect(page).not.toMatch(/<script|<img|\u202e/);
    expect(page).toContain("&lt;script&gt;");
    expect(page).toContain("default-src 'none'");
  });

  it("a part that is gone is told, and the message is proven all the same (TP-EVID-8)", () => {
    const { content } = parseEvidenceFile(kept);
    const messages = content.messages.map((message) => {
      const envelope = Envelope.decode(message.envelope);
      const left = Envelope.encode({ ...envelope, parts: envelope.parts.slice(1) }).finish();
      return { ...message, envelope: left };
    });
    const report = verifyEvidenceFile(formatEvidenceFile({ ...content, messages }), [
      [vector.rootKey],
    ]);
    expect(report.verdict).toBe("proven");
    expect(report.messages[0]?.parts.map(({ isHere }) => isHere)).toEqual([false, true]);
    expect(report.notProven.join("\n")).toContain("What part body of");
  });

  it("what is of another message is a problem, with its place", () => {
    const { content } = parseEvidenceFile(kept);
    const [message] = content.messages;
    const [receipt] = message?.receipts ?? [];
    if (message === undefined || receipt === undefined) throw new TypeError("no receipt");
    const swapped = { ...message, receipts: [{ ...receipt, proof: message.proof }] };
    const report = verifyEvidenceFile(formatEvidenceFile({ ...content, messages: [swapped] }), [
      [vector.rootKey],
    ]);
    expect(report.problems).toContain(
      "data/messages/001/receipts/001.tlog-proof: is about another receipt",
    );
  });
});
