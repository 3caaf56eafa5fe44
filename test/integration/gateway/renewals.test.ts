import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type EvidenceContent,
  formatEvidenceFile,
  parseEvidenceFile,
  renewEvidence,
  verifyEvidenceFile,
} from "#evidence";
import { cosign, createCheckpointSigner } from "#message-log";
import { KeyPurpose, LogKey, SignedRegister, SigningKey } from "#proto";
import { LOG_LIMITS } from "#runtime";
import { generateLogKey, generateSigningKey, openRegister } from "#trust";
import { type AssembledEnvelope, sha256, toTimestamp } from "#wire";
import { renewalSignatures } from "../../../gateway/identity.ts";
import { ALONE } from "../../../gateway/instances/duty.ts";
import { LogRenewer } from "../../../gateway/log-renewer.ts";
import { Untrue, verifyEvidenceBag } from "../../second-verifier/index.ts";
import { checkStore, copyChanged } from "../../support/checked-store.ts";
import { disposalClerk } from "../../support/disposing.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { headerOf, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties, reissue } from "../../support/parties.ts";

const [BEGIN, END] = [2026, 2057];
const notAfterMs = Date.UTC(2090, 0, 1);
const ROTATIONS = [2031, 2038, 2045, 2052];
const ANOTHER_DIGEST = 2042;

const parties = makeParties([
  { id: "NE", notAfterMs },
  { id: "BR", notAfterMs },
]);
const [ne, br] = [parties.party("NE"), parties.party("BR")];
const roots = [[parties.root.keyId]];
const origin = parties.register.logOrigin;

/** Keys of the log, the newest last; the first of checkpoints is that of the first register. */
const keys = [
  { checkpoint: parties.checkpointKey, log: generateLogKey(), receipt: parties.receiptKey },
];
const newest = () => keys.at(-1) ?? expect.fail("no keys");

let bench: GatewayBench;
let renewer: LogRenewer;
let registerBytes = parties.registerBytes;
const messages: { readonly year: number; readonly message: AssembledEnvelope }[] = [];
/** Renewals by the year in which they were made. */
const renewedIn: number[] = [];
let door: OperatorDoor;
let persons = 0;
let young: EvidenceContent;
let early: readonly string[] = [];

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(BEGIN, 0, 1) });
  bench = await openGatewayBench(parties, {
    checkpointSigner: {
      origin,
      sign: (size, root) => createCheckpointSigner(newest().checkpoint, origin).sign(size, root),
      countersign: (note) =>
        note + cosign(note, { ...newest().log, name: origin }, Math.floor(Date.now() / 1_000)),
    },
  });
  renewer = new LogRenewer({
    ...bench,
    duty: ALONE,
    witnesses: { cosigned: undefined },
    signer: (renewal) => renewalSignatures(renewal, [newest().checkpoint, newest().log]),
  });
  const digest = sha256(SignedRegister.decode(registerBytes).register);
  const first = { version: 1, register: registerBytes, digest, by: "file", pins: null };
  await bench.store.call("keepFirstRegister", { ...first, nowMs: bench.nowMs });
  await rotate(BEGIN);
  door = new OperatorDoor(bench, [parties.root.publicKey]);
  await door.open();
  for (let year = BEGIN; year < END; year += 1) await live(year);
}, 120_000);

afterAll(async () => {
  await door.close();
  await renewer.stop();
  await bench.close();
  vi.useRealTimers();
});

/** A year: keys that are due, a message in each second year, what is due for disposal, renewal. */
async function live(year: number): Promise<void> {
  setTo(Date.UTC(year, 1, 28));
  if (ROTATIONS.includes(year)) await rotate(year);
  if (year % 2 === 0) {
    const message = traceRequest(ne, ["BR"]);
    messages.push({ year, message });
    expect(await bench.send(message)).toBe("ack");
    await bench.send(recipientReceipt(br, [{ sender: "NE", message }]));
  }
  await bench.checkpoints.stop();
  const digest = year < ANOTHER_DIGEST ? "SHA-512" : "SHA3-512";
  const { dueAtMs = 0 } = await renewer.standing();
  if (bench.nowMs >= dueAtMs) {
    const done = await renewer.renew(digest);
    expect(done.type, `renewal of ${year}`).toBe("renewed");
    renewedIn.push(year);
    await bench.checkpoints.stop();
  }
  if (year === 2028) {
    young = parseEvidenceFile(await exported(messages[0]?.message)).content;
    early = verifyEvidenceFile(formatEvidenceFile(young), roots).notProven;
  }
  // What was recorded is hashed again soon, long before its parts are due.
  await bench.store.call("rehashEntries", { digest, upTo: bench.checkpoints.keptSize, limit: 500 });
  setTo(Date.UTC(year, 8, 1));
  if (year % 5 === 0) await dispose();
}

