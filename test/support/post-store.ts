import { type Refusal, refuse } from "#errors";
import {
  createPostProcedures,
  draftMessage,
  type InboundRecord,
  type MessageDraft,
  type MessageFate,
  POST_MIGRATION_SQL,
  POST_READ_ONLY,
  POST_SUCCESSION_MIGRATION_SQL,
  type PostHooks,
  RECOVERY_MIGRATION_SQL,
  SIGNED_BY_MIGRATION_SQL,
} from "#post";
import type { SqlRow, SqlValue, StoreDefinition, Transaction } from "#runtime";

/** A participant without casework: it keeps what came and what became of what it sent. */
const APPLICATION_SQL = `
CREATE TABLE effects (
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  body TEXT NOT NULL,
  applied INTEGER NOT NULL,
  PRIMARY KEY (sender, message_id)
) STRICT;
CREATE TABLE fates (
  message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  fate TEXT NOT NULL,
  code TEXT,
  count INTEGER NOT NULL,
  PRIMARY KEY (message_id, recipient, fate)
) STRICT;
`;

/** What the test application's judge makes of a body. */
export interface TestEffect {
  readonly body: string;
}

const hooks: PostHooks = {
  async onMessage(tx, message: InboundRecord, effect): Promise<Refusal | undefined> {
    const { body } = effect as TestEffect;
    if (body.startsWith("refuse in the store")) return refuse("ILLEGAL_MOVE", "body");
    await tx.run(
      `INSERT INTO effects (sender, message_id, body, applied) VALUES (?, ?, ?, 1)
       ON CONFLICT DO UPDATE SET applied = applied + 1`,
      message.sender,
      message.messageId,
      body,
    );
    return undefined;
  },
  async onFate(tx, fate: MessageFate): Promise<void> {
    await tx.run(
      `INSERT INTO fates (message_id, recipient, fate, code, count) VALUES (?, ?, ?, ?, 1)
       ON CONFLICT DO UPDATE SET count = count + 1`,
      fate.messageId,
      fate.recipient,
      fate.fate,
      fate.code ?? null,
    );
  },
  async onFlag(): Promise<void> {},
  async onGap(): Promise<void> {},
};

async function draft(tx: Transaction, args: MessageDraft): Promise<string> {
  return (await draftMessage(tx, args)).messageId;
}

/** Any query, so that tests can look at tables without a procedure for each question. */
async function query(
  tx: Transaction,
  args: { sql: string; params?: readonly SqlValue[] },
): Promise<SqlRow[]> {
  return await tx.all(args.sql, ...(args.params ?? []));
}

/** Any statement, for tests that damage something on purpose. */
async function execute(
  tx: Transaction,
  args: { sql: string; params?: readonly SqlValue[] },
): Promise<number> {
  return await tx.run(args.sql, ...(args.params ?? []));
}

/** The test participant's store. */
export const store = {
  name: "post-test",
  migrations: [
    { version: 1, name: "post", sql: POST_MIGRATION_SQL },
    { version: 2, name: "application", sql: APPLICATION_SQL },
    { version: 3, name: "recovery", sql: RECOVERY_MIGRATION_SQL },
    { version: 4, name: "keys that signed", sql: SIGNED_BY_MIGRATION_SQL },
    { version: 5, name: "logs that were followed", sql: POST_SUCCESSION_MIGRATION_SQL },
  ],
  procedures: { ...createPostProcedures(hooks), draft, query, execute },
  readOnly: POST_READ_ONLY,
} satisfies StoreDefinition;

/** Its procedures. */
export type PostTestProcedures = typeof store.procedures;
