/** Bytes of parts: in their rows, or on SQLite in body files, the large ones (TP-STORE-11). */
import { TracepostError } from "#errors";
import {
  BODY_LIMITS,
  type BodyGroup,
  type BodyTable,
  type SqlRow,
  type Transaction,
} from "#runtime";

/** Where the bytes of a part are when they are not in its row. */
export const PART_BODY_SQL = `
ALTER TABLE parts ADD COLUMN body_file INTEGER;
ALTER TABLE parts ADD COLUMN body_at INTEGER;
ALTER TABLE parts ADD COLUMN body_bytes INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER stored_body_released AFTER DELETE ON parts WHEN OLD.body_bytes > 0 BEGIN
  UPDATE stored_bytes SET bytes = bytes - OLD.body_bytes WHERE participant =
    (SELECT sender FROM messages WHERE id = OLD.id / 1024 AND kind NOT IN (6, 7, 8, 9));
END;
`;

/** The columns of {@link PART_BODY_SQL}. */
export const PART_BODIES: BodyTable = {
  table: "parts",
  key: "id",
  content: "content",
  file: "body_file",
  at: "body_at",
  bytes: "body_bytes",
};

/** A row of `parts`. */
export interface PartRow extends SqlRow {
  id: number;
  name: string;
  only_for: string;
  content: Uint8Array;
  body_file: number | null;
  body_at: number | null;
  body_bytes: number;
}

/** A part with its bytes. */
export interface KeptPart {
  readonly id: number;
  readonly name: string;
  readonly onlyFor: string;
  readonly content: Uint8Array;
}

const EMPTY = new Uint8Array();

/** Keeps a part; `group` says which file it belongs to, and is asked only for one that needs it. */
export async function keepPart(
  tx: Transaction,
  { content, id, name, onlyFor }: KeptPart,
  group: () => BodyGroup,
): Promise<void> {
  if (tx.bodies === undefined || content.length < BODY_LIMITS.fileFromBytes) {
    const sql = "INSERT INTO parts (id, name, only_for, content) VALUES (?, ?, ?, ?)";
    return await tx.write(sql, id, name, onlyFor, content);
  }
  const { at, bytes, file } = await tx.bodies.keep(group(), id, content);
  await tx.write(
    `INSERT INTO parts (id, name, only_for, content, body_file, body_at, body_bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[id, name, onlyFor, EMPTY, file, at, bytes],
  );
}

/** Parts of a message that are kept, with their bytes. Throws TracepostError STORE. */
export async function partsOf(
  tx: Transaction,
  sql: string,
  ...params: readonly (number | string)[]
): Promise<KeptPart[]> {
  const rows = await tx.all<PartRow>(sql, ...params);
  const parts: KeptPart[] = [];
  for (const row of rows) {
    const { id, name, only_for: onlyFor } = row;
    parts.push({ id, name, onlyFor, content: await bytesOf(tx, row) });
  }
  return parts;
}

/** The bytes of a part. Throws TracepostError STORE where they cannot be had. */
export async function bytesOf(tx: Transaction, row: PartRow): Promise<Uint8Array> {
  const { body_at: at, body_bytes: bytes, body_file: file, content } = row;
  if (file === null && at === null && bytes === 0) return content;
  if (file === null || at === null || tx.bodies === undefined || content.length > 0) {
    throw new TracepostError("STORE", `the row of part ${row.id} says two places for its bytes`);
  }
  return await tx.bodies.read({ file, at, bytes }, row.id);
}

/** Erases a part; says how many bytes it had. */
export async function erasePart(tx: Transaction, id: number): Promise<number> {
  const row = await tx.get<PartRow>("SELECT * FROM parts WHERE id = ?", id);
  if (row === undefined) return 0;
  const { body_at: at, body_bytes: bytes, body_file: file, content } = row;
  if (file !== null && at !== null) await tx.bodies?.drop({ file, at, bytes });
  await tx.run("DELETE FROM parts WHERE id = ?", id);
  return content.length + bytes;
}
