import { digestBy, type RenewalDigest } from "#message-log";
import { EntryKind, Envelope, type LogEntry, RenewedDigest, Signature } from "#proto";
import type { Transaction } from "#runtime";
import { partsOf } from "../part-bodies.ts";
import { PART_STRIDE } from "../tables.ts";

/** Where the bytes lie that an entry of a kind names by their SHA-256. */
const OBJECTS: ReadonlyMap<EntryKind, string> = new Map([
  [EntryKind.POLICY_CHANGE, "SELECT policy AS bytes FROM policies WHERE log_index = ?"],
  [EntryKind.SCHEDULE_CHANGE, "SELECT schedule AS bytes FROM schedules WHERE log_index = ?"],
  [EntryKind.DISPOSAL, "SELECT certificate AS bytes FROM disposal_certificate WHERE log_index = ?"],
  [EntryKind.HOLD, "SELECT act AS bytes FROM hold_act WHERE log_index = ?"],
  [EntryKind.RELEASE, "SELECT act AS bytes FROM hold_act WHERE log_index = ?"],
  [EntryKind.DAILY_COUNTS, "SELECT counts AS bytes FROM daily_counts WHERE log_index = ?"],
  [EntryKind.RENEWAL, "SELECT renewal AS bytes FROM log_renewal WHERE log_index = ?"],
  [EntryKind.TIME_STAMP, "SELECT token AS bytes FROM log_timestamp WHERE log_index = ?"],
]);

/** Digests, by another algorithm, of what an entry names and is still kept (TP-RENEW-1). */
export async function digestsNamed(
  tx: Transaction,
  index: number,
  entry: LogEntry | undefined,
  digest: RenewalDigest,
): Promise<RenewedDigest[]> {
  const of = (name: string, position: number, ...pieces: readonly Uint8Array[]) =>
    RenewedDigest.create({ of: name, position, digest: digestBy(digest, ...pieces) });
  const id = index + 1;
  const row = await tx.get<{ header: Uint8Array; signatures: Uint8Array }>(
    "SELECT header, signatures FROM messages WHERE id = ?",
    id,
  );
  if (row === undefined) {
    const sql = OBJECTS.get(entry?.kind ?? EntryKind.UNSPECIFIED);
    const object = sql && (await tx.get<{ bytes: Uint8Array }>(sql, index));
    return object ? [of("object", 0, object.bytes)] : [];
  }
  const parts = await partsOf(
    tx,
    "SELECT * FROM parts WHERE id >= ? AND id < ? ORDER BY id",
    id * PART_STRIDE,
    (id + 1) * PART_STRIDE,
  );
  const { signatures } = Envelope.decode(row.signatures);
  const signed = signatures.map((one) => Signature.encode(one).finish());
  return [
    of("header", 0, row.header),
    of("signatures", 0, ...signed),
    ...parts.map((part) => of("part", part.id - id * PART_STRIDE, part.content)),
  ];
}
