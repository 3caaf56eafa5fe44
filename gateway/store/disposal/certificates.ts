import { DisposedItems } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { decodeExactly } from "#wire";

/** A certificate as it is kept. */
export interface KeptCertificate {
  readonly id: number;
  readonly run: number;
  /** Encoded DisposalCertificate. */
  readonly bytes: Uint8Array;
  readonly logIndex: number;
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
  log_index: number;
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
