import { firearmKeysOf } from "#casework";
import { canonicalJson } from "#repeats";
import { newMessageId, type SqlRow, type Transaction } from "#runtime";
import { circumstancesIn, circumstancesText } from "./circumstances.ts";
import { noteDoubles } from "./double-record.ts";
import { addOrigin, followCases, type OriginView, originsOf } from "./origin-record.ts";
import type { NewItemFacts, NewSeizureFacts } from "./seizure-schema.ts";

/** A report without its items. */
export type AboutReport = Omit<NewSeizureFacts, "items">;

/** Who enters something, and when. */
export interface Entering {
  readonly actor: string;
  readonly nowMs: number;
}

interface ReportRow extends SqlRow {
  position: number;
  report_id: string;
  institution: AboutReport["institution"];
  agency: string;
  seizure_number: string;
  event_id: string;
  seized_on: string;
  place: string;
  recovery: AboutReport["recovery"];
  justification: NonNullable<AboutReport["justification"]>;
  circumstances: string;
  actor: string;
  entered_at: number;
  withdrawn_by: string;
  withdrawn_at: number | null;
  withdrawn_why: string;
}

interface ItemRow extends SqlRow {
  position: number;
  number: number;
  facts: string;
}

/** A report as it is kept. */
export interface SeizureReport extends AboutReport {
  readonly position: number;
  readonly reportId: string;
  readonly actor: string;
  readonly enteredAtMs: number;
  readonly withdrawn?: { readonly by: string; readonly atMs: number; readonly reason: string };
}

/** One with its items, and what is known of their origin. */
export interface SeizureDetail extends SeizureReport {
  readonly items: readonly (NewItemFacts & { readonly origins: readonly OriginView[] })[];
}

/** Why an item of a report cannot be taken. */
export type NotTaken = "UNKNOWN_CASE" | "REPORT_DIFFERS" | "ALREADY_REPORTED";

/** What became of an item that was taken. */
export type ItemTaken = "added" | "unchanged" | "established";

/** What is there of a report under its number: nothing, this very one, or another. */
export async function judgeReport(
  tx: Transaction,
  about: AboutReport,
): Promise<
  | { readonly type: "new" }
  | { readonly type: "known"; readonly position: number; readonly reportId: string }
  | { readonly type: "REPORT_DIFFERS" }
> {
  const known = await tx.get<ReportRow>(
    `SELECT * FROM seizure_report
     WHERE institution = ? AND seizure_number = ? AND withdrawn_at IS NULL`,
    about.institution,
    about.seizureNumber,
  );
  if (known === undefined) return { type: "new" };
  if (!isSameReport(aboutOf(known), about)) return { type: "REPORT_DIFFERS" };
  return { type: "known", position: known.position, reportId: known.report_id };
}

/** Whether two say the same of a report, beside its items. */
export function isSameReport(one: AboutReport, other: AboutReport): boolean {
  return canonicalJson(complete(one)) === canonicalJson(complete(other));
}

/** Why an item cannot be taken; undefined when it can. `report`: its report, where it is known. */
export async function judgeItem(
  tx: Transaction,
  report: number | undefined,
  { origin: _origin, ...facts }: NewItemFacts,
): Promise<NotTaken | undefined> {
  const known = report === undefined ? undefined : await itemIn(tx, report, facts.item);
  if (known !== undefined) {
    return known.facts === canonicalJson(facts) ? undefined : "ALREADY_REPORTED";
  }
  for (const caseId of facts.traceCaseIds ?? []) {
    if (!(await isOwnCase(tx, caseId))) return "UNKNOWN_CASE";
  }
  return undefined;
}

async function itemIn(
  tx: Transaction,
  report: number,
  number: number,
): Promise<ItemRow | undefined> {
  return await tx.get<ItemRow>(
    "SELECT position, number, facts FROM seizure_item WHERE report = ? AND number = ?",
    report,
    number,
  );
}

