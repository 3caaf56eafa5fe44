import {
  AlertKind,
  AlertMove,
  AlertScope,
  CellStatus,
  ExchangeStatus,
  Instrument,
  Kind,
  Lane,
  OutcomeClass,
  PeriodLength,
  Priority,
  ReceiptType,
  RefusalCode,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";

/** Tells a value that this version knows and that says something from all others. */
type KnownValue<T extends number> = (value: number) => value is T;

function knownValues<T extends number>(names: Readonly<Record<string, T>>): KnownValue<T> {
  const known: ReadonlySet<number> = new Set(Object.values(names).filter((value) => value !== 0));
  return (value): value is T => known.has(value);
}

/** Whether a number is a value of the enum other than UNSPECIFIED, one check for each enum. */
export const isKnown = {
  kind: knownValues(Kind),
  exchangeStatus: knownValues(ExchangeStatus),
  priority: knownValues(Priority),
  lane: knownValues(Lane),
  instrument: knownValues(Instrument),
  tlp: knownValues(Tlp),
  useRestriction: knownValues(UseRestriction),
  traceMove: knownValues(TraceMove),
  outcomeClass: knownValues(OutcomeClass),
  alertMove: knownValues(AlertMove),
  alertKind: knownValues(AlertKind),
  alertScope: knownValues(AlertScope),
  receiptType: knownValues(ReceiptType),
  refusalCode: knownValues(RefusalCode),
  periodLength: knownValues(PeriodLength),
  cellStatus: knownValues(CellStatus),
} as const;
