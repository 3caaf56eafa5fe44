/** Reads all that an evidence file about records holds, in one transaction (TP-EVID-2). */
import type { EvidenceSubject, EvidenceTimestamp } from "#evidence";
import { consistencyProof, inclusionPath, loadLogEntry } from "#message-log";
import { Envelope } from "#proto";
import { EVIDENCE_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { encodeMessage } from "#wire";
import { type OpenedCertificate, openCertificates } from "../disposal/opened-certificates.ts";
import type { MessageRow } from "../message-row.ts";
import { partsOf } from "../part-bodies.ts";
import { findMessage } from "../recall.ts";
import { type KeptRenewal, listRenewals } from "../renewal/renewals.ts";
import { renewedProof } from "../renewal/second-tree.ts";
import { isStillFilling } from "../search/find-records.ts";
import { uuidBytes } from "../search/note-record.ts";
import { DELIVERY, DELIVERY_STRIDE, PART_STRIDE } from "../tables.ts";
import { earliestTimestamps } from "../timestamps/timestamps.ts";

/** An entry and how a tree proves it; the checkpoint is the caller's. */
export interface EntryPlace {
  readonly index: number;
  readonly entry: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** A record with its place. */
export interface CollectedRecord {
  /** Encoded Envelope, with the parts that are still there. */
  readonly envelope: Uint8Array;
  readonly place: EntryPlace;
}

/** A message with what was said about it. */
export interface CollectedMessage extends CollectedRecord {
  readonly receipts: readonly CollectedRecord[];
  readonly endings: readonly EntryPlace[];
}

/** A register or policy that something was decided under. */
export interface CollectedVersion {
  readonly version: number;
  readonly bytes: Uint8Array;
  /** Null: the register a gateway began with, which was not logged. */
  readonly place: EntryPlace | null;
}

/** A certificate of disposal with what it says of the messages asked for. */
export interface CollectedDisposal {
  readonly bytes: Uint8Array;
  /** Encoded OpenedDisposal. */
  readonly opened: Uint8Array;
  readonly place: EntryPlace;
}

/** A renewal of the log, with its own entry. */
export interface CollectedRenewal {
  readonly signed: Uint8Array;
  readonly place: EntryPlace;
}

/** What there is; `size` is that of the tree that all places are in. */
export type CollectedEvidence =
  | { readonly type: "unknown" | "too-large" | "unsigned" | "not-ready" }
  | {
      readonly type: "found";
      readonly size: number;
      readonly messages: readonly CollectedMessage[];
      readonly registers: readonly CollectedVersion[];
      readonly policies: readonly CollectedVersion[];
      readonly disposals: readonly CollectedDisposal[];
      readonly renewals: readonly CollectedRenewal[];
      /** Index of an entry, and its RenewedProof under the first renewal. */
      readonly renewed: readonly (readonly [index: number, proof: Uint8Array])[];
      readonly timestamps: readonly EvidenceTimestamp[];
    };

/** What is asked for. */
export interface EvidenceAsk {
  readonly subject: EvidenceSubject;
  /** Sizes of signed checkpoints; the first that covers everything is taken. */
  readonly sizes: readonly number[];
}

/** Everything about a subject; nothing is left out of it because it is too much. */
export async function collectEvidence(
  tx: Transaction,
  { sizes, subject }: EvidenceAsk,
): Promise<CollectedEvidence> {
  if (subject.type === "conversation" && (await isStillFilling(tx))) return { type: "not-ready" };
  const ids = await idsOf(tx, subject);
  if (ids.length === 0) return { type: "unknown" };
  if (ids.length > EVIDENCE_LIMITS.messagesMax) return { type: "too-large" };
  const reading = new Reading(tx);
  const rows = await reading.rows(ids);
  const isTooMuch = reading.disposals.length > EVIDENCE_LIMITS.messagesMax;
  if (isTooMuch || reading.bytes > EVIDENCE_LIMITS.fileBytesMax) return { type: "too-large" };
  const size = sizes.find((one) => one > reading.lastIndex);
  if (size === undefined) return { type: "unsigned" };
  const place = (index: number) => placeOf(tx, index, size);
  const messages: CollectedMessage[] = [];
  for (const { endings, receipts, row, envelope } of rows) {
    messages.push({
      envelope,
      place: await place(row.log_index),
      receipts: await Promise.all(
        receipts.map(async (receipt) => {
          return { envelope: receipt.envelope, place: await place(receipt.row.log_index) };
        }),
      ),
      endings: await Promise.all(endings.map(place)),
    });
  }
  const placed = (versions: readonly VersionRow[]) =>
    Promise.all(
      versions.map(async ({ bytes, log_index: index, version }) => {
        return { version, bytes, place: index === null ? null : await place(index) };
      }),
    );
  const registers = await placed(reading.registers);
  const policies = await placed(reading.policies);
  const disposals: CollectedDisposal[] = [];
  for (const { bytes, logIndex, opened } of reading.disposals) {
    disposals.push({ bytes, opened, place: await place(logIndex) });
  }
  const renewals: CollectedRenewal[] = [];
  for (const { logIndex, signed } of reading.renewals) {
    renewals.push({ signed, place: await place(logIndex) });
  }
  const renewed = await renewedIn(tx, reading.renewals[0], messages);
  const timestamps = await timestampsOf(tx, size, messages);
  const signed = { registers, policies, disposals, renewals, renewed, timestamps };
  return { type: "found", size, messages, ...signed };
}

/** The earliest tokens that cover a record, each with what ties it to the tree of the file. */
async function timestampsOf(
  tx: Transaction,
  size: number,
  messages: readonly CollectedMessage[],
): Promise<EvidenceTimestamp[]> {
  const indices = entriesOf(messages);
  const found = await earliestTimestamps(tx, indices, EVIDENCE_LIMITS.messagesMax);
  const timestamps: EvidenceTimestamp[] = [];
  for (const { checkpoint, root, size: stamped, token } of found) {
    const [size1, size2] = stamped <= size ? [stamped, size] : [size, stamped];
    const consistency = await consistencyProof(tx, size1, size2);
    timestamps.push({ checkpoint, token, root, consistency });
  }
  return timestamps;
}

/** Entries about messages, their receipts and their ends; each once. */
function entriesOf(messages: readonly CollectedMessage[]): number[] {
  const indices = messages.flatMap(({ endings, place, receipts }) => [
    place.index,
    ...receipts.map((one) => one.place.index),
    ...endings.map((one) => one.index),
  ]);
  return [...new Set(indices)];
}

/** Each record in the second tree of the renewal that holds them all. */
async function renewedIn(
  tx: Transaction,
  first: KeptRenewal | undefined,
  messages: readonly CollectedMessage[],
): Promise<(readonly [number, Uint8Array])[]> {
  if (first === undefined) return [];
  const { digest, size } = first;
  const renewed: (readonly [number, Uint8Array])[] = [];
  for (const index of entriesOf(messages)) {
    renewed.push([index, await renewedProof(tx, { digest, size, index })]);
  }
  return renewed;
}

/** Ids of the records, in the order in which they were recorded. */
async function idsOf(tx: Transaction, subject: EvidenceSubject): Promise<number[]> {
  if (subject.type === "message") {
    const found = await findMessage(tx, subject.sender, subject.messageId);
    return found === undefined ? [] : [found.id];
  }
  const rows = await tx.all<{ id: number }>(
    "SELECT id FROM record_conversation WHERE conversation = ? ORDER BY id LIMIT ?",
    uuidBytes(subject.conversationId),
    EVIDENCE_LIMITS.messagesMax + 1,
  );
  return rows.map(({ id }) => id);
}

interface ReadRecord {
  readonly row: MessageRow;
  readonly envelope: Uint8Array;
}

interface ReadMessage extends ReadRecord {
  readonly receipts: readonly ReadRecord[];
  /** Indices of entries. */
  readonly endings: readonly number[];
}

interface VersionRow extends SqlRow {
  version: number;
  bytes: Uint8Array;
  log_index: number | null;
}

interface DeliveryRow extends SqlRow {
  state: number;
  receipt: number | null;
  expiry_index: number | null;
}

/** Reads records, and notes how much they are and what they were decided under. */
class Reading {
  readonly #tx: Transaction;
  readonly #registerVersions = new Set<number>();
  readonly #policyVersions = new Set<number>();
  bytes = 0;
  lastIndex = 0;
  registers: readonly VersionRow[] = [];
  policies: readonly VersionRow[] = [];
  disposals: readonly OpenedCertificate[] = [];
  renewals: readonly KeptRenewal[] = [];

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  async rows(ids: readonly number[]): Promise<ReadMessage[]> {
    const found: ReadMessage[] = [];
    for (const id of ids) {
      // What is too much already is not read to its end.
      if (this.bytes > EVIDENCE_LIMITS.fileBytesMax) break;
      const record = await this.#record(id);
      if (record !== undefined) found.push({ ...record, ...(await this.#deliveries(id)) });
    }
    const held = this.lastIndex;
    const renewals = await listRenewals(this.#tx);
    // From the first that holds every record on; sizes never fall.
    this.renewals = renewals.filter(({ size }) => size > held);
    for (const { logIndex, signed } of this.renewals) {
      this.bytes += signed.length;
      this.#note(logIndex, 0, 0);
    }
    this.disposals = await openCertificates(
      this.#tx,
      found.map(({ row }) => row),
    );
    for (const { bytes, logIndex, opened, registerVersion } of this.disposals) {
      this.bytes += bytes.length + opened.length;
      this.#note(logIndex, registerVersion, 0);
    }
    this.registers = await this.#versions("registers", this.#registerVersions);
    this.policies = await this.#versions("policies", this.#policyVersions);
    return found;
  }

  async #record(id: number): Promise<ReadRecord | undefined> {
    const row = await this.#tx.get<MessageRow>("SELECT * FROM messages WHERE id = ?", id);
    if (row === undefined) return undefined;
    const parts = await partsOf(
      this.#tx,
      "SELECT * FROM parts WHERE id >= ? AND id < ? ORDER BY id",
      id * PART_STRIDE,
      (id + 1) * PART_STRIDE,
    );
    const { signatures } = Envelope.decode(row.signatures);
    const envelope = encodeMessage(Envelope, {
      header: row.header,
      signatures,
      parts: parts.map(({ content, name, onlyFor }) => ({ name, onlyFor, content })),
    });
    this.bytes += envelope.length;
    this.#note(row.log_index, row.register_version, row.policy_version);
    return { row, envelope };
  }

  async #deliveries(id: number): Promise<Pick<ReadMessage, "receipts" | "endings">> {
    const rows = await this.#tx.all<DeliveryRow>(
      "SELECT state, receipt, expiry_index FROM deliveries WHERE id >= ? AND id < ? ORDER BY id",
      id * DELIVERY_STRIDE,
      (id + 1) * DELIVERY_STRIDE,
    );
    const receipts: ReadRecord[] = [];
    const endings: number[] = [];
    for (const { expiry_index: index, receipt, state } of rows) {
      const record = receipt === null ? undefined : await this.#record(receipt);
      if (record !== undefined) receipts.push(record);
      if (state < DELIVERY.expired || index === null) continue;
      endings.push(index);
      this.#note(index, 0, 0);
    }
    return { receipts, endings };
  }

  #note(index: number, registerVersion: number, policyVersion: number): void {
    this.lastIndex = Math.max(this.lastIndex, index);
    if (registerVersion > 0) this.#registerVersions.add(registerVersion);
    if (policyVersion > 0) this.#policyVersions.add(policyVersion);
  }

  /** The versions that were decided under; of registers the newest too, for the log's keys. */
  async #versions(
    table: "registers" | "policies",
    wanted: ReadonlySet<number>,
  ): Promise<VersionRow[]> {
    const isRegister = table === "registers";
    const column = isRegister ? "register" : "policy";
    const newest = isRegister ? " OR version = (SELECT max(version) FROM registers)" : "";
    const rows = await this.#tx.all<VersionRow>(
      `SELECT version, ${column} AS bytes, log_index FROM ${table}
       WHERE version IN (SELECT CAST(value AS INTEGER) FROM json_each(?))${newest} ORDER BY version`,
      JSON.stringify([...wanted]),
    );
    for (const { bytes, log_index: index } of rows) {
      this.bytes += bytes.length;
      if (index !== null) this.lastIndex = Math.max(this.lastIndex, index);
    }
    return rows;
  }
}

async function placeOf(tx: Transaction, index: number, size: number): Promise<EntryPlace> {
  const entry = (await loadLogEntry(tx, index)) ?? new Uint8Array();
  return { index, entry, path: await inclusionPath(tx, index, size) };
}
