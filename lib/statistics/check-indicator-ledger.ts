import { accepted, type Outcome, refused } from "#errors";
import { FirearmType, IndicatorLedger, type LedgerLine, RecoveryKind } from "#proto";
import { isStateCode } from "#reference";
import { calendarDateOf, isCalendarDate, LEDGER_LIMITS, WIRE_LIMITS } from "#runtime";
import { decodeExactly, timestampMs } from "#wire";

/** How an arm was marked when it was recovered (domain notes 5.2). */
export const MARKING_STATUSES = [
  "UNIQUELY_MARKED",
  "IMPORT_MARKED",
  "REMOVED_ALTERED",
  "UNMARKED",
  "NOT_RECORDED",
] as const;

/** One of {@link MARKING_STATUSES}. */
export type MarkingStatus = (typeof MARKING_STATUSES)[number];

/** What a ledger is checked against. */
export interface LedgerContext {
  /** ISO 3166-1 alpha-2 code of the State whose focal point sends it. */
  readonly senderState: string;
  /** When it was recorded, milliseconds since 1970. */
  readonly atMs: number;
}

/** What is wrong with a ledger: a field in the names of the contract, and the rule it breaks. */
export interface LedgerFinding {
  readonly field: string;
  readonly rule: string;
}

/** Two people of a State sign a ledger off. */
const SIGN_OFFS = 2;
const MONTHS = 12;
const isType = (name: string): boolean => name !== "UNKNOWN" && Object.hasOwn(FirearmType, name);
const isRecovery = (kind: RecoveryKind): boolean =>
  kind !== RecoveryKind.UNSPECIFIED && Object.values(RecoveryKind).includes(kind);

/**
 * Reads the body of an INDICATOR_LEDGER message (TP-LEDG-1). BODY_INVALID, with the field and the
 * rule, for bytes that are no ledger and for one that does not hold together; never throws.
 */
export function parseIndicatorLedger(
  body: Uint8Array,
  context: LedgerContext,
): Outcome<IndicatorLedger> {
  const ledger = decodeExactly(IndicatorLedger, body);
  if (ledger === undefined) return refused("BODY_INVALID", "body", "is no ledger of an indicator");
  const [first] = checkIndicatorLedger(ledger, context);
  return first === undefined
    ? accepted(ledger)
    : refused("BODY_INVALID", `body.${first.field}`, first.rule);
}

/**
 * Everything that is wrong with a ledger, in the order of its fields; none: it may be counted
 * (TP-LEDG-1). It is of the sender's own State; no arm is established twice or without having been
 * recovered; two different officers have signed it off.
 */
export function checkIndicatorLedger(
  ledger: IndicatorLedger,
  context: LedgerContext,
): LedgerFinding[] {
  return [
    ...checkWhatFor(ledger, context),
    ...checkLines(ledger.lines),
    ...checkSignOffs(ledger, context),
    ...checkRest(ledger),
    ...checkMonths(ledger),
  ];
}

/** A finding, unless the rule holds. */
function demand(holds: boolean, field: string, rule: string): LedgerFinding[] {
  return holds ? [] : [{ field, rule }];
}

function checkWhatFor(ledger: IndicatorLedger, { atMs, senderState }: LedgerContext) {
  const { asOf, state, vintage, year } = ledger;
  const isDay = isCalendarDate(asOf);
  const latest = calendarDateOf(atMs + WIRE_LIMITS.sentAheadMsMax);
  const { yearMin } = LEDGER_LIMITS;
  return [
    ...demand(isStateCode(state), "state", "is no State"),
    ...demand(state === senderState, "state", "must be the State of the sender"),
    ...demand(year >= yearMin, "year", `must not be before ${yearMin}`),
    ...demand(vintage >= 1, "vintage", "begins at 1"),
    ...demand(isDay, "as_of", "must be a day of the calendar"),
    ...demand(!isDay || asOf <= latest, "as_of", "must not lie in the future"),
    ...demand(!isDay || year <= Number(asOf.slice(0, 4)), "year", "must not be after as_of"),
  ];
}

