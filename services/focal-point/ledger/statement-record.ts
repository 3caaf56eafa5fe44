import { type Static, Type } from "typebox";
import { LEDGER_LIMITS, type Transaction } from "#runtime";

const closed = { additionalProperties: false } as const;
const { armsMax, methodNoteCharsMax, nationalCodeCharsMax, nationalMax, nationalTitleCharsMax } =
  LEDGER_LIMITS;

/** What a State says of a year beside its reports (TP-LEDG-8). */
export const LedgerStatement = Type.Object(
  {
    monthsReported: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 12 }), {
        uniqueItems: true,
        maxItems: 12,
        description: "Months of which all agencies have reported, also those without a report",
      }),
    ),
    otherTraces: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: armsMax,
        description: "Traces by other channels, beside those by letter that are counted here",
      }),
    ),
    methodNote: Type.Optional(Type.String({ maxLength: methodNoteCharsMax })),
    national: Type.Optional(
      Type.Array(
        Type.Object(
          {
            code: Type.String({ minLength: 1, maxLength: nationalCodeCharsMax, pattern: "\\S" }),
            title: Type.String({ minLength: 1, maxLength: nationalTitleCharsMax, pattern: "\\S" }),
            value: Type.Optional(Type.Number({ description: "Absent: missing, not zero" })),
            unit: Type.Optional(Type.String({ maxLength: nationalCodeCharsMax })),
          },
          closed,
        ),
        { maxItems: nationalMax, description: "Indicators of the State's own making" },
      ),
    ),
  },
  closed,
);

/** One statement. */
export type LedgerStatementFacts = Static<typeof LedgerStatement>;

/** Says something of a year; what was said before stays, and holds no more. */
export async function stateLedger(
  tx: Transaction,
  args: {
    readonly year: number;
    readonly statement: LedgerStatementFacts;
    readonly actor: string;
    readonly nowMs: number;
  },
): Promise<void> {
  await tx.run(
    "INSERT INTO ledger_statement (year, statement, actor, at) VALUES (?, ?, ?, ?)",
    args.year,
    JSON.stringify(args.statement),
    args.actor,
    args.nowMs,
  );
}

/** The last statement of a year before an instant. */
export async function statementOf(
  tx: Transaction,
  { beforeMs, year }: { readonly year: number; readonly beforeMs: number },
): Promise<LedgerStatementFacts> {
  const row = await tx.get<{ statement: string }>(
    `SELECT statement FROM ledger_statement WHERE year = ? AND at < ?
     ORDER BY position DESC LIMIT 1`,
    year,
    beforeMs,
  );
  return row === undefined ? {} : (JSON.parse(row.statement) as LedgerStatementFacts);
}