function setTo(ms: number): void {
  bench.nowMs = ms;
  vi.setSystemTime(ms);
}

async function dispose(): Promise<void> {
  const clerk = disposalClerk(bench, { ...parties, receiptKey: newest().receipt });
  await bench.store.call("noteTime", { nowMs: bench.nowMs });
  await clerk.look();
  const asked = { authority: "schedule", actor: "officer-1", nowMs: bench.nowMs };
  await bench.store.call("askRun", { ...asked, clockJumped: false });
  clerk.wake();
  await clerk.idle();
  await clerk.stop();
  await bench.checkpoints.stop();
}

/** New keys of the log and of receipts, in the next version of the register. */
async function rotate(year: number): Promise<void> {
  const receipt = generateSigningKey();
  const next = { checkpoint: generateSigningKey(), log: generateLogKey(), receipt };
  const window = {
    notBefore: toTimestamp(Date.UTC(year, 0, 1)),
    notAfter: toTimestamp(notAfterMs),
  };
  const gatewayKey = (of: typeof receipt, purpose: KeyPurpose) => {
    return SigningKey.create({ keyId: of.keyId, publicKey: of.publicRaw, purpose, ...window });
  };
  registerBytes = reissue(parties, registerBytes, ({ gatewayKeys, logKeys }) => ({
    expiresAt: toTimestamp(notAfterMs),
    gatewayKeys: [
      ...gatewayKeys,
      gatewayKey(next.receipt, KeyPurpose.RECEIPT),
      gatewayKey(next.checkpoint, KeyPurpose.CHECKPOINT),
    ],
    logKeys: [
      ...logKeys,
      LogKey.create({ keyId: next.log.keyId, publicKey: next.log.publicRaw, ...window }),
    ],
  }));
  const opened = openRegister(registerBytes, [parties.root.publicKey]);
  if (!opened.ok) throw new TypeError(opened.refusal.detail);
  const version = Number(opened.value.version);
  const digest = sha256(SignedRegister.decode(registerBytes).register);
  const kept = { version, digest, register: registerBytes, by: "file", pins: null };
  keys.push(next);
  await bench.store.call("recordRegister", { ...kept, nowMs: bench.nowMs });
  await bench.change(opened.value);
}

async function exported(message: AssembledEnvelope | undefined): Promise<Buffer> {
  persons += 1;
  const token = await door.person(`auditor-${persons}`, "AUDITOR");
  const id = message === undefined ? "none" : headerOf(message).messageId;
  const headers = { authorization: `Bearer ${token}` };
  await bench.checkpoints.stop();
  const answer = await fetch(`${door.url}/v1/evidence/messages/NE/${id}`, { headers });
  const file = Buffer.from(await answer.arrayBuffer());
  expect(answer.status, file.toString("utf8", 0, 400)).toBe(200);
  return file;
}

