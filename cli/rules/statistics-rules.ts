import { Type } from "typebox";
import { SUPPRESSION_LIMITS } from "#runtime";
import { countIndicator, suppressTable } from "#statistics";
import { createRule, type WrongInput } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const Day = Type.String({ format: "date" });
const Id = Type.String({ minLength: 1, maxLength: 256 });
const orNull = <S extends Type.TSchema>(schema: S) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

/** Indicator 16.4.2 of one State and year (TP-STAT-1 to TP-STAT-4). */
export const indicatorRule = createRule({
  name: "indicator",
  about: "indicator 16.4.2 of a year, as of a day: each arm once, under its year of recovery",
  input: Type.Object(
    {
      year: Type.Integer({ minimum: 1, maximum: 9_999 }),
      arms: Type.Array(
        Type.Object(
          {
            id: Id,
            recovered: Type.Enum(["SEIZED", "FOUND", "SURRENDERED"]),
            recoveredOn: Day,
            establishedBy: orNull(Type.Enum(["TRACE", "COMPETENT_AUTHORITY"])),
            establishedOn: orNull(Day),
          },
          closed,
        ),
        { maxItems: SUPPRESSION_LIMITS.armsMax },
      ),
      asOf: Day,
    },
    closed,
  ),
  decide: ({ arms: given, asOf, year }) => {
    const arms = given.map(({ establishedBy = null, establishedOn = null, ...arm }) => {
      return { ...arm, establishedBy, establishedOn };
    });
    const wrong = arms.flatMap(({ establishedBy, establishedOn }, index): WrongInput[] => {
      const rule = "is required where the origin was established: without it there is no vintage";
      const isDated = establishedBy === null || establishedOn !== null;
      return isDated ? [] : [{ field: `arms.${index}.establishedOn`, rule }];
    });
    if (wrong.length > 0) return { ok: false, wrong };
    return { ok: true, value: countIndicator(arms, year, asOf) };
  },
});

const Pieces = Type.Integer({ minimum: 0, maximum: 1_000_000_000 });
const rowsMax = { maxItems: SUPPRESSION_LIMITS.rowsMax };
const columnsMax = { maxItems: SUPPRESSION_LIMITS.columnsMax };

/** What of a table of counts may be shown (TP-STAT-5 to TP-STAT-9). */
export const suppressRule = createRule({
  name: "suppress",
  about: "a table of counts with null where a small one, or what would give it away, is withheld",
  input: Type.Object(
    {
      threshold: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
      rows: Type.Array(Type.Array(Pieces, columnsMax), rowsMax),
      rowTotals: Type.Array(Pieces, rowsMax),
      columnTotals: Type.Optional(Type.Array(Pieces, columnsMax)),
    },
    closed,
  ),
  decide: ({ threshold, ...table }) => {
    const { columnTotals, rows, rowTotals } = table;
    const columns = rows[0]?.length ?? columnTotals?.length ?? 0;
    const wrong: WrongInput[] = rows.flatMap((row, index) => {
      const rule = `must have as many counts as the first row, ${columns}`;
      return row.length === columns ? [] : [{ field: `rows.${index}`, rule }];
    });
    if (wrong.length === 0) {
      wrong.push(...wrongTotals("rowTotals", rowTotals, rows.map(sumOf)));
      const sums = Array.from({ length: columns }, (_none, column) =>
        sumOf(rows.map((row) => row[column] ?? 0)),
      );
      if (columnTotals !== undefined)
        wrong.push(...wrongTotals("columnTotals", columnTotals, sums));
    }
    if (wrong.length > 0) return { ok: false, wrong };
    return { ok: true, value: { threshold, ...suppressTable(table, threshold) } };
  },
});

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function wrongTotals(
  field: string,
  totals: readonly number[],
  sums: readonly number[],
): WrongInput[] {
  if (totals.length !== sums.length) {
    return [{ field, rule: `must have as many totals as the table has sums, ${sums.length}` }];
  }
  return sums.flatMap((sum, index) => {
    const rule = `must be the sum of its counts, ${sum}`;
    return totals[index] === sum ? [] : [{ field: `${field}.${index}`, rule }];
  });
}
