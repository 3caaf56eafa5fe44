import type { SqlRow, Transaction } from "#runtime";
import { RowEraser } from "./erase-rows.ts";
import { holdsCover } from "./own-holds.ts";
import { dayOf } from "./post-kind.ts";
import type { ItemFacts, RecordKind } from "./record-kind.ts";

/** From when until when, in milliseconds. */
interface DayOf {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A log of accesses: lines of who did what, when. */
export interface LinesOf {
  readonly table: string;
  /** Column with the time of a line. */
  readonly at: string;
  /** Column that tells lines apart. */
  readonly id: string;
  /** Holds that cover what lines are about are held against this. */
  readonly messages?: (tx: Transaction, day: DayOf) => Promise<ItemFacts["messages"]>;
  /** Whether a line tells of a hold that covers. */
  readonly isHeld?: (tx: Transaction, day: DayOf) => Promise<boolean>;
  /**
   * What is emptied in place of being removed, with what stands there then: the line is known when
   * it comes again.
   */
  readonly emptied?: { readonly column: string; readonly value: string };
}

/** The lines of a day of a log, of the class `audit` (TP-PREC-3). */
export function dayKind(lines: LinesOf): RecordKind {
  const { at, emptied, id, table } = lines;
  const present = emptied === undefined ? "" : ` AND ${emptied.column} <> '${emptied.value}'`;
  const ofDay = `FROM ${table} WHERE ${at} >= ? AND ${at} < ?${present}`;
  return {
    async load(tx, key) {
      const day = dayOf(key);
      const last = await tx.get<{ at: number | null }>(
        `SELECT max(${at}) AS at ${ofDay}`,
        day.fromMs,
        day.toMs,
      );
      if (last === undefined || last.at === null) return undefined;
      return {
        subject: `lines of ${key}`,
        class: "audit",
        instruments: [],
        triggers: { RECORDED: last.at },
        parts: [{ name: "lines", class: "audit" }],
        // What lines are about is gone through only if anything is held at all.
        ...((await holdsCover(tx)) ? await heldBy(tx, lines, day) : { messages: [] }),
        isOpen: false,
      };
    },
    async erase(tx, key) {
      const { fromMs, toMs } = dayOf(key);
      const eraser = new RowEraser(tx);
      const rows = await tx.all<SqlRow>(`SELECT * ${ofDay} ORDER BY ${id}`, fromMs, toMs);
      for (const row of rows) eraser.add(table, row);
      const sql =
        emptied === undefined
          ? `DELETE ${ofDay}`
          : `UPDATE ${table} SET ${emptied.column} = '${emptied.value}'
             WHERE ${at} >= ? AND ${at} < ?${present}`;
      await tx.run(sql, fromMs, toMs);
      return { parts: [eraser.erased()], messages: [] };
    },
  };
}

async function heldBy(tx: Transaction, { isHeld, messages }: LinesOf, day: DayOf) {
  return { messages: (await messages?.(tx, day)) ?? [], isHeld: await isHeld?.(tx, day) };
}
