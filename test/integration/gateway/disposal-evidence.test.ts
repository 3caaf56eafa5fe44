import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type EvidenceContent,
  formatEvidenceFile,
  parseEvidenceFile,
  verifyEvidenceFile,
} from "#evidence";
import { OpenedDisposal } from "#proto";
import { openItem } from "#records";
import { sha256 } from "#wire";
import { Untrue, verifyEvidenceBag } from "../../second-verifier/index.ts";
import { checkStore } from "../../support/checked-store.ts";
import { disposalClerk } from "../../support/disposing.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { headerOf, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties } from "../../support/parties.ts";

const PERIOD_MS = 91 * 86_400_000;
const notAfterMs = Date.UTC(2090, 0, 1);
const parties = makeParties([
  { id: "NE", notAfterMs },
  { id: "BR", notAfterMs },
]);
const [ne, br] = [parties.party("NE"), parties.party("BR")];
const roots = [[parties.root.keyId]];

let bench: GatewayBench;
let content: EvidenceContent;
const [gone, other] = [traceRequest(ne, ["BR"]), traceRequest(ne, ["BR"])];

beforeAll(async () => {
  bench = await openGatewayBench(parties);
  vi.useFakeTimers({ toFake: ["Date"], now: bench.nowMs });
  const register = { version: 1, register: parties.registerBytes, by: "file", pins: null };
  const digest = sha256(parties.registerBytes);
  await bench.store.call("keepFirstRegister", { ...register, digest, nowMs: bench.nowMs });
  for (const message of [gone, other]) {
    await bench.send(message);
    await bench.send(recipientReceipt(br, [{ sender: "NE", message }]));
  }
  const clerk = disposalClerk(bench, parties);
  await clerk.clockJumped();
  bench.nowMs += PERIOD_MS;
  vi.setSystemTime(bench.nowMs);
  await clerk.look();
  const asked = { authority: "schedule", actor: "officer-1", nowMs: bench.nowMs };
  await bench.store.call("askRun", { ...asked, clockJumped: false });
  clerk.wake();
  await clerk.idle();
  const door = new OperatorDoor(bench, [parties.root.publicKey], clerk);
  await door.open();
  const token = await door.person("auditor-1", "AUDITOR");
  const path = `/v1/evidence/messages/NE/${headerOf(gone).messageId}`;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${door.url}${path}`, { headers });
  content = parseEvidenceFile(Buffer.from(await answer.arrayBuffer())).content;
  await door.close();
  await clerk.stop();
});

afterAll(async () => {
  await bench.close();
  vi.useRealTimers();
});

describe("an evidence file about a message whose parts are gone", () => {
  test("shows what became of them, and no record of others (TP-DISP-9, TP-EVID-10)", () => {
    const file = Buffer.from(formatEvidenceFile(content));
    const report = verifyEvidenceFile(file, roots);
    expect(report).toMatchObject({ verdict: "proven", problems: [] });
    expect(report.disposals).toMatchObject([
      { certificate: 1, items: 2, itemsShown: 1, isSigned: true, authority: "schedule" },
    ]);
    const parts = report.messages[0]?.parts ?? [];
    expect(parts.map(({ disposal }) => disposal?.certificate)).toEqual([1, 1]);
    const [proven] = verifyEvidenceBag(file, parties.root.keyId);
    expect(proven?.gone).toEqual([0, 1]);
    expect(file.includes(headerOf(other).messageId)).toBe(false);
    // Whoever has kept a part may put it back.
    const messages = content.messages.map((one) => ({ ...one, envelope: gone.bytes }));
    const whole = verifyEvidenceFile(formatEvidenceFile({ ...content, messages }), roots);
    expect(whole).toMatchObject({ verdict: "proven", problems: [] });
    expect(whole.messages[0]?.parts).toMatchObject([{ isHere: true }, { isHere: true }]);
  });

  test("is broken by whatever it shows otherwise, for both verifiers (TP-EVID-10)", async () => {
    const [first] = content.disposals;
    const [message] = content.messages;
    if (first === undefined || message === undefined) throw new TypeError("nothing is gone");
    const shown = OpenedDisposal.decode(first.opened);
    const [kept] = await bench.store.call("listCertificates", { run: 1, after: 0, limit: 1 });
    const stranger = await openItem(kept?.keptItems ?? [], 1);
    const withOpened = (change: Partial<OpenedDisposal>): EvidenceContent => {
      const opened = OpenedDisposal.encode({ ...shown, ...change }).finish();
      return { ...content, disposals: [{ ...first, opened }] };
    };
    const moved = shown.items.map((one) => ({ ...one, position: 1 - one.position }));
    const signatures = shown.signatures.map((one) => ({ ...one, value: Buffer.alloc(64) }));
    const cases: [EvidenceContent, RegExp][] = [
      [withOpened({ items: moved }), /shows an item that the certificate does not name/],
      [withOpened({ items: [stranger] }), /names a message that is not here/],
      [withOpened({ signatures }), /is not signed by the gateway/],
      [
        { ...content, disposals: [{ ...first, proof: message.proof }] },
        /is about another certificate/,
      ],
    ];
    for (const [changed, why] of cases) {
      const file = Buffer.from(formatEvidenceFile(changed));
      expect(verifyEvidenceFile(file, roots).problems.join("\n")).toMatch(why);
      expect(() => verifyEvidenceBag(file, parties.root.keyId)).toThrow(Untrue);
    }
  });

  test("is not made of items that the certificate does not name (TP-DISP-9)", async () => {
    const check = async () => (await checkStore(bench.file)).problems;
    expect(await check()).toEqual([]);
    const db = new DatabaseSync(bench.file);
    for (const sql of [
      "CAST(substr(kept_items, 1, length(kept_items) - 1) || x'00' AS BLOB)",
      "NULL",
    ]) {
      db.exec(`UPDATE disposal_certificate SET kept_items = ${sql} WHERE id = 1`);
      const named = /certificate 1 \(entry \d+\) does not name the items that are kept with it/;
      expect((await check()).join("\n")).toMatch(named);
    }
    db.close();
  });
});