/** The report under its number; added when there is none. It was judged before. */
export async function putReport(
  tx: Transaction,
  about: AboutReport,
  { actor, nowMs }: Entering,
): Promise<{ readonly position: number; readonly reportId: string }> {
  const known = await judgeReport(tx, about);
  if (known.type === "known") return known;
  const reportId = newMessageId(nowMs);
  const { agency, date, institution, place, recovery, seizureNumber } = about;
  const row = await tx.get<{ position: number }>(
    `INSERT INTO seizure_report (report_id, institution, agency, seizure_number, event_id,
       seized_on, place, recovery, justification, circumstances, actor, entered_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING position`,
    reportId,
    institution,
    agency,
    seizureNumber,
    about.eventId ?? "",
    date,
    place,
    recovery,
    about.justification ?? "NOT_RECORDED",
    circumstancesText(about),
    actor,
    nowMs,
  );
  return { position: row?.position ?? 0, reportId };
}

function complete(about: AboutReport): AboutReport {
  const { agency, date, eventId, institution, place, recovery, seizureNumber } = about;
  const justification = about.justification ?? "NOT_RECORDED";
  const circumstances = circumstancesIn(circumstancesText(about));
  const always = { agency, date, institution, place, recovery, seizureNumber, justification };
  const said = { ...always, ...circumstances };
  return eventId === undefined ? said : { ...said, eventId };
}

/**
 * Takes one item of a report, once: the same again changes nothing, and an origin that is told
 * later is added (TP-LEDG-4, TP-LEDG-5). It was judged before.
 */
export async function putItem(
  tx: Transaction,
  report: number,
  { origin, ...facts }: NewItemFacts,
  entering: Entering,
): Promise<ItemTaken> {
  const known = await itemIn(tx, report, facts.item);
  const item = known?.position ?? (await insertItem(tx, report, facts, entering));
  if (known === undefined && facts.kind === "ARM") {
    await noteDoubles(tx, item, entering.nowMs);
    for (const caseId of facts.traceCaseIds ?? []) await linkCase(tx, item, caseId, entering);
  }
  const told = origin && { ...origin, caseId: "" };
  const isNew = told !== undefined && (await addOrigin(tx, item, told, entering));
  if (known === undefined) return "added";
  return isNew ? "established" : "unchanged";
}

async function insertItem(
  tx: Transaction,
  report: number,
  facts: Omit<NewItemFacts, "origin">,
  { actor, nowMs }: Entering,
): Promise<number> {
  const { kind, make = "", serial } = facts;
  const hasKeys = kind === "ARM" && serial !== undefined;
  const keys = hasKeys ? firearmKeysOf({ make, serialRaw: serial }) : undefined;
  const row = await tx.get<{ position: number }>(
    `INSERT INTO seizure_item (report, number, kind, type, marking, made_in_year, quantity, unit,
       brand_key, look_alike_key, facts, actor, entered_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING position`,
    report,
    facts.item,
    kind,
    typeOf(facts),
    facts.marking ?? "NOT_RECORDED",
    facts.yearOfManufacture ?? null,
    facts.quantity,
    facts.unit,
    keys?.makeKey ?? null,
    keys?.lookAlikeKey ?? null,
    canonicalJson(facts),
    actor,
    nowMs,
  );
  return row?.position ?? 0;
}

/** The type it is counted under. */
function typeOf({ craftMade, type }: Omit<NewItemFacts, "origin">): string {
  if (type !== undefined && type !== "UNKNOWN") return type;
  return craftMade === true ? "CRAFT_MADE" : "UNSPECIFIED";
}

async function isOwnCase(tx: Transaction, caseId: string): Promise<boolean> {
  const row = await tx.get(
    // What an exercise comes to is counted nowhere.
    "SELECT 1 FROM trace_link WHERE case_id = ? AND is_own = 1 AND is_actual = 1",
    caseId,
  );
  return row !== undefined;
}

async function linkCase(
  tx: Transaction,
  item: number,
  caseId: string,
  { actor, nowMs }: Entering,
): Promise<void> {
  await tx.run(
    "INSERT INTO seizure_trace (item, case_id, actor, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    item,
    caseId,
    actor,
    nowMs,
  );
  await followCases(tx, caseId, nowMs);
}

/** What became of linking an item with a case of this State. */
export type Linked = "linked" | "unknown" | "UNKNOWN_CASE" | "NOT_AN_ARM";

