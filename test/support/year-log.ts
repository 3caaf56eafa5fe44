import {
  AlertKind,
  AlertMove,
  ExchangeStatus,
  Kind,
  OutcomeClass,
  Priority,
  RefusalCode,
  TraceMove,
} from "#proto";
import type { CountedRecord } from "../../gateway/store/monitor/counted-record.ts";

type Names = ReadonlyMap<number, string>;

const [kinds, statuses, priorities] = [namesOf(Kind), namesOf(ExchangeStatus), namesOf(Priority)];
const [moves, outcomes] = [namesOf(TraceMove), namesOf(OutcomeClass)];
const [alertMoves, alertKinds] = [namesOf(AlertMove), namesOf(AlertKind)];
const codes = namesOf(RefusalCode);

function namesOf(values: Readonly<Record<string, number>>): Names {
  return new Map(Object.entries(values).map(([name, value]) => [value, name]));
}

function said(names: Names, value: number): string {
  return value === 0 ? "" : (names.get(value) ?? "");
}

/** Name of a kind of message. */
export function kindName(kind: Kind): string {
  return kinds.get(kind) ?? "";
}

/**
 * A record as a line, for whoever counts by himself: place in the log, ms since 1970 recorded and
 * told, kind, status, priority, States from and to, recipients, move, outcome, move and kind of the
 * alert, code, ms of the request it is about, chain, completeness, place
 * in the log of that request; what is not there is empty.
 */
export function lineOf(record: CountedRecord, toldAtMs: number): string {
  const { alertKind, alertMove, chainLength, code, completenessTenth } = record;
  const { fromState, move, outcomeClass, recipients, recordedAtMs, request, toState } = record;
  return [
    ...[record.id - 1, recordedAtMs, toldAtMs, kindName(record.kind)],
    ...[statuses.get(record.status), priorities.get(record.priority)],
    ...[fromState, toState, recipients, said(moves, move), said(outcomes, outcomeClass)],
    ...[said(alertMoves, alertMove), said(alertKinds, alertKind), said(codes, code)],
    ...[request?.recordedAtMs ?? "", chainLength, completenessTenth],
    request === undefined ? "" : request.id - 1,
  ].join(",");
}
