/** A recorded message compared with the log entry it was recorded under (TP-LOG-15). */
import { TracepostError } from "#errors";
import { Envelope, Header, type LogEntry, type PartInfo, RefusalCode } from "#proto";
import type { Transaction } from "#runtime";
import { equalBytes, sha256, signaturesDigest, timestampMs } from "#wire";
import type { MessageRow } from "../message-row.ts";
import { bytesOf, type PartRow } from "../part-bodies.ts";
import { PART_STRIDE } from "../tables.ts";
import { type Certificates, disposedPositions } from "./disposal-check.ts";

/** What is wrong with a message under its entry, each as the end of a sentence. */
export async function messageProblems(
  tx: Transaction,
  row: MessageRow,
  entry: LogEntry,
  certificates: Certificates,
): Promise<string[]> {
  const header = decoded(() => Header.decode(row.header));
  const envelope = decoded(() => Envelope.decode(row.signatures));
  const signatures = envelope && signaturesDigest(envelope.signatures);
  const holds: Readonly<Record<string, boolean>> = {
    sender: row.sender === entry.sender,
    "message id": row.message_id === entry.messageId,
    header: equalBytes(sha256(row.header), entry.headerDigest),
    "header digest": equalBytes(row.header_digest, entry.headerDigest),
    signatures: signatures !== undefined && equalBytes(signatures, entry.signaturesDigest),
    decision: row.code === entry.code,
    field: row.field === entry.field,
    kind: row.kind === header?.kind,
    lane: row.lane === header?.lane,
    "record time": row.recorded_at === timestampMs(entry.recordedAt),
    "place in the log": row.log_index === row.id - 1,
    "tree size": row.tree_size > row.log_index,
    "register version": BigInt(row.register_version) === entry.registerVersion,
    "policy version": BigInt(row.policy_version) === entry.policyVersion,
    "schedule version": BigInt(row.schedule_version) === entry.scheduleVersion,
  };
  const wrong = Object.keys(holds).filter((what) => holds[what] === false);
  const others = wrong.map((what) => `has another ${what} than the log`);
  const keepsParts = row.code === RefusalCode.UNSPECIFIED;
  const named = (keepsParts && header?.parts) || [];
  return [...others, ...(await partProblems(tx, row.id, named, certificates))];
}

/** The parts are those that the header names, in its order, with its digests, or disposed of. */
async function partProblems(
  tx: Transaction,
  message: number,
  named: readonly PartInfo[],
  certificates: Certificates,
): Promise<string[]> {
  const problems: string[] = [];
  const first = message * PART_STRIDE;
  const disposed = await disposedPositions(tx, message);
  for (const [position, { name, onlyFor, sha256: digest }] of named.entries()) {
    const row = await tx.get<PartRow>("SELECT * FROM parts WHERE id = ?", first + position);
    const certificate = disposed.get(position);
    disposed.delete(position);
    if (certificate !== undefined) {
      const said = await certificates.digestOf(certificate, first + position);
      const isSaid = said !== undefined && equalBytes(said, digest);
      if (row !== undefined)
        problems.push(`has its part ${position} (${name}), disposed of before`);
      if (!isSaid) problems.push(`lost its part ${position} (${name}), which no certificate names`);
      continue;
    }
    const isNamed = row?.name === name && row.only_for === onlyFor;
    if (row === undefined) problems.push(`lacks its part ${position} (${name})`);
    else {
      const content = await readable(tx, row);
      if (typeof content === "string") {
        problems.push(`has a part ${position} (${name}) that cannot be read: ${content}`);
      } else if (!isNamed || !equalBytes(sha256(content), digest)) {
        problems.push(`has another part ${position} (${name}) than its header names`);
      }
    }
  }
  for (const position of disposed.keys()) {
    problems.push(`has lost part ${position}, which its header does not name`);
  }
  const more = await tx.get<{ n: number }>(
    "SELECT count(*) AS n FROM parts WHERE id >= ? AND id < ?",
    first + named.length,
    first + PART_STRIDE,
  );
  if ((more?.n ?? 0) > 0) problems.push(`has ${more?.n} parts that its header does not name`);
  return problems;
}

/** The bytes of a part; text says why they cannot be had. */
async function readable(tx: Transaction, row: PartRow): Promise<Uint8Array | string> {
  try {
    return await bytesOf(tx, row);
  } catch (caught) {
    if (row.body_file === null && row.body_at === null && row.body_bytes === 0) throw caught;
    return TracepostError.from(caught, "STORE").message;
  }
}

function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