/** Links an arm with a request of this State: what it establishes counts (TP-LEDG-6). */
export async function linkItem(
  tx: Transaction,
  args: Entering & { readonly reportId: string; readonly item: number; readonly caseId: string },
): Promise<Linked> {
  const found = await findItem(tx, args);
  if (found === undefined) return "unknown";
  if (found.kind !== "ARM") return "NOT_AN_ARM";
  if (!(await isOwnCase(tx, args.caseId))) return "UNKNOWN_CASE";
  await linkCase(tx, found.position, args.caseId, args);
  return "linked";
}

/** An item of a report that is not withdrawn. */
export async function findItem(
  tx: Transaction,
  { item, reportId }: { readonly reportId: string; readonly item: number },
): Promise<{ position: number; kind: string; seized_on: string } | undefined> {
  return await tx.get(
    `SELECT i.position, i.kind, r.seized_on FROM seizure_item AS i
     JOIN seizure_report AS r ON r.position = i.report
     WHERE r.report_id = ? AND i.number = ? AND r.withdrawn_at IS NULL`,
    reportId,
    item,
  );
}

/** One report with its items, or null. */
export async function loadSeizure(
  tx: Transaction,
  args: { readonly reportId: string },
): Promise<SeizureDetail | null> {
  const row = await tx.get<ReportRow>(
    "SELECT * FROM seizure_report WHERE report_id = ?",
    args.reportId,
  );
  if (row === undefined) return null;
  const rows = await tx.all<ItemRow>(
    "SELECT position, number, facts FROM seizure_item WHERE report = ? ORDER BY number",
    row.position,
  );
  const items: (NewItemFacts & { origins: OriginView[] })[] = [];
  for (const { facts, position } of rows) {
    const linked = await tx.all<{ case_id: string }>(
      "SELECT case_id FROM seizure_trace WHERE item = ? ORDER BY case_id",
      position,
    );
    const cases = linked.map(({ case_id }) => case_id);
    const { traceCaseIds: _told, ...rest } = JSON.parse(facts) as NewItemFacts;
    const traces = cases.length === 0 ? {} : { traceCaseIds: cases };
    items.push({ ...rest, ...traces, origins: await originsOf(tx, position) });
  }
  return { ...reportOf(row), items };
}

/** Reports of a year, or all, the newest entered first; withdrawn ones stay on the list. */
export async function listSeizures(
  tx: Transaction,
  args: { readonly year: number | undefined; readonly before: number; readonly limit: number },
): Promise<SeizureReport[]> {
  const { before, limit, year } = args;
  const rows = await tx.all<ReportRow>(
    `SELECT * FROM seizure_report WHERE position < ? AND seized_on BETWEEN ? AND ?
     ORDER BY position DESC LIMIT ?`,
    before,
    year === undefined ? "" : `${year}-01-01`,
    year === undefined ? "9999-12-31" : `${year}-12-31`,
    limit,
  );
  return rows.map(reportOf);
}

/** Withdraws a report that was wrong: it stays, and counts no more from now on (TP-LEDG-3). */
export async function withdrawSeizure(
  tx: Transaction,
  args: Entering & { readonly reportId: string; readonly reason: string },
): Promise<SeizureDetail | null> {
  const { actor, nowMs, reason, reportId } = args;
  await tx.run(
    `UPDATE seizure_report SET withdrawn_by = ?, withdrawn_at = ?, withdrawn_why = ?
     WHERE report_id = ? AND withdrawn_at IS NULL`,
    actor,
    nowMs,
    reason,
    reportId,
  );
  return await loadSeizure(tx, { reportId });
}

function aboutOf(row: ReportRow): AboutReport {
  const { agency, institution, justification, place, recovery } = row;
  const circumstances = circumstancesIn(row.circumstances);
  const about = { agency, institution, justification, place, recovery, ...circumstances };
  const rest = { ...about, date: row.seized_on, seizureNumber: row.seizure_number };
  return row.event_id === "" ? rest : { ...rest, eventId: row.event_id };
}

function reportOf(row: ReportRow): SeizureReport {
  const { actor, entered_at: enteredAtMs, position, report_id: reportId } = row;
  const report = { ...aboutOf(row), position, reportId, actor, enteredAtMs };
  if (row.withdrawn_at === null) return report;
  const { withdrawn_at: atMs, withdrawn_by: by, withdrawn_why: reason } = row;
  return { ...report, withdrawn: { by, atMs, reason } };
}
