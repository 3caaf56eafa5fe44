/** Registers, policies, schedules and decisions compared with their log entries (TP-LOG-15). */
import { EntryKind, type LogEntry, RegisterBundle, SignedRegister } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { equalBytes, sha256, timestampMs } from "#wire";
import { renewalProblem } from "../renewal/renewals.ts";
import { successionProblem, unloggedSuccession } from "../succession.ts";
import { timestampProblem } from "../timestamps/timestamps.ts";
import { auditProblem } from "./audit-check.ts";
import { countsProblem, unloggedCounts } from "./counts-check.ts";
import { type Certificates, disposalEntryProblem } from "./disposal-check.ts";
import { entryAt } from "./entry-at.ts";
import { holdEntryProblem } from "./hold-check.ts";

/** What is wrong with what a statement of the gateway is about; undefined when all is well. */
export async function statementProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
  certificates: Certificates,
): Promise<string | undefined> {
  switch (entry.kind) {
    case EntryKind.REGISTER_CHANGE:
      return await registerProblem(tx, index, entry);
    case EntryKind.POLICY_CHANGE:
      return await fileProblem(tx, index, { ...POLICY, version: entry.policyVersion, entry });
    case EntryKind.SCHEDULE_CHANGE:
      return await fileProblem(tx, index, { ...SCHEDULE, version: entry.scheduleVersion, entry });
    case EntryKind.AUDIT:
      return await auditProblem(tx, index, entry);
    case EntryKind.QUARANTINE_RELEASE:
      return await decisionProblem(tx, index, entry);
    case EntryKind.HOLD:
    case EntryKind.RELEASE:
      return await holdEntryProblem(tx, index, entry);
    case EntryKind.LOG_SUCCESSION:
      return await successionProblem(tx, index, entry.headerDigest);
    case EntryKind.DISPOSAL:
      return await disposalEntryProblem(tx, index, entry, certificates);
    case EntryKind.DAILY_COUNTS:
      return await countsProblem(tx, index, entry);
    case EntryKind.RENEWAL:
      return await renewalProblem(tx, index, entry);
    case EntryKind.TIME_STAMP:
      return await timestampProblem(tx, index, entry);
    default:
      return undefined;
  }
}

interface KeptRow extends SqlRow {
  version: number;
  digest: Uint8Array;
  bytes: Uint8Array;
  log_index: number | null;
}

async function registerProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
): Promise<string | undefined> {
  const row = await tx.get<KeptRow>(
    "SELECT version, digest, register AS bytes FROM registers WHERE log_index = ?",
    index,
  );
  const name = `register version ${entry.registerVersion} (entry ${index})`;
  if (row === undefined) return `${name} is not kept`;
  const isThat =
    BigInt(row.version) === entry.registerVersion &&
    equalBytes(row.digest, entry.headerDigest) &&
    signedDigests(row.bytes).some((digest) => equalBytes(digest, entry.headerDigest));
  return isThat ? undefined : `${name} is not the one that was logged`;
}

/** What root keys may have signed in a register: its last manifest, or all of it. */
function signedDigests(bytes: Uint8Array): Uint8Array[] {
  // Each by itself: as the other form, the digests of a bundle may not be readable at all.
  const manifest = readOr(() => RegisterBundle.decode(bytes).manifests.at(-1)?.manifest);
  const whole = readOr(() => SignedRegister.decode(bytes).register);
  return [manifest, whole].flatMap((signed) => (signed?.length ? [sha256(signed)] : []));
}

function readOr(read: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const POLICY = { what: "policy", table: "policies", column: "policy" } as const;
const SCHEDULE = { what: "schedule", table: "schedules", column: "schedule" } as const;

/** A signed file of which each version is kept as it was logged. */
async function fileProblem(
  tx: Transaction,
  index: number,
  about: (typeof POLICY | typeof SCHEDULE) & {
    readonly version: bigint;
    readonly entry: LogEntry;
  },
): Promise<string | undefined> {
  const { column, entry, table, version, what } = about;
  const row = await tx.get<KeptRow & { taken_at: number }>(
    `SELECT version, digest, ${column} AS bytes, taken_at FROM ${table} WHERE log_index = ?`,
    index,
  );
  const name = `${what} version ${version} (entry ${index})`;
  if (row === undefined) return `${name} is not kept`;
  const isThat =
    BigInt(row.version) === version &&
    row.taken_at === timestampMs(entry.recordedAt) &&
    equalBytes(row.digest, entry.headerDigest) &&
    equalBytes(sha256(row.bytes), entry.headerDigest);
  return isThat ? undefined : `${name} is not the one that was logged`;
}

async function decisionProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
): Promise<string | undefined> {
  const row = await tx.get<SqlRow & { participant: string; code: number; decided_at: number }>(
    "SELECT participant, code, decided_at FROM quarantine_decision WHERE log_index = ?",
    index,
  );
  const name = `the decision about an item of ${entry.sender} (entry ${index})`;
  if (row === undefined) return `${name} is not kept`;
  const isThat =
    row.participant === entry.sender &&
    row.code === entry.code &&
    row.decided_at === timestampMs(entry.recordedAt);
  return isThat ? undefined : `${name} is not the one that was logged`;
}

/** Registers, policies and schedules that no entry of the log is about; few, so all of them. */
export async function unloggedProblems(tx: Transaction): Promise<string[]> {
  const problems = [...(await unloggedSuccession(tx)), ...(await unloggedCounts(tx))];
  const tables = [
    ["register", "registers", EntryKind.REGISTER_CHANGE],
    ["policy", "policies", EntryKind.POLICY_CHANGE],
    ["schedule", "schedules", EntryKind.SCHEDULE_CHANGE],
  ] as const;
  for (const [name, table, kind] of tables) {
    const rows = await tx.all<KeptRow>(
      `SELECT version, digest, log_index FROM ${table} ORDER BY version`,
    );
    for (const [position, { digest, log_index: index, version }] of rows.entries()) {
      // The register a gateway begins with was given to it, not changed.
      if (index === null && position === 0) continue;
      const entry = index === null ? undefined : await entryAt(tx, index);
      const isLogged = entry?.kind === kind && equalBytes(entry.headerDigest, digest);
      if (!isLogged) problems.push(`${name} version ${version} was never logged`);
    }
  }
  return problems;
}
