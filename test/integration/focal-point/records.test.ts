import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDisposed } from "#participant-store";
import { DisposalCertificate, ExchangeStatus, Instrument, SignedDisposalCertificate } from "#proto";
import { addPeriod, itemsOf, parsePeriod } from "#records";
import { PAYLOAD_TYPES, verifyBytesNow } from "#trust";
import { sha256 } from "#wire";
import { PartyRecords } from "../../support/party-records.ts";

const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;
const START = Date.UTC(2028, 1, 29, 12);
const CLOSED = START + 10 * DAY_MS;
const plus = (fromMs: number, period: string): number =>
  addPeriod(fromMs, parsePeriod(period) ?? { months: 0, days: 0 });

let records: PartyRecords;
const [officer, second] = ["officer-1", "officer-2"];

beforeAll(async () => {
  records = await PartyRecords.open(START);
});

afterAll(() => records?.close());

const subjects = async (): Promise<string[]> =>
  (await records.due(officer)).records.map(({ subject }: { subject: string }) => subject);

/** Certificates of a run, verified and opened. */
async function certificatesOf(run: number) {
  const { certificates } = (await records.ask(officer, `/disposals/${run}/certificates`)).body;
  return certificates.map(({ signed }: { signed: string }) => {
    const kept = SignedDisposalCertificate.decode(Buffer.from(signed, "base64"));
    const signature = kept.signatures[0]?.value ?? Buffer.of();
    const { publicKey } = records;
    const isGood = verifyBytesNow(publicKey, PAYLOAD_TYPES.disposal, kept.certificate, signature);
    expect(isGood).toBe(true);
    const said = DisposalCertificate.decode(kept.certificate);
    return { said, bytes: kept.certificate, items: itemsOf(said, kept.items) ?? [] };
  });
}

const YEARLY = "Yearly disposal (made up)";
const look = (sql: string, ...values: string[]) => records.store.call("look", { sql, values });