function checkLines(lines: readonly LedgerLine[]): LedgerFinding[] {
  const { linesMax } = LEDGER_LIMITS;
  if (lines.length > linesMax) return [{ field: "lines", rule: `must be at most ${linesMax}` }];
  const seen = new Set<string>();
  return lines.flatMap((line, index) => {
    const field = `lines[${index}]`;
    const { marking, recovery, type } = line;
    const key = `${recovery} ${type} ${marking}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return [...checkLine(line, field), ...demand(isNew, field, "is there twice")];
  });
}

function checkLine(line: LedgerLine, field: string): LedgerFinding[] {
  const { arms, establishedByAuthority, establishedByTrace, marking, recovery, type } = line;
  const established = establishedByTrace + establishedByAuthority;
  const max = LEDGER_LIMITS.armsMax;
  const isMarking = (MARKING_STATUSES as readonly string[]).includes(marking);
  return [
    ...demand(isRecovery(recovery), `${field}.recovery`, "must be SEIZED, FOUND or SURRENDERED"),
    ...demand(isType(type), `${field}.type`, "is no type of firearm"),
    ...demand(isMarking, `${field}.marking`, "is no status of marking"),
    ...demand(arms >= 1n && arms <= BigInt(max), `${field}.arms`, `must be 1 to ${max}`),
    ...demand(established <= arms, `${field}.arms`, "must not be fewer than those established"),
  ];
}

function checkSignOffs({ asOf, signOffs }: IndicatorLedger, { atMs }: LedgerContext) {
  const officers = new Set(signOffs.map(({ officerRef }) => officerRef));
  const field = "sign_offs";
  return [
    ...demand(signOffs.length === SIGN_OFFS, field, "must be of two officers"),
    ...demand(officers.size === signOffs.length, field, "must be of different officers"),
    ...signOffs.flatMap(({ at, officerRef }, index) => {
      const ms = timestampMs(at);
      const isRef = officerRef !== "" && officerRef.length <= LEDGER_LIMITS.officerRefCharsMax;
      const isPast = ms !== undefined && ms <= atMs + WIRE_LIMITS.sentAheadMsMax;
      const isAfter = ms === undefined || !isCalendarDate(asOf) || calendarDateOf(ms) >= asOf;
      return [
        ...demand(isRef, `${field}[${index}].officer_ref`, "is missing or too long"),
        ...demand(isPast, `${field}[${index}].at`, "must be a time that is not in the future"),
        ...demand(isAfter, `${field}[${index}].at`, "must not be before as_of"),
      ];
    }),
  ];
}

function checkRest({ methodNote, national, offExchangeTraces }: IndicatorLedger) {
  const { armsMax, methodNoteCharsMax, nationalMax } = LEDGER_LIMITS;
  const codes = new Set(national.map(({ code }) => code));
  const within = offExchangeTraces <= BigInt(armsMax);
  return [
    ...demand(within, "off_exchange_traces", `must be at most ${armsMax}`),
    ...demand(methodNote.length <= methodNoteCharsMax, "method_note", "is too long"),
    ...demand(national.length <= nationalMax, "national", `must be at most ${nationalMax}`),
    ...demand(codes.size === national.length, "national", "must have each code once"),
    ...national.flatMap(({ code, title, unit, value }, index) => {
      const field = `national[${index}]`;
      const { nationalCodeCharsMax, nationalTitleCharsMax } = LEDGER_LIMITS;
      const isCode = code !== "" && code.length <= nationalCodeCharsMax;
      const isTitle = title !== "" && title.length <= nationalTitleCharsMax;
      const isNumber = value === undefined || Number.isFinite(value);
      return [
        ...demand(isCode, `${field}.code`, "is missing or too long"),
        ...demand(isTitle, `${field}.title`, "is missing or too long"),
        ...demand(unit.length <= nationalCodeCharsMax, `${field}.unit`, "is too long"),
        ...demand(isNumber, `${field}.value`, "must be a number"),
      ];
    }),
  ];
}

function checkMonths({ asOf, monthsReported: months, year }: IndicatorLedger): LedgerFinding[] {
  const isYearOf = asOf.startsWith(`${year}-`);
  const last = isYearOf ? Number(asOf.slice(5, 7)) : MONTHS;
  const areMonths = months.every((month) => month >= 1 && month <= MONTHS);
  const areSorted = months.every((month, at) => at === 0 || month > (months[at - 1] ?? 0));
  const field = "months_reported";
  return [
    ...demand(areMonths, field, "must be 1 to 12"),
    ...demand(areSorted, field, "must rise, each once"),
    ...demand(
      months.every((month) => month <= last),
      field,
      "must not be after as_of",
    ),
  ];
}
