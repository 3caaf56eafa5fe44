import { hash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type EvidenceContent,
  type EvidenceTimestamp,
  formatEvidenceFile,
  parseEvidenceFile,
  verifyEvidenceFile,
} from "#evidence";
import { consistencyProof, parseCheckpoint } from "#message-log";
import { parseTimestampAnswer, parseTimestampToken } from "#timestamps";
import { ALONE } from "../../../gateway/instances/duty.ts";
import { TimestampKeeper } from "../../../gateway/timestamp-keeper.ts";
import { Untrue, verifyEvidenceBag } from "../../second-verifier/index.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { headerOf, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { isTokenGood } from "../../support/openssl-token.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties } from "../../support/parties.ts";
import { TimestampAuthorities } from "../../support/timestamp-authority.ts";

const notAfterMs = Date.UTC(2090, 0, 1);
const parties = makeParties([
  { id: "NE", notAfterMs },
  { id: "BR", notAfterMs },
]);
const [ne, br] = [parties.party("NE"), parties.party("BR")];
const key = parties.root.keyId;

let made: TimestampAuthorities;
let other: TimestampAuthorities;
let bench: GatewayBench;
let door: OperatorDoor;
let dir = "";
let auditor = "";
let root = "";
let stranger = "";
let file: Buffer;
let content: EvidenceContent;
/** Two over two checkpoints: the first message existed before both, the second before one. */
let stamp: EvidenceTimestamp;
let later: EvidenceTimestamp;

beforeAll(async () => {
  [made, other] = await Promise.all([TimestampAuthorities.make(), TimestampAuthorities.make()]);
  [root, stranger] = (await Promise.all([made.der("root"), other.der("root")])).map((der) => {
    return hash("sha256", der);
  }) as [string, string];
  dir = await mkdtemp(join(tmpdir(), "tracepost-stamped-"));
  bench = await openGatewayBench(parties);
  bench.nowMs = Date.now();
  door = new OperatorDoor(bench, [parties.root.publicKey]);
  await door.open();
  auditor = await door.person("audit", "AUDITOR");
  const keeper = new TimestampKeeper({
    ...{ ...bench, duty: ALONE, witnesses: { cosigned: undefined } },
    authorities: [{ url: await made.serve(), roots: [await made.der("root")], digest: "SHA-512" }],
  });
  const first = await record();
  await keeper.askAll();
  const second = await record();
  await keeper.askAll();
  await bench.checkpoints.stop();
  file = await exported(first);
  content = parseEvidenceFile(file).content;
  [stamp, later] = [file, await exported(second)].map((bytes) => {
    return parseEvidenceFile(bytes).content.timestamps[0];
  }) as [EvidenceTimestamp, EvidenceTimestamp];
  await keeper.stop();
});