describe("what a focal point keeps", () => {
  const { EXERCISE } = ExchangeStatus;
  let trace: string;
  let alert: string;

  test("is due by its class, and never before (TP-PREC-1, TP-PREC-2, TP-PREC-3)", async () => {
    const { store } = records;
    const made = { nowMs: START, closedAtMs: CLOSED };
    const document = await records.putDocument(0x53);
    trace = await store.call("makeCase", { ...made, fill: 0x51, persons: true, document });
    const iti = await store.call("makeCase", { ...made, instruments: [Instrument.ITI] });
    const open = await store.call("makeCase", { nowMs: START });
    const reopened = await store.call("makeCase", { ...made, reopenedAtMs: CLOSED + DAY_MS });
    const drill = await store.call("makeCase", { nowMs: START, status: EXERCISE });
    const expiring = { nowMs: START, expiresAtMs: CLOSED + DAY_MS };
    alert = await store.call("makeAlert", { ...expiring, fill: 0x52 });
    const ends = [
      [`case ${drill}`, plus(START, "P90D")],
      [`case ${trace}`, plus(CLOSED, "P10Y")],
      [`alert ${alert}`, plus(CLOSED + DAY_MS, "P10Y")],
      [`case ${open}`, plus(plus(START, "P2Y"), "P10Y")],
      [`case ${reopened}`, plus(plus(CLOSED + DAY_MS, "P2Y"), "P10Y")],
      [`case ${iti}`, plus(CLOSED, "P20Y")],
    ] as const;
    for (const [subject, dueAtMs] of ends) {
      records.nowMs = dueAtMs - 1;
      expect(await subjects(), subject).not.toContain(subject);
      records.nowMs = dueAtMs;
      expect(await subjects(), subject).toContain(subject);
    }
  });

  test("is held, and disposed of once two people have released it (TP-PREC-4, TP-PREC-6)", async () => {
    // What was due by a later clock is reckoned again.
    records.nowMs = plus(CLOSED + DAY_MS, "P10Y");
    const wish = { reason: "Trial (made up)", authority: "High Court 12/2026 (made up)" };
    const unknown = { ...wish, conversationId: "00000000-0000-4000-8000-000000000000" };
    expect((await records.ask(officer, "/holds", unknown)).body.code).toBe("NOTHING_TO_HOLD");
    const held = await records.ask(second, "/holds", { ...wish, conversationId: trace });
    expect(held).toMatchObject({ status: 201, body: { covers: true, state: "asked" } });
    const { id } = held.body;
    const alone = await records.ask(second, `/holds/${id}/confirm`, { reason: "x" });
    expect(alone.body.code).toBe("HOLD_SECOND_PERSON");
    expect((await records.ask(officer, `/holds/${id}/confirm`, { reason: "x" })).status).toBe(200);
    const counts = await records.store.call("recordCounts", { nowMs: records.nowMs });
    expect(counts).toMatchObject({ holdsWaiting: 0, runsWaiting: 0 });
    const run = await records.dispose(officer);
    expect(run).toMatchObject({ state: "done" });
    expect(await records.inFiles(0x52)).toBe(false);
    expect(await records.inFiles(0x51)).toBe(true);
    expect((await look("SELECT 1 FROM trace_case WHERE case_id = ?", trace)).length).toBe(1);
    await records.ask(officer, `/holds/${id}/release`, { reason: "Over (made up)" });
    await records.ask(second, `/holds/${id}/confirm-release`, { reason: "Over (made up)" });
    expect(await subjects()).toContain(`case ${trace}`);
  });

  test("leaves digests, ids and a signed certificate, and no byte (TP-PREC-4, TP-PREC-5, TP-PREC-8)", async () => {
    const [before] = await look(
      "SELECT hex(header_digest) AS digest, message_id FROM post_inbox WHERE conversation_id = ?",
      trace,
    );
    expect(await records.inFiles(0x53)).toBe(true);
    const run = await records.dispose(officer, YEARLY);
    expect(run).toMatchObject({ state: "done" });
    for (const fill of [0x51, 0x52, 0x53]) expect(await records.inFiles(fill)).toBe(false);
    const certificates = await certificatesOf(run.id);
    const [{ said, items }] = certificates;
    expect(said).toMatchObject({ participant: "NE", authority: YEARLY, askedBy: "officer-1" });
    const [item] = items.filter(({ subject }: { subject: string }) => subject === `case ${trace}`);
    expect(item).toMatchObject({ retentionClass: "trace", messages: [{ sender: "BR" }] });
    const names = item.parts.map(({ name }: { name: string }) => name);
    expect(names).toEqual(["case", "attachment"]);
    const digest = Buffer.from(item.messages[0].headerDigest).toString("hex").toUpperCase();
    expect(digest).toBe(before?.digest);
    const [earlier] = await look("SELECT certificate FROM disposal_certificate WHERE id = 1");
    expect(Buffer.from(said.previous)).toEqual(Buffer.from(sha256(earlier?.certificate as never)));
    expect(await look("SELECT 1 FROM trace_case WHERE case_id = ?", trace)).toEqual([]);
    const late = { reason: "x", authority: "x", conversationId: trace };
    expect((await records.ask(officer, "/holds", late)).body.code).toBe("NOTHING_TO_HOLD");
    const keys = [{ sender: "BR", messageId: String(before?.message_id) }];
    const [known] = await records.store.call("postKnownInbound", { keys });
    expect(
      Buffer.from(known ?? [])
        .toString("hex")
        .toUpperCase(),
    ).toBe(before?.digest);
    const gone = await look("SELECT 1 FROM disposed_conversation WHERE conversation_id = ?", trace);
    expect(gone).toHaveLength(1);
    const counts = await records.store.call("caseCounts", undefined);
    expect(Object.values(counts.requested).reduce((sum, n) => sum + n, 0)).toBe(3);
  });

  test("stays while a person has said that personal data of it is needed (TP-PREC-2)", async () => {
    const { store } = records;
    const made = { nowMs: records.nowMs - 20 * YEAR_MS, closedAtMs: records.nowMs - 19 * YEAR_MS };
    const kept = await store.call("makeCase", { ...made, persons: true });
    const [block] = await look("SELECT block_id FROM person_block WHERE case_id = ?", kept);
    const reviewAtMs = records.nowMs + DAY_MS;
    const by = { actor: "officer-1", reason: "The trial goes on.", nowMs: records.nowMs };
    await store.call("reviewPersons", { blockId: String(block?.block_id), reviewAtMs, ...by });
    expect(await subjects()).not.toContain(`case ${kept}`);
    records.nowMs = reviewAtMs;
    expect(await subjects()).toContain(`case ${kept}`);
  });

  test("is not begun anew by what comes later (TP-PREC-5)", async () => {
    const hooks = withDisposed({ onMessage: async () => undefined } as never);
    const tx = { get: async () => ({ 1: 1 }) } as never;
    const refusal = await hooks.onMessage(tx, { conversationId: trace } as never, undefined);
    expect(refusal).toMatchObject({ code: "ILLEGAL_MOVE", field: "header.conversation_id" });
  });
});
