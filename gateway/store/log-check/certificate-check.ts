/** What a disposal certificate says, compared with its run, records and schedule (TP-DISP-7). */
import type { KeyObject } from "node:crypto";
import type { CertificateRow } from "#disposal";
import { DisposalCertificate, type DisposedItem, type LogEntry } from "#proto";
import { classifyMessage, planRetention, ScheduleHistory } from "#records";
import type { SqlRow, Transaction } from "#runtime";
import { PAYLOAD_TYPES, verifyBytesNow } from "#trust";
import { equalBytes, timestampMs } from "#wire";
import { deliveredAt, deliveriesOf } from "../disposal/reckon-due.ts";
import type { MessageRow } from "../message-row.ts";
import { scheduleHistoryOf } from "../schedules.ts";
import { headerIn } from "./header-in.ts";
import { receiptKeys } from "./receipt-keys.ts";

interface RunRow extends SqlRow {
  state: string;
  authority: string;
  asked_by: string;
  confirmed_by: string;
}

/** Certificates of one check, with what all of them are held against, read once. */
export class CertificateJudge {
  readonly #tx: Transaction;
  #keys: ReadonlyMap<string, KeyObject> | undefined;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** What is wrong with a certificate that is the one of its entry; undefined: nothing. */
  async problemOf(
    row: CertificateRow,
    items: readonly DisposedItem[],
    entry: LogEntry,
  ): Promise<string | undefined> {
    const said = DisposalCertificate.decode(row.certificate);
    const isAsKept =
      said.certificate === BigInt(row.id) &&
      said.run === BigInt(row.run) &&
      items.length === row.items &&
      timestampMs(said.disposedAt) === timestampMs(entry.recordedAt);
    if (!isAsKept) return "is kept under another number, run, count or time than it says";
    return (
      (await this.#runProblem(row, said)) ??
      (await this.#signatureProblem(row)) ??
      (await this.#itemsProblem(said, items))
    );
  }

  async #runProblem(row: CertificateRow, said: DisposalCertificate): Promise<string | undefined> {
    const run = await this.#tx.get<RunRow>(
      "SELECT state, authority, asked_by, confirmed_by FROM disposal_run WHERE id = ?",
      row.run,
    );
    if (run === undefined) return `is of run ${row.run}, which is not kept`;
    const isThat =
      run.authority === said.authority &&
      run.asked_by === said.askedBy &&
      // A run that waits later on has certificates from before its second person.
      (said.confirmedBy === "" || run.confirmed_by === said.confirmedBy);
    if (!isThat) return `names another authority or person than run ${row.run}`;
    if (row.signature !== null) return undefined;
    const newest = await this.#tx.get<{ id: number }>(
      "SELECT id FROM disposal_certificate ORDER BY id DESC LIMIT 1",
    );
    // A process that was killed signs it when it starts, before the run goes on.
    const isToCome = run.state !== "done" && newest?.id === row.id;
    return isToCome ? undefined : "is not signed";
  }

  async #signatureProblem(row: CertificateRow): Promise<string | undefined> {
    if (row.signature === null) return undefined;
    this.#keys ??= await receiptKeys(this.#tx);
    const key = this.#keys.get(row.key_id);
    const isSigned =
      key !== undefined &&
      verifyBytesNow(key, PAYLOAD_TYPES.disposal, row.certificate, row.signature);
    return isSigned ? undefined : "is not signed by a receipt key that a kept register names";
  }

  async #itemsProblem(
    said: DisposalCertificate,
    items: readonly DisposedItem[],
  ): Promise<string | undefined> {
    const history = await this.#scheduleOf(said);
    if (history === undefined) return undefined;
    for (const item of items) {
      const problem = await this.#itemProblem(item, timestampMs(said.disposedAt) ?? 0, history);
      const of = `the message of entry ${item.logIndex}`;
      if (problem !== undefined) return `names ${of}, ${problem}`;
    }
    return undefined;
  }

  /** Versions up to the one it was done under; undefined: a version that is damaged is named. */
  async #scheduleOf({ scheduleVersion }: DisposalCertificate) {
    try {
      const versions = (await scheduleHistoryOf(this.#tx)).since(0);
      return new ScheduleHistory(
        versions.filter(({ version }) => version > 0 && BigInt(version) <= scheduleVersion),
      );
    } catch {
      return undefined;
    }
  }

  async #itemProblem(
    item: DisposedItem,
    disposedAtMs: number,
    history: ScheduleHistory,
  ): Promise<string | undefined> {
    const row = await this.#tx.get<MessageRow>(
      "SELECT * FROM messages WHERE id = ?",
      Number(item.logIndex) + 1,
    );
    // A record that is missing, or another than its entry, is named for itself.
    if (row === undefined) return undefined;
    const isThat =
      row.sender === item.sender &&
      row.message_id === item.messageId &&
      equalBytes(row.header_digest, item.headerDigest);
    if (!isThat) return "which is another one";
    const earliest = await this.#earliestDates(row, history);
    for (const { dueAt, position } of item.parts) {
      const dueAtMs = timestampMs(dueAt) ?? 0;
      if (dueAtMs > disposedAtMs) return `whose part ${position} was not due`;
      if (dueAtMs < (earliest?.[position] ?? 0)) {
        return `whose part ${position} the schedule keeps longer than to its due date`;
      }
    }
    return undefined;
  }

  /** Before which no part can have been due, whatever happened to its conversation. */
  async #earliestDates(
    row: MessageRow,
    history: ScheduleHistory,
  ): Promise<(number | undefined)[] | undefined> {
    const header = headerIn(row);
    if (header === undefined) return undefined;
    const { class: name, instruments, parts } = classifyMessage(header);
    const ended = await deliveriesOf(this.#tx, row.id);
    const atMs = row.recorded_at;
    const plan = planRetention(
      {
        ...{ class: name, instruments, takenUnder: row.schedule_version, holds: [] },
        triggers: { RECORDED: atMs, LAST_MESSAGE: atMs, CASE_CLOSED: atMs, EXPIRED: atMs },
        parts: parts.map((part) => {
          return {
            ...part,
            triggers: { DELIVERED: deliveredAt(ended, part.onlyFor, atMs) ?? atMs },
          };
        }),
      },
      history,
    );
    return plan.parts.map(({ dueAtMs }) => dueAtMs);
  }
}

/** Runs that count other records than their certificates name (TP-DISP-7). */
export async function runProblems(tx: Transaction): Promise<string[]> {
  const rows = await tx.all<SqlRow & { id: number; records: number; named: number }>(
    `SELECT id, records, named FROM (
       SELECT r.id, r.records, (SELECT CAST(coalesce(sum(c.items), 0) AS BIGINT)
         FROM disposal_certificate c WHERE c.run = r.id) AS named FROM disposal_run r) x
     WHERE records <> named ORDER BY id LIMIT 10`,
  );
  return rows.map(({ id, named, records }) => {
    return `disposal ${id} counts ${records} records, its certificates name ${named}`;
  });
}
