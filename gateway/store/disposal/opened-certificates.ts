import { type CertificateRow, certificateOf, type KeptCertificate } from "#disposal";
import { DisposedItem, OpenedDisposal, type OpenedItem } from "#proto";
import { openItem } from "#records";
import type { Transaction } from "#runtime";
import { encodeMessage } from "#wire";
import { entryAt } from "../log-check/entry-at.ts";
import type { MessageRow } from "../message-row.ts";
import { PART_STRIDE } from "../tables.ts";

/** A certificate with what it says of some messages, and of no other (TP-DISP-9). */
export interface OpenedCertificate {
  readonly bytes: Uint8Array;
  /** Encoded OpenedDisposal. */
  readonly opened: Uint8Array;
  readonly logIndex: number;
  /** Register in force when it was logged. */
  readonly registerVersion: number;
}

/**
 * Certificates under which parts of the messages were disposed of, in their order. One of the first
 * form is left out: it cannot be shown without the records of others.
 */
export async function openCertificates(
  tx: Transaction,
  messages: readonly Pick<MessageRow, "id" | "log_index">[],
): Promise<OpenedCertificate[]> {
  const entries = new Set(messages.map(({ log_index: index }) => index));
  const ids = new Set<number>();
  for (const { id } of messages) {
    const rows = await tx.all<{ certificate: number }>(
      "SELECT DISTINCT certificate FROM disposed_part WHERE id >= ? AND id < ?",
      id * PART_STRIDE,
      (id + 1) * PART_STRIDE,
    );
    for (const { certificate } of rows) ids.add(certificate);
  }
  const opened: OpenedCertificate[] = [];
  for (const id of [...ids].toSorted((one, other) => one - other)) {
    const row = await tx.get<CertificateRow>("SELECT * FROM disposal_certificate WHERE id = ?", id);
    if (row === undefined || row.kept_items === null) continue;
    opened.push(await openCertificate(tx, certificateOf(row), entries));
  }
  return opened;
}

async function openCertificate(
  tx: Transaction,
  { bytes, keptItems, keyId, logIndex: place, signature }: KeptCertificate,
  entries: ReadonlySet<number>,
): Promise<OpenedCertificate> {
  const items: OpenedItem[] = [];
  for (const [position, item] of keptItems.entries()) {
    const isAsked = entries.has(Number(DisposedItem.decode(item).logIndex));
    if (isAsked) items.push(await openItem(keptItems, position));
  }
  const signatures = signature === null ? [] : [{ keyId, value: signature }];
  // The gateway logs every one of them.
  const logIndex = place ?? 0;
  const entry = await entryAt(tx, logIndex);
  return {
    ...{ bytes, logIndex },
    opened: encodeMessage(OpenedDisposal, { signatures, items }),
    registerVersion: Number(entry?.registerVersion ?? 0),
  };
}
