import { type Static, Type } from "typebox";
import { HTTP_LIMITS } from "#runtime";
import { SEIZURE_PROBLEMS } from "./check-seizure.ts";
import type { Double } from "./double-record.ts";
import type { SeizureDetail, SeizureReport } from "./seizure-record.ts";
import { ESTABLISHERS, NewItem, NewSeizure } from "./seizure-schema.ts";

const Time = Type.String({ format: "date-time" });
const { origin: _origin, ...ITEM } = NewItem.properties;
const { items: _items, ...ABOUT } = NewSeizure.properties;

/** What was entered about the origin of an item. */
const OriginView = Type.Object({
  established: Type.Boolean({ description: "false: it was not, after all" }),
  by: Type.Enum([...ESTABLISHERS]),
  on: Type.String(),
  basis: Type.String(),
  caseId: Type.Optional(Type.String({ description: "The trace case that says it" })),
  actor: Type.String(),
  at: Time,
});

const REPORT = {
  reportId: Type.String(),
  ...ABOUT,
  actor: Type.String({ description: "Who entered it" }),
  enteredAt: Time,
  withdrawn: Type.Optional(Type.Object({ by: Type.String(), at: Time, reason: Type.String() })),
};

/** A line of the list of reports. */
export const SeizureLineView = Type.Object(REPORT);

/** A report with its items. */
export const SeizureView = Type.Object({
  ...REPORT,
  items: Type.Array(Type.Object({ ...ITEM, origins: Type.Array(OriginView) })),
});

const Arm = Type.Object({
  reportId: Type.String(),
  item: Type.Integer(),
  institution: Type.String(),
  agency: Type.String(),
  date: Type.String(),
  make: Type.String(),
  model: Type.String(),
  serial: Type.String(),
});

/** Two reported arms that may be one. */
export const DoubleView = Type.Object({
  doubleId: Type.Integer(),
  arms: Type.Array(Arm, { minItems: 2, maxItems: 2 }),
  decision: Type.Optional(Type.Enum(["SAME", "APART"])),
  reason: Type.Optional(Type.String()),
  decidedBy: Type.Optional(Type.String()),
  decidedAt: Type.Optional(Time),
});

/** What became of a file. */
export const ImportView = Type.Object({
  state: Type.Enum(["TAKEN", "REFUSED"]),
  lines: Type.Integer({ minimum: 0 }),
  added: Type.Integer({ minimum: 0 }),
  unchanged: Type.Integer({ minimum: 0, description: "They were here already" }),
  established: Type.Integer({ minimum: 0, description: "Here already, and their origin was new" }),
  badLines: Type.Integer({ minimum: 0 }),
  problems: Type.Array(
    Type.Object({
      line: Type.Integer({ minimum: 1 }),
      code: Type.Enum(Object.keys(SEIZURE_PROBLEMS)),
      field: Type.String({ description: "Column; empty for the line as a whole" }),
      rule: Type.String(),
    }),
    { description: "In the order of the file; the first thousand" },
  ),
});

const instant = (ms: number): string => new Date(ms).toISOString();

/** A report for the list. */
export function seizureLine(report: SeizureReport): Static<typeof SeizureLineView> {
  const { enteredAtMs, position: _position, withdrawn, ...rest } = report;
  const line = { ...rest, enteredAt: instant(enteredAtMs) };
  if (withdrawn === undefined) return line;
  const { atMs, by, reason } = withdrawn;
  return { ...line, withdrawn: { by, at: instant(atMs), reason } };
}

/** A report with its items. */
export function seizureView({ items, ...report }: SeizureDetail): Static<typeof SeizureView> {
  return {
    ...seizureLine(report),
    items: items.map(({ origins, ...item }) => ({
      ...item,
      origins: origins.map(({ atMs, ...origin }) => ({ ...origin, at: instant(atMs) })),
    })),
  };
}

/** A pair of arms. */
export function doubleView({ arms, decidedAtMs, ...rest }: Double): Static<typeof DoubleView> {
  const decidedAt = decidedAtMs === undefined ? {} : { decidedAt: instant(decidedAtMs) };
  return { ...rest, arms: [...arms], ...decidedAt };
}

/** Rows of a page unless fewer are asked for. */
export const PAGE_ROWS = HTTP_LIMITS.pageRowsMax;
