import { type AckLevel, AlertHit } from "#proto";
import type { SqlRow, Transaction } from "#runtime";

/** How far somebody took up an alert. */
export interface AlertAck {
  readonly participant: string;
  /** Post or unit; empty: the participant. */
  readonly unit: string;
  readonly level: AckLevel;
  /** Version it is about. */
  readonly versionId: string;
  readonly atMs: number;
}

interface AckRow extends SqlRow {
  participant: string;
  unit: string;
  level: AckLevel;
  version_id: string;
  at: number;
}

/** Notes an acknowledgement; a level once reached is not lost. */
export async function noteAck(
  tx: Transaction,
  ack: AlertAck & { readonly alertId: string },
): Promise<void> {
  await tx.run(
    `INSERT INTO alert_ack (alert_id, participant, unit, level, version_id, at)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (alert_id, participant, unit) DO UPDATE SET level = excluded.level,
       version_id = excluded.version_id, at = excluded.at
     WHERE excluded.level > level`,
    ack.alertId,
    ack.participant,
    ack.unit,
    ack.level,
    ack.versionId,
    ack.atMs,
  );
}

/** Acknowledgements of an alert. */
export async function acksOf(tx: Transaction, alertId: string): Promise<AlertAck[]> {
  const rows = await tx.all<AckRow>(
    "SELECT * FROM alert_ack WHERE alert_id = ? ORDER BY participant, unit",
    alertId,
  );
  return rows.map((row) => ({
    participant: row.participant,
    unit: row.unit,
    level: row.level,
    versionId: row.version_id,
    atMs: row.at,
  }));
}

/** A hit as kept. */
export interface HitRecord {
  readonly alertId: string;
  readonly hitId: string;
  /** Who told us: we ourselves, an agency of our State, or a recipient. */
  readonly reporter: string;
  /** Participant that found it. */
  readonly foundBy: string;
  readonly versionId: string;
  readonly hit: AlertHit;
  readonly state: "reported" | "retracted";
  readonly reason: string;
  readonly reportedAtMs: number;
  readonly retractedAtMs: number | null;
}

interface HitRow extends SqlRow {
  alert_id: string;
  hit_id: string;
  reporter: string;
  found_by: string;
  version_id: string;
  body: Uint8Array;
  state: HitRecord["state"];
  reason: string;
  reported_at: number;
  retracted_at: number | null;
}

/** Hits on an alert, in the order they came. */
export async function hitsOf(tx: Transaction, alertId: string): Promise<HitRecord[]> {
  const rows = await tx.all<HitRow>(
    "SELECT * FROM alert_hit WHERE alert_id = ? ORDER BY position",
    alertId,
  );
  return rows.map(recordOf);
}

/** One hit. */
export async function findHit(
  tx: Transaction,
  alertId: string,
  hitId: string,
): Promise<HitRecord | undefined> {
  const row = await tx.get<HitRow>(
    "SELECT * FROM alert_hit WHERE alert_id = ? AND hit_id = ?",
    alertId,
    hitId,
  );
  return row === undefined ? undefined : recordOf(row);
}

/** Hits, or retractions of hits, that are to be passed on. */
export async function hitsDue(tx: Transaction, limit: number) {
  const rows = await tx.all<HitRow & { pass_due: number; retraction_due: number }>(
    `SELECT * FROM alert_hit WHERE pass_due = 1 OR retraction_due = 1 ORDER BY position LIMIT ?`,
    limit,
  );
  return rows.map((row) => ({
    record: recordOf(row),
    isHitDue: row.pass_due === 1,
    isRetractionDue: row.retraction_due === 1,
  }));
}

/** Notes that everything known of a hit was passed on. */
export async function notePassedOn(tx: Transaction, { alertId, hitId }: HitRecord): Promise<void> {
  await tx.run(
    "UPDATE alert_hit SET pass_due = 0, retraction_due = 0 WHERE alert_id = ? AND hit_id = ?",
    alertId,
    hitId,
  );
}

function recordOf(row: HitRow): HitRecord {
  return {
    alertId: row.alert_id,
    hitId: row.hit_id,
    reporter: row.reporter,
    foundBy: row.found_by,
    versionId: row.version_id,
    hit: AlertHit.decode(row.body),
    state: row.state,
    reason: row.reason,
    reportedAtMs: row.reported_at,
    retractedAtMs: row.retracted_at,
  };
}

/** Keeps a hit. */
export async function insertHit(
  tx: Transaction,
  hit: {
    readonly alertId: string;
    readonly hitId: string;
    readonly reporter: string;
    readonly foundBy: string;
    readonly versionId: string;
    /** Encoded AlertHit. */
    readonly body: Uint8Array;
    readonly isPassedOn: boolean;
    readonly nowMs: number;
  },
): Promise<void> {
  await tx.run(
    `INSERT INTO alert_hit (alert_id, hit_id, reporter, found_by, version_id, body, state,
       reported_at, pass_due) VALUES (?, ?, ?, ?, ?, ?, 'reported', ?, ?)`,
    hit.alertId,
    hit.hitId,
    hit.reporter,
    hit.foundBy,
    hit.versionId,
    hit.body,
    hit.nowMs,
    hit.isPassedOn ? 1 : 0,
  );
}

/** Marks a hit as none. */
export async function noteRetraction(
  tx: Transaction,
  retraction: {
    readonly alertId: string;
    readonly hitId: string;
    readonly reason: string;
    readonly isPassedOn: boolean;
    readonly nowMs: number;
  },
): Promise<void> {
  await tx.run(
    `UPDATE alert_hit SET state = 'retracted', reason = ?, retracted_at = ?, retraction_due = ?
     WHERE alert_id = ? AND hit_id = ?`,
    retraction.reason,
    retraction.nowMs,
    retraction.isPassedOn ? 1 : 0,
    retraction.alertId,
    retraction.hitId,
  );
}
