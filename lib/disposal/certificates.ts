import { randomBytes } from "node:crypto";
import { DisposalCertificate, DisposedItem, DisposedItems, DisposedPart } from "#proto";
import { itemsRoot } from "#records";
import type { SqlRow, Transaction } from "#runtime";
import { decodeExactly, encodeMessage, toTimestamp } from "#wire";
import type { DisposalRun } from "./disposal-runs.ts";
import type { DuePart } from "./due-marks.ts";

/** A certificate as it is kept. */
export interface KeptCertificate {
  readonly id: number;
  readonly run: number;
  /** Encoded DisposalCertificate. */
  readonly bytes: Uint8Array;
  /** Null where no log is kept. */
  readonly logIndex: number | null;
  /** How many records it names. */
  readonly items: number;
  readonly keyId: string;
  /** Encoded items, where the certificate names only the root of their tree. */
  readonly keptItems: readonly Uint8Array[];
  /** Null until it is signed, which follows its transaction. */
  readonly signature: Uint8Array | null;
}

/** A row of `disposal_certificate`. */
export interface CertificateRow extends SqlRow {
  id: number;
  run: number;
  certificate: Uint8Array;
  log_index: number | null;
  items: number;
  key_id: string;
  signature: Uint8Array | null;
  kept_items: Uint8Array | null;
}

/** Certificates of a run in their order, those above the id `after`. */
export async function listCertificates(
  tx: Transaction,
  args: { readonly run: number; readonly after: number; readonly limit: number },
): Promise<KeptCertificate[]> {
  const rows = await tx.all<CertificateRow>(
    "SELECT * FROM disposal_certificate WHERE run = ? AND id > ? ORDER BY id LIMIT ?",
    args.run,
    args.after,
    args.limit,
  );
  return rows.map(certificateOf);
}

/** Certificates that are not signed yet. */
export async function unsignedCertificates(
  tx: Transaction,
  args: { readonly limit: number },
): Promise<KeptCertificate[]> {
  const rows = await tx.all<CertificateRow>(
    "SELECT * FROM disposal_certificate WHERE signature IS NULL ORDER BY id LIMIT ?",
    args.limit,
  );
  return rows.map(certificateOf);
}

/** The number of the next certificate. */
export async function nextCertificate(tx: Transaction): Promise<number> {
  const row = await tx.get<{ id: number | null }>("SELECT max(id) AS id FROM disposal_certificate");
  return (row?.id ?? 0) + 1;
}

/** Keeps a certificate with its items; it is signed after its transaction. */
export async function keepCertificate(
  tx: Transaction,
  kept: Pick<KeptCertificate, "bytes" | "id" | "logIndex" | "run"> & {
    readonly items: Uint8Array[];
  },
): Promise<void> {
  const { bytes, id, items, logIndex, run } = kept;
  await tx.run(
    `INSERT INTO disposal_certificate (id, run, certificate, log_index, items, kept_items)
     VALUES (?, ?, ?, ?, ?, ?)`,
    id,
    run,
    bytes,
    logIndex,
    items.length,
    encodeMessage(DisposedItems, { items }),
  );
}

/** Keeps a signature; the first one stays. */
export async function keepCertificateSignature(
  tx: Transaction,
  args: { readonly id: number; readonly keyId: string; readonly signature: Uint8Array },
): Promise<void> {
  await tx.run(
    "UPDATE disposal_certificate SET key_id = ?, signature = ? WHERE id = ? AND signature IS NULL",
    args.keyId,
    args.signature,
    args.id,
  );
}

/** A certificate as its row has it. */
export function certificateOf(row: CertificateRow): KeptCertificate {
  const { certificate: bytes, id, items, key_id: keyId, log_index: logIndex, run, signature } = row;
  const keptItems = keptItemsOf(row);
  return { bytes, id, items, keptItems, keyId, logIndex, run, signature };
}

/** Items that lie beside a certificate; none where they cannot be read. */
export function keptItemsOf({ kept_items: kept }: CertificateRow): readonly Uint8Array[] {
  return (kept === null ? undefined : decodeExactly(DisposedItems, kept))?.items ?? [];
}

const SALT_BYTES = 16;

/** Whose store it was, for a certificate of a participant. */
export interface CertifiedBy {
  /** Empty: the gateway. */
  readonly participant: string;
  /** SHA-256 of the certificate before; empty on the first. */
  readonly previous: Uint8Array;
}

/** An item of a certificate, encoded with a salt: its leaf must not be guessed (TP-DISP-9). */
export function encodeItem(item: Partial<DisposedItem>): Uint8Array {
  return encodeMessage(
    DisposedItem,
    DisposedItem.create({ ...item, salt: randomBytes(SALT_BYTES) }),
  );
}

/** The encoded certificate of one transaction of a run (TP-DISP-7). */
export function writeCertificate(
  run: DisposalRun,
  said: Partial<CertifiedBy> & {
    readonly id: number;
    readonly disposedAtMs: number;
    /** In force. */
    readonly scheduleVersion: number;
    /** Encoded DisposedItems. */
    readonly items: readonly Uint8Array[];
  },
): Uint8Array {
  const certificate = DisposalCertificate.create({
    salt: randomBytes(SALT_BYTES),
    certificate: BigInt(said.id),
    run: BigInt(run.id),
    disposedAt: toTimestamp(said.disposedAtMs),
    authority: run.authority,
    askedBy: run.askedBy,
    confirmedBy: run.confirmedBy,
    scheduleVersion: BigInt(said.scheduleVersion),
    itemsRoot: itemsRoot(said.items),
    itemsCount: said.items.length,
    participant: said.participant ?? "",
    previous: said.previous ?? new Uint8Array(),
  });
  return encodeMessage(DisposalCertificate, certificate);
}

/** A part that is gone, as a certificate names it: its digest, and by which line it was due. */
export function partGone(
  { name, onlyFor, plan }: DuePart,
  { position, sha256 }: { readonly position: number; readonly sha256: Uint8Array },
): DisposedPart {
  const said = plan.why.at(-1);
  return DisposedPart.create({
    ...{ position, name, onlyFor, sha256 },
    retentionClass: plan.class,
    dueAt: toTimestamp(plan.dueAtMs),
    scheduleVersion: BigInt(said?.version ?? 0),
    basis: said?.basis ?? "",
  });
}
