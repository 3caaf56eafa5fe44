import {
  candidateLookups,
  type FirearmCandidate,
  type FirearmRecord,
  findCandidates,
  isPartialSerial,
  isSameFirearm,
  lookAlikeKey,
  normalizeMake,
  normalizeSerial,
  type SearchDepth,
  scriptOf,
  type WantedFirearm,
} from "#casework";
import type { Firearm } from "#proto";
import { FIREARM_LIMITS, type SqlValue, type Transaction } from "#runtime";
import { withEvents } from "./firearm-events.ts";
import { type FirearmRow, recordOf } from "./firearm-record.ts";

/** The end of a range of keys that begin alike: no character comes after it. */
const AFTER = "char(1114111)";

/**
 * Every question the register is asked, by what it is found by (TP-FIRE-7). A test reads the plan
 * of each: none goes through the whole table.
 */
export const LOOKUP_SQL = {
  keys: `SELECT f.* FROM json_each(?) AS asked
    CROSS JOIN firearm_look_alike AS k ON k.key = asked.value
    CROSS JOIN firearm AS f ON f.position = k.firearm LIMIT ?`,
  prefixes: `SELECT f.* FROM json_each(?) AS asked
    CROSS JOIN firearm_look_alike AS k
      ON k.key >= asked.value AND k.key < asked.value || ${AFTER} AND k.key GLOB ?
    CROSS JOIN firearm AS f ON f.position = k.firearm LIMIT ?`,
  tails: `SELECT f.* FROM json_each(?) AS asked
    CROSS JOIN firearm_tail AS k ON k.key >= asked.value AND k.key < asked.value || ${AFTER}
    CROSS JOIN firearm AS f ON f.position = k.firearm WHERE f.look_alike GLOB ? LIMIT ?`,
  serial: `SELECT f.* FROM firearm_look_alike AS k CROSS JOIN firearm AS f
    ON f.position = k.firearm WHERE k.key = ? AND f.serial_key = ? LIMIT ?`,
  makeAndSerial: `SELECT f.* FROM firearm_look_alike AS k CROSS JOIN firearm AS f
    ON f.position = k.firearm WHERE k.key = ? AND f.serial_key = ? AND f.make_key = ?
    ORDER BY f.id LIMIT ?`,
  make: "SELECT * FROM firearm WHERE make_key = ? LIMIT ?",
} as const;

/** Records that more than these match tell nobody apart anyway. */
const MATCHES_MAX = 50;
/** Anything fits. */
const ANY = "*";

/** Who may be meant, and whether there were more rows than are looked at. */
export type FoundCandidates =
  | {
      readonly ok: true;
      readonly candidates: readonly FirearmCandidate<FirearmRecord>[];
      readonly more: boolean;
    }
  | { readonly ok: false; readonly rule: string };

/**
 * The firearms of the register that may be the one looked for, ranked, each with its events
 * (TP-FIRE-4, TP-FIRE-7). Refuses what no index serves.
 */
export async function firearmCandidates(
  tx: Transaction,
  args: { wanted: WantedFirearm; depth: SearchDepth; limit: number },
): Promise<FoundCandidates> {
  const { depth, limit, wanted } = args;
  const planned = candidateLookups(wanted.serial, depth, await alphabetOf(tx, wanted.serial));
  if (!planned.ok) return planned;
  const { keys, prefixes, tails } = planned.lookups;
  const isPartial = isPartialSerial(wanted.serial);
  const pattern = isPartial ? globOf(lookAlikeKey(wanted.serial)) : ANY;
  const rowsMax = isPartial ? FIREARM_LIMITS.candidateRowsMax : MATCHES_MAX;
  const found: FirearmRow[] = [];
  const look = async (sql: string, max: number, ...params: SqlValue[]): Promise<boolean> => {
    const rows = await tx.all<FirearmRow>(sql, ...params, max);
    found.push(...rows);
    return rows.length === max;
  };
  const keysMax = FIREARM_LIMITS.candidateRowsMax;
  let more = keys.length > 0 && (await look(LOOKUP_SQL.keys, keysMax, JSON.stringify(keys)));
  for (const [sql, ranges] of [
    [LOOKUP_SQL.prefixes, prefixes],
    [LOOKUP_SQL.tails, tails],
  ] as const) {
    if (ranges.length === 0) continue;
    more = (await look(sql, rowsMax, JSON.stringify(ranges), pattern)) || more;
  }
  const ranked = findCandidates(wanted, found.map(recordOf));
  const shown = ranked.slice(0, limit);
  const records = await withEvents(
    tx,
    shown.map(({ firearm }) => firearm),
  );
  const candidates = shown.map((candidate, index) => {
    return { ...candidate, firearm: records[index] ?? candidate.firearm };
  });
  return { ok: true, candidates, more: more || ranked.length > limit };
}