describe("a log over 31 years", () => {
  test("is renewed when that is due, never earlier, never forgotten (TP-RENEW-2)", async () => {
    const years = LOG_LIMITS.renewEveryMs / (365 * 86_400_000);
    const steps = renewedIn.slice(1).map((year, at) => year - (renewedIn[at] ?? 0));
    expect(renewedIn[0]).toBe(BEGIN + years);
    expect(new Set(steps)).toEqual(new Set([years]));
    expect(await checkStore(bench.file)).toMatchObject({ isDone: true, problems: [] });
  });

  test("proves every message by both verifiers, under every renewal since (TP-RENEW-4)", async () => {
    for (const { message, year } of messages) {
      const file = await exported(message);
      const report = verifyEvidenceFile(file, roots);
      expect(report.problems, String(year)).toEqual([]);
      expect(report.verdict).toBe("proven");
      const since = renewedIn.filter((one) => one >= year);
      const numbers = report.renewals.map(({ renewedAtMs }) =>
        new Date(renewedAtMs).getUTCFullYear(),
      );
      expect(numbers).toEqual(since);
      const [proven] = verifyEvidenceBag(file, parties.root.keyId);
      expect(proven).toMatchObject({
        messageId: headerOf(message).messageId,
        renewals: since.length,
      });
      const isGone = year < 2055;
      expect(report.disposals.length > 0).toBe(isGone);
      expect(proven?.gone.length ?? 0).toBe(isGone ? headerOf(message).parts.length : 0);
      expect(report.renewals.every(({ signers }) => signers.length === 2)).toBe(true);
    }
    const used = new Set(
      verifyEvidenceFile(await exported(messages[0]?.message), roots).renewals.map(
        ({ digest }) => digest,
      ),
    );
    expect(used).toEqual(new Set(["SHA-512", "SHA3-512"]));
  });

  test("completes an old file with what came since, and keeps its parts (TP-RENEW-6)", async () => {
    const old = Buffer.from(formatEvidenceFile(young));
    expect(early.join()).not.toContain("it was not renewed");
    expect(verifyEvidenceFile(old, roots)).toMatchObject({ verdict: "proven", problems: [] });
    const later = parseEvidenceFile(await exported(messages[0]?.message)).content;
    const whole = Buffer.from(formatEvidenceFile(renewEvidence(young, later)));
    const report = verifyEvidenceFile(whole, roots);
    expect(report).toMatchObject({ verdict: "proven", problems: [] });
    expect(report.messages[0]?.parts.every(({ isHere }) => isHere)).toBe(true);
    expect(report.renewals).toHaveLength(renewedIn.length);
    // The parts were hashed again while they were here: nothing of them hangs on SHA-256 alone.
    const old256 = report.notProven.filter((said) => said.includes("once SHA-256 is broken"));
    expect(old256).toEqual([expect.stringContaining("certificates of disposal")]);
    expect(verifyEvidenceBag(whole, parties.root.keyId)[0]?.renewals).toBe(renewedIn.length);
    const other = parseEvidenceFile(await exported(messages[1]?.message)).content;
    expect(() => renewEvidence(young, other)).toThrow(/not about the same/);
  });

  test("is completed from the command line, which says what it holds (TP-RENEW-6)", async () => {
    const dir = await mkdtemp(join(tmpdir(), "tracepost-renewed-"));
    const [old, later, out] = ["old", "later", "out"].map((name) => join(dir, `${name}.zip`));
    await writeFile(old ?? "", formatEvidenceFile(young));
    await writeFile(later ?? "", await exported(messages[0]?.message));
    const line = ["evidence", "renew", old ?? "", later ?? "", "--out", out ?? ""];
    const made = await tracepostHere(line);
    expect(made.out).toContain(`renewed ${renewedIn.length} time(s)`);
    const told = await tracepostHere([
      "evidence",
      "verify",
      out ?? "",
      "--roots",
      parties.root.keyId,
    ]);
    expect(told.code).toBe(0);
    expect(told.out).toMatch(/renewal 1 of 2028-.*hashed again with SHA-512, signed with Ed25519/);
    expect(told.out).toMatch(/part body was disposed of, certificate 1: due 2026-/);
    await rm(dir, { recursive: true });
  });

  test("is broken by whatever a renewal says otherwise, for both verifiers (TP-RENEW-3)", async () => {
    const content = parseEvidenceFile(await exported(messages[0]?.message)).content;
    const { renewals } = content;
    const [index = 0, proof = new Uint8Array()] = [...content.renewed][0] ?? [];
    const turned = (bytes: Uint8Array, at: number): Uint8Array => {
      const copy = Uint8Array.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const [first, second] = renewals;
    if (first === undefined || second === undefined) throw new TypeError("nothing was renewed");
    const spoiled = { ...first, signed: turned(first.signed, first.signed.length - 1) };
    const strange = new Map([...content.renewed, [index + 1_000, proof]]);
    const cases: [string, Partial<EvidenceContent>, RegExp][] = [
      ["one left out", { renewals: renewals.toSpliced(1, 1) }, /is not the next one/],
      ["another order", { renewals: [second, first] }, /is not the next one|does not prove/],
      [
        "a signature",
        { renewals: renewals.with(0, spoiled) },
        /is no renewal that keys of the log/,
      ],
      [
        "its entry",
        { renewals: renewals.with(0, { ...first, proof: second.proof }) },
        /was logged/,
      ],
      [
        "a leaf",
        { renewed: new Map([...content.renewed, [index, turned(proof, 40)]]) },
        /hashed again/,
      ],
      ["one lacks", { renewed: new Map() }, /does not prove that the entry was hashed again/],
    ];
    for (const [what, change, why] of cases) {
      const file = Buffer.from(formatEvidenceFile({ ...content, ...change }));
      expect(verifyEvidenceFile(file, roots).problems.join("\n"), what).toMatch(why);
      expect(() => verifyEvidenceBag(file, parties.root.keyId), what).toThrow(Untrue);
    }
    const stray = formatEvidenceFile({ ...content, renewed: strange });
    expect(verifyEvidenceFile(stray, roots).problems.join()).toContain(
      "nothing in the file is about",
    );
  });

  test("is compared with its renewals: one edited or lost is named (TP-LOG-15)", async () => {
    const copy = `${bench.file}.copy`;
    await copyChanged(bench.file, copy, "UPDATE log_renewal SET renewal = x'0a' WHERE number = 2");
    const edited = (await checkStore(copy)).problems.join();
    expect(edited).toMatch(/renewal 2 \(entry \d+\) is not the one that was logged/);
    await copyChanged(bench.file, copy, "DELETE FROM log_renewal WHERE number = 3");
    expect((await checkStore(copy)).problems.join()).toMatch(
      /the renewal of entry \d+ is not kept/,
    );
  });
});