afterAll(async () => {
  await door.close();
  await bench.close();
  await made[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

/** A message that is delivered, under a checkpoint that is kept. */
async function record(): Promise<string> {
  const message = traceRequest(ne, ["BR"]);
  await bench.send(message);
  await bench.send(recipientReceipt(br, [{ sender: "NE", message }]));
  await bench.checkpoints.stop();
  return headerOf(message).messageId;
}

async function exported(messageId: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${auditor}` };
  const response = await fetch(`${door.url}/v1/evidence/messages/NE/${messageId}`, { headers });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

/** By the second verifier, and OpenSSL. */
const verifiedAgain = (bytes: Buffer, ...roots: string[]) =>
  verifyEvidenceBag(bytes, key, { roots, holds: isTokenGood });

/** A file with other time-stamps, and a summary that is true of it. */
const withStamps = (...timestamps: EvidenceTimestamp[]): Buffer =>
  Buffer.from(formatEvidenceFile({ ...content, timestamps }));

/** What an authority gives over a note, whatever that says. */
async function tokenOver(note: string, by = made, isNamed = true): Promise<Uint8Array> {
  const answer = await by.reply(await by.query("sha512", Buffer.from(note)), { isNamed });
  const token = parseTimestampAnswer(answer);
  return token.ok ? token.value : expect.fail(token.why);
}

describe("an evidence file with time-stamps (TP-STAMP-7)", () => {
  test("says by when a message existed, where the reader trusts the authority", () => {
    const report = verifyEvidenceFile(file, [[key]], [root]);
    expect(report).toMatchObject({ verdict: "proven", problems: [] });
    expect(report.timestamps).toMatchObject([
      { isTrusted: true, rootFingerprint: root, authority: "C=AA, O=Made up for a test, CN=tsa" },
    ]);
    const [{ accuracyMs = 0, atMs }] = report.timestamps as [(typeof report.timestamps)[0]];
    const [message] = report.messages;
    expect(message?.existedByMs).toBe(atMs + accuracyMs);
    expect(message?.existedByMs).toBeGreaterThan(message?.recordedAtMs ?? 0);
    expect(report.notProven.join("\n")).toContain("were not revoked");
    expect(verifiedAgain(file, root)).toMatchObject([{ stampedAtMs: atMs }]);
  });

  test("is proven without a root too, and says that nobody trusted has stamped it", () => {
    const without = verifyEvidenceFile(file, [[key]]);
    expect(without).toMatchObject({ verdict: "proven", timestamps: [{ isTrusted: false }] });
    expect(without.messages[0]?.existedByMs).toBeUndefined();
    expect(without.notProven.join("\n")).toMatch(/by time-stamps .* was not named \(--tsa-root\)/u);
    const another = verifyEvidenceFile(file, [[key]], [stranger]);
    expect(another.notProven.join("\n")).toContain(`${stranger}: no time-stamp rests on it`);
    expect(verifiedAgain(file, stranger)[0]?.stampedAtMs).toBeUndefined();
  });

  test("is told in words, with the root as a file or as its fingerprint", async () => {
    const path = join(dir, "stamped.zip");
    await writeFile(path, file);
    const asked = ["evidence", "verify", path, "--roots", key, "--tsa-root"];
    const byFile = await tracepostHere([...asked, made.path("root.pem")]);
    expect(byFile).toMatchObject({ code: 0, err: "" });
    expect(byFile.out).toMatch(/existed before .*Z, as an authority outside has said/u);
    expect(byFile.out).toMatch(/time-stamp: the first \d+ entries existed before .* CN=tsa, root/u);
    const colons = root.toUpperCase().match(/../gu)?.join(":") ?? "";
    const byDigest = await tracepostHere([...asked, colons, "--json"]);
    expect(JSON.parse(byDigest.out).messages[0].existedBy).toMatch(/^20..-/u);
    const none = await tracepostHere([...asked, path]);
    expect(none).toMatchObject({ code: 3, err: expect.stringContaining("no root certificate") });
    const summary = Buffer.from(file).toString("latin1");
    expect(summary).toContain("Time-stamp");
    expect(summary).toContain(root);
  });

  test("covers what stood in the log by then, and says what did not", () => {
    const none = verifyEvidenceFile(withStamps(), [[key]], [root]);
    expect(none).toMatchObject({ verdict: "proven", timestamps: [] });
    expect(none.messages[0]?.existedByMs).toBeUndefined();
    expect(none.notProven.join("\n")).toContain(`${root}: no time-stamp rests on it`);
    const both = verifyEvidenceFile(withStamps(later, stamp), [[key]], [root]);
    expect(both).toMatchObject({ verdict: "proven", problems: [] });
    expect(both.messages).toEqual(verifyEvidenceFile(file, [[key]], [root]).messages);
  });

  test("does not say so of a message that was recorded after it", async () => {
    const after = await exported(await record());
    const { content: young } = parseEvidenceFile(after);
    expect(young.timestamps).toEqual([]);
    const report = verifyEvidenceFile(after, [[key]], [root]);
    const size2 = report.messages[0]?.checkpointSize ?? 0;
    const size1 = parseCheckpoint(stamp.checkpoint)?.size ?? 0;
    const consistency = await bench.read((tx) => consistencyProof(tx, size1, size2));
    const old = { ...stamp, consistency };
    const bytes = Buffer.from(formatEvidenceFile({ ...young, timestamps: [old] }));
    const honest = verifyEvidenceFile(bytes, [[key]], [root]);
    expect(honest).toMatchObject({ verdict: "proven", timestamps: [{ isTrusted: true }] });
    expect(honest.messages[0]?.existedByMs).toBeUndefined();
    expect(honest.notProven.join("\n")).toContain("it was recorded after the time-stamps");
    expect(verifiedAgain(bytes, root)[0]?.stampedAtMs).toBeUndefined();
  });
});

describe("a time-stamp in an evidence file that is not what it says (TP-STAMP-7)", () => {
  type Attack = () => EvidenceTimestamp | Promise<EvidenceTimestamp>;
  const turned = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((byte, place) => (place === at ? byte ^ 1 : byte));
  const attacks: readonly (readonly [name: string, problem: RegExp, attack: Attack])[] = [
    [
      "over another checkpoint of the same log",
      /001\.tst: proves nothing: it is about another message/u,
      () => ({ ...stamp, token: later.token }),
    ],
    [
      "of another authority than its root's",
      /001\.tst: proves nothing: no path leads/u,
      async () => ({ ...stamp, token: await tokenOver(stamp.checkpoint, other) }),
    ],
    [
      "that was altered",
      /001\.tst: proves nothing: /u,
      () => ({ ...stamp, token: turned(stamp.token, stamp.token.length - 5) }),
    ],
    ["that is none", /001\.tst: proves nothing: /u, () => ({ ...stamp, token: new Uint8Array() })],
    [
      "whose authority's certificate had ended",
      /001\.tst: proves nothing: .*was not valid/u,
      async () => {
        await made.issue("ended", { as: "tsa", days: -1 });
        const given = parseTimestampToken(await tokenOver(stamp.checkpoint, made, false));
        const info = given.ok ? given.value.content : expect.fail(given.why);
        return { ...stamp, token: await made.sign(info, { signer: "ended" }) };
      },
    ],
    [
      "over a checkpoint that no log has signed",
      /001\.checkpoint: is no checkpoint that the log has signed/u,
      async () => {
        const checkpoint = stamp.checkpoint.replace(/\n\d+\n/u, "\n9999\n");
        return { ...stamp, checkpoint, token: await tokenOver(checkpoint) };
      },
    ],
    [
      "without its way to the tree of the file",
      /001\.consistency: does not lead to a checkpoint of the messages/u,
      () => ({ ...stamp, consistency: [] }),
    ],
    [
      "with a way of another tree",
      /001\.consistency: does not lead to a checkpoint of the messages/u,
      () => ({ ...stamp, consistency: stamp.consistency.map((one) => turned(one, 0)) }),
    ],
  ];

  test.each(attacks)("%s is found by both verifiers", async (_, problem, attack) => {
    const bytes = withStamps(await attack());
    const report = verifyEvidenceFile(bytes, [[key]], [root, stranger]);
    expect(report.verdict).toBe("broken");
    expect(report.problems.join("\n")).toMatch(problem);
    expect(report.messages[0]?.existedByMs).toBeUndefined();
    expect(() => verifiedAgain(bytes, root, stranger)).toThrow(Untrue);
  });

  test("of an authority that nobody named counts for nothing, and breaks nothing", async () => {
    const token = await tokenOver(stamp.checkpoint, other);
    const bytes = withStamps({ ...stamp, token, root: await other.der("root") });
    const report = verifyEvidenceFile(bytes, [[key]], [root]);
    expect(report).toMatchObject({ verdict: "proven", problems: [] });
    expect(report.messages[0]?.existedByMs).toBeUndefined();
    expect(report.notProven.join("\n")).toContain(`${stranger} of`);
    expect(verifiedAgain(bytes, root)[0]?.stampedAtMs).toBeUndefined();
  });
});