/**
 * The characters that slips are tried out with: those that occur in the register; where it holds
 * many scripts, those of the scripts of the question and those of none.
 */
async function alphabetOf(tx: Transaction, serial: string): Promise<string[]> {
  const rows = await tx.all<{ glyph: string }>("SELECT glyph FROM firearm_glyph ORDER BY glyph");
  const glyphs = rows.map((row) => row.glyph);
  if (glyphs.length <= FIREARM_LIMITS.alphabetMax) return glyphs;
  const scripts = new Set([...scriptOf(serial).split("+"), "Zyyy"]);
  return glyphs
    .filter((glyph) => scripts.has(scriptOf(glyph)))
    .slice(0, FIREARM_LIMITS.alphabetMax);
}

/** A pattern of ours as SQLite's GLOB writes it: `[` and nothing else has another meaning there. */
function globOf(pattern: string): string {
  return pattern.replaceAll("[", "[[]").replaceAll(/\*+/gu, "*");
}

/**
 * Records of the firearm that is traced: those of the candidates that agree in brand and in every
 * character that was read (TP-FIRE-3), the likeliest first; undefined when too little is known to
 * search by, which is not the same as none.
 */
export async function matchFirearm(
  tx: Transaction,
  firearm: Firearm | undefined,
): Promise<FirearmRecord[] | undefined> {
  if (firearm === undefined) return undefined;
  const { make, serialRaw: serial } = firearm;
  const wanted = { make, serial };
  const found = await firearmCandidates(tx, { wanted, depth: "ALIKE", limit: MATCHES_MAX });
  if (!found.ok) return undefined;
  return found.candidates.filter(isSameFirearm).map((candidate) => candidate.firearm);
}

/** Looks records up by brand, serial number or both; what is given must match in normal form. */
export async function findFirearms(
  tx: Transaction,
  args: { make?: string; serial?: string; limit: number },
): Promise<FirearmRecord[]> {
  const { limit, make, serial } = args;
  const rows = await rowsOf(tx, { limit, make, serial });
  return rows.map(recordOf);
}

async function rowsOf(
  tx: Transaction,
  args: { make: string | undefined; serial: string | undefined; limit: number },
): Promise<FirearmRow[]> {
  const { limit, make, serial } = args;
  if (make !== undefined && serial !== undefined) {
    const keys = [lookAlikeKey(serial), normalizeSerial(serial), normalizeMake(make)];
    return await tx.all<FirearmRow>(LOOKUP_SQL.makeAndSerial, ...keys, limit);
  }
  if (serial !== undefined) {
    const keys = [lookAlikeKey(serial), normalizeSerial(serial)];
    return await tx.all<FirearmRow>(LOOKUP_SQL.serial, ...keys, limit);
  }
  if (make === undefined) return [];
  return await tx.all<FirearmRow>(LOOKUP_SQL.make, normalizeMake(make), limit);
}

/** One firearm with its events; undefined when the register has none of this id. */
export async function loadFirearm(
  tx: Transaction,
  args: { id: string },
): Promise<FirearmRecord | undefined> {
  const row = await tx.get<FirearmRow>("SELECT * FROM firearm WHERE id = ?", args.id);
  if (row === undefined) return undefined;
  const [record] = await withEvents(tx, [recordOf(row)]);
  return record;
}
