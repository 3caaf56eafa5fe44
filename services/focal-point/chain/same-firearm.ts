import {
  type FirearmKeys,
  type SameAmmunitionHow,
  type SameHow,
  sameFirearm,
  type TraceState,
} from "#casework";
import { CASEWORK_LIMITS, type SqlRow, type SqlValue, type Transaction } from "#runtime";
import type { CaseRole } from "../cases/case-record.ts";
import { chainOfRequest } from "./link-record.ts";

/** A case about what may be the same firearm. */
export interface SameCase {
  readonly caseId: string;
  readonly how: SameHow | SameAmmunitionHow;
  readonly role: CaseRole;
  readonly peer: string;
  readonly state: TraceState;
  readonly outcome: string | null;
  readonly nationalCaseNumber: string;
  readonly openedAtMs: number;
}

/** Which cases are meant. */
export interface SameFirearmQuery {
  readonly firearm: FirearmKeys;
  readonly isActual: boolean;
  /** The chain of this request may go on: its cases are about the same firearm on purpose. */
  readonly previousRequestId?: string;
}

/** What of a row is told of its case. */
export interface SameCaseRow extends SqlRow {
  case_id: string;
  role: CaseRole;
  peer: string;
  state: TraceState;
  outcome: string | null;
  national_case_number: string;
  opened_at: number;
}

interface SameRow extends SameCaseRow {
  make_key: string;
  look_alike_key: string;
  serial_key: string;
  is_partial: number;
}

/**
 * Cases about the same firearm (TP-CHAIN-3), the newest first: same make, and a serial number that
 * is the same, is read alike, or fits what could be read of it. Exercises are compared with
 * exercises, what is meant with what is meant.
 */
export async function casesOfFirearm(
  tx: Transaction,
  query: SameFirearmQuery,
): Promise<SameCase[]> {
  const found = new Map<string, SameCase>();
  const chain = await chainOfRequest(tx, query.previousRequestId ?? "");
  for (const { sql, params } of sameFirearmQueries(query, chain?.chainId)) {
    for (const row of await tx.all<SameRow>(sql, ...params)) {
      const how = sameFirearm(query.firearm, keysOf(row));
      if (how !== undefined) found.set(row.case_id, sameCaseOf(row, how));
    }
  }
  return [...found.values()]
    .toSorted((a, b) => b.openedAtMs - a.openedAtMs)
    .slice(0, CASEWORK_LIMITS.sameFirearmCasesMax);
}

/** The queries; each is a search of an index. Their text is made of constants alone. */
export function sameFirearmQueries(
  { firearm, isActual }: SameFirearmQuery,
  exceptChain = "",
): { readonly sql: string; readonly params: readonly SqlValue[] }[] {
  const { isPartial, lookAlikeKey, makeKey } = firearm;
  const rest = "AND is_actual = ? AND chain_id <> ? LIMIT ?";
  const ends = [isActual ? 1 : 0, exceptChain, CASEWORK_LIMITS.partialsComparedMax];
  const queries = [
    {
      sql: `${select()} WHERE make_key = ? AND look_alike_key = ? ${rest}`,
      params: [makeKey, lookAlikeKey, ...ends],
    },
    {
      sql: `${select("trace_link_partial")} WHERE make_key = ? AND is_partial = 1 ${rest}`,
      params: [makeKey, ...ends],
    },
  ];
  if (!isPartial) return queries;
  const prefix = lookAlikeKey.split(/[?*]/u)[0] ?? "";
  const pattern = lookAlikeKey.replaceAll("[", "[[]");
  const sql = `${select()} WHERE make_key = ? AND look_alike_key >= ? AND look_alike_key < ?
    AND look_alike_key GLOB ? ${rest}`;
  const params = [makeKey, prefix, `${prefix}\u{10ffff}`, pattern, ...ends];
  return [...queries, { sql, params }];
}

function select(index = "trace_link_firearm"): string {
  return `SELECT link.case_id, make_key, look_alike_key, serial_key, is_partial,
      role, peer, state, outcome, national_case_number, opened_at
    FROM trace_link AS link INDEXED BY ${index}
    JOIN trace_case AS kept ON kept.case_id = link.case_id`;
}

function keysOf(row: SameRow): FirearmKeys {
  return {
    makeKey: row.make_key,
    serialKey: row.serial_key,
    lookAlikeKey: row.look_alike_key,
    isPartial: row.is_partial === 1,
  };
}

/** A row as the case that it tells of. */
export function sameCaseOf(row: SameCaseRow, how: SameCase["how"]): SameCase {
  return {
    caseId: row.case_id,
    how,
    role: row.role,
    peer: row.peer,
    state: row.state,
    outcome: row.outcome,
    nationalCaseNumber: row.national_case_number,
    openedAtMs: row.opened_at,
  };
}

/** States of a request of ours that came to nothing: another one is no second one. */
const CAME_TO_NOTHING: readonly TraceState[] = ["DISCARDED", "REJECTED_BY_GATEWAY", "WITHDRAWN"];

/** The cases that a second request of ours would repeat. */
export function wouldRepeat(cases: readonly SameCase[]): SameCase[] {
  return cases.filter(
    ({ role, state }) => role === "requesting" && !CAME_TO_NOTHING.includes(state),
  );
}
