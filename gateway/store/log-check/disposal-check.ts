/** What was disposed of, compared with the certificates and their log entries (TP-DISP-7). */
import { type CertificateRow, keptItemsOf } from "#disposal";
import { DisposalCertificate, type DisposedItem, EntryKind, type LogEntry } from "#proto";
import { itemsOf } from "#records";
import type { SqlRow, Transaction } from "#runtime";
import { equalBytes, sha256 } from "#wire";
import { PART_STRIDE } from "../tables.ts";
import { CertificateJudge } from "./certificate-check.ts";
import { entryAt } from "./entry-at.ts";
import { HoldsAt } from "./holds-at.ts";

/** Certificates of one check, each read and held against its entry once. */
export class Certificates {
  readonly #tx: Transaction;
  readonly #known = new Map<number, ReadonlyMap<number, Uint8Array> | undefined>();
  readonly holds: HoldsAt;
  readonly judge: CertificateJudge;

  constructor(tx: Transaction) {
    this.#tx = tx;
    this.holds = new HoldsAt(tx);
    this.judge = new CertificateJudge(tx);
  }

  /** Digest of a part that a certificate names, which the log has; undefined: none does. */
  async digestOf(certificate: number, part: number): Promise<Uint8Array | undefined> {
    if (!this.#known.has(certificate)) this.#known.set(certificate, await this.#read(certificate));
    return this.#known.get(certificate)?.get(part);
  }

  async #read(id: number): Promise<ReadonlyMap<number, Uint8Array> | undefined> {
    const items = await itemsLogged(this.#tx, id);
    return items && partsNamed(items);
  }
}

/** What a certificate names that the log has; undefined when it has none, or items are others. */
async function itemsLogged(
  tx: Transaction,
  id: number,
): Promise<readonly DisposedItem[] | undefined> {
  const row = await tx.get<CertificateRow>("SELECT * FROM disposal_certificate WHERE id = ?", id);
  if (row === undefined) return undefined;
  const entry = await entryAt(tx, row.log_index ?? 0);
  const isLogged =
    entry?.kind === EntryKind.DISPOSAL && equalBytes(entry.headerDigest, sha256(row.certificate));
  return isLogged ? itemsNamed(row) : undefined;
}

/** What a certificate names; undefined when the items beside it are others. */
function itemsNamed(row: CertificateRow): readonly DisposedItem[] | undefined {
  return itemsOf(DisposalCertificate.decode(row.certificate), keptItemsOf(row));
}

/** Id of a part → its digest. */
function partsNamed(items: readonly DisposedItem[]): Map<number, Uint8Array> {
  return new Map(
    items.filter(isMessage).flatMap(({ logIndex, parts }) =>
      parts.map(({ position, sha256: digest }): [number, Uint8Array] => {
        return [(Number(logIndex) + 1) * PART_STRIDE + position, digest];
      }),
    ),
  );
}

/** Certificate under which each part of a message was disposed of, by its place in the header. */
export async function disposedPositions(
  tx: Transaction,
  message: number,
): Promise<Map<number, number>> {
  const first = message * PART_STRIDE;
  const rows = await tx.all<SqlRow & { id: number; certificate: number }>(
    "SELECT id, certificate FROM disposed_part WHERE id >= ? AND id < ?",
    first,
    first + PART_STRIDE,
  );
  return new Map(rows.map(({ certificate, id }) => [id - first, certificate]));
}

/** What is wrong with the certificate that an entry of the log is about. */
export async function disposalEntryProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
  { holds, judge }: Certificates,
): Promise<string | undefined> {
  const row = await tx.get<CertificateRow>(
    "SELECT * FROM disposal_certificate WHERE log_index = ?",
    index,
  );
  if (row === undefined) return `the disposal certificate of entry ${index} is not kept`;
  const name = `disposal certificate ${row.id} (entry ${index})`;
  if (!equalBytes(sha256(row.certificate), entry.headerDigest)) {
    return `${name} is not the one that was logged`;
  }
  const items = itemsNamed(row);
  if (items === undefined) return `${name} does not name the items that are kept with it`;
  const acts = await actsProblem(tx, row.id, items);
  if (acts !== undefined) return `${name} ${acts}`;
  for (const part of partsNamed(items).keys()) {
    const place = `part ${part % PART_STRIDE} of the message of entry ${Math.floor(part / PART_STRIDE) - 1}`;
    const noted = await tx.get<{ certificate: number }>(
      "SELECT certificate FROM disposed_part WHERE id = ?",
      part,
    );
    if (noted?.certificate !== row.id) return `${name} names ${place}, which is not noted as gone`;
  }
  for (const { logIndex } of items.filter(isMessage)) {
    const hold = await holds.holdOn(Number(logIndex), index);
    if (hold === undefined) continue;
    return `${name} names the message of entry ${logIndex}, which legal hold ${hold} covered`;
  }
  const problem = await judge.problemOf(row, items, entry);
  return problem === undefined ? undefined : `${name} ${problem}`;
}

/** Certificates in a stretch of the log that no entry of it is about. */
export async function strayCertificates(
  tx: Transaction,
  from: number,
  to: number,
): Promise<string[]> {
  const rows = await tx.all<SqlRow & { id: number; log_index: number }>(
    "SELECT id, log_index FROM disposal_certificate WHERE log_index >= ? AND log_index < ?",
    from,
    to,
  );
  const problems: string[] = [];
  for (const { id, log_index: index } of rows) {
    const entry = await entryAt(tx, index);
    if (entry?.kind === EntryKind.DISPOSAL) continue;
    problems.push(`disposal certificate ${id} was never logged`);
  }
  return problems;
}

/** Acts of the audit trail have a name of their own in a certificate. */
function isMessage({ subject }: DisposedItem): boolean {
  return subject === "";
}

/** Batches of acts that a certificate names are gone by it, and by no other (TP-DISP-11). */
async function actsProblem(
  tx: Transaction,
  certificate: number,
  items: readonly DisposedItem[],
): Promise<string | undefined> {
  for (const { headerDigest, logIndex, subject } of items.filter((item) => !isMessage(item))) {
    const batch = await tx.get<SqlRow & { certificate: number | null; digest: Uint8Array }>(
      "SELECT certificate, digest FROM record_act_batch WHERE log_index = ?",
      Number(logIndex),
    );
    const isThat = batch?.certificate === certificate && equalBytes(batch.digest, headerDigest);
    if (!isThat) return `names ${subject}, which are not noted as gone`;
  }
  return undefined;
}

/** Whether a certificate that the log has names the batch of acts of an entry. */
export async function areActsCertified(
  tx: Transaction,
  certificate: number,
  logIndex: number,
): Promise<boolean> {
  const items = (await itemsLogged(tx, certificate)) ?? [];
  return items.some((item) => !isMessage(item) && item.logIndex === BigInt(logIndex));
}
