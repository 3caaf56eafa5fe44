/** A store whose letters may have their content in files. */
import type { BodyGroup, BodyPlace, SqlRow, StoreDefinition, Transaction } from "#runtime";

/** A letter to keep, and in which file. */
interface Letter {
  readonly id: number;
  readonly group: BodyGroup;
  readonly content: Uint8Array;
}

interface LetterRow extends SqlRow {
  id: number;
  content: Uint8Array;
  body_file: number | null;
  body_at: number | null;
  body_bytes: number;
}

const SQL = `
CREATE TABLE letters (
  id INTEGER PRIMARY KEY,
  content BLOB NOT NULL,
  body_file INTEGER,
  body_at INTEGER,
  body_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
`;

async function keep(tx: Transaction, { content, group, id }: Letter): Promise<number> {
  const place = await tx.bodies?.keep(group, id, content);
  const sql = "INSERT INTO letters VALUES (?, ?, ?, ?, ?)";
  const { at = null, bytes = 0, file = null } = place ?? {};
  return await tx.run(sql, id, place ? new Uint8Array() : content, file, at, bytes);
}

async function read(tx: Transaction, id: number): Promise<Uint8Array> {
  const row = await rowOf(tx, id);
  const place = placeOf(row);
  return place ? ((await tx.bodies?.read(place, id)) ?? row.content) : row.content;
}

async function rowOf(tx: Transaction, id: number): Promise<LetterRow> {
  const row = await tx.get<LetterRow>("SELECT * FROM letters WHERE id = ?", id);
  if (row === undefined) throw new RangeError(`no letter ${id}`);
  return row;
}

function placeOf({ body_at: at, body_bytes: bytes, body_file: file }: LetterRow) {
  return file === null || at === null ? undefined : ({ file, at, bytes } satisfies BodyPlace);
}

export const procedures = {
  keep,
  keepThenThrow: async (tx: Transaction, letter: Letter): Promise<void> => {
    await keep(tx, letter);
    throw new RangeError("changed its mind");
  },
  keepAndRead: async (tx: Transaction, letter: Letter) => {
    await keep(tx, letter);
    return await read(tx, letter.id);
  },
  read,
  drop: async (tx: Transaction, id: number): Promise<void> => {
    const place = placeOf(await rowOf(tx, id));
    if (place) await tx.bodies?.drop(place);
    await tx.run("DELETE FROM letters WHERE id = ?", id);
  },
  ids: async (tx: Transaction) =>
    (await tx.all<{ id: number }>("SELECT id FROM letters ORDER BY id")).map(({ id }) => id),
  problems: async (tx: Transaction) => (await tx.bodies?.problems()) ?? [],
};

export type BodyProcedures = typeof procedures;

export const store = {
  name: "bodies",
  migrations: [{ version: 1, name: "letters", sql: SQL }],
  procedures,
  readOnly: ["read", "ids", "problems"],
  bodies: {
    table: "letters",
    key: "id",
    content: "content",
    file: "body_file",
    at: "body_at",
    bytes: "body_bytes",
  },
} satisfies StoreDefinition;
