import type { StoreDefinition, Transaction } from "#runtime";

/** An event as it is kept: place in the log, hour, bytes. */
export type PlainEvent = readonly [logIndex: number, hour: number, event: Uint8Array];

/** Inserts events and does nothing else. */
async function insertPlain(tx: Transaction, events: readonly PlainEvent[]): Promise<void> {
  const sql = "INSERT INTO plain_event (log_index, hour, event) VALUES (?, ?, ?)";
  for (const event of events) await tx.write(sql, ...event);
}

/** One event of those that were inserted. */
async function readPlain(tx: Transaction, { logIndex }: { readonly logIndex: number }) {
  return await tx.get("SELECT * FROM plain_event WHERE log_index = ?", logIndex);
}

/** The floor of a monitor's store: one table. */
export const store = {
  name: "plain-events",
  migrations: [
    {
      version: 1,
      name: "events",
      sql: `CREATE TABLE plain_event (
        log_index INTEGER PRIMARY KEY, hour INTEGER NOT NULL, event BLOB NOT NULL) STRICT;`,
    },
  ],
  procedures: { insertPlain, readPlain },
  readOnly: ["readPlain"],
} satisfies StoreDefinition;

/** Its procedures. */
export type PlainProcedures = typeof store.procedures;
