import { beforeEach, describe, expect, test } from "vitest";
import { accepted } from "#errors";
import { FEED_MIGRATION_SQL } from "#feed";
import {
  createPostProcedures,
  draftMessage,
  type InboundRecord,
  POST_MIGRATION_SQL,
  type PostHooks,
  RECOVERABLE_SQL,
  RECOVERY_MIGRATION_SQL,
  type RecoverableMessage,
  readRecoverable,
} from "#post";
import { Envelope, Header, Kind, Lane, PersonsBlock } from "#proto";
import {
  withPersonHooks,
  withPersons,
} from "../../../services/focal-point/persons/person-hooks.ts";
import {
  erasePersons,
  readPersons,
  reviewPersons,
} from "../../../services/focal-point/persons/person-procedures.ts";
import {
  accessOf,
  dueBlocks,
  keepBlock,
  noteAccess,
} from "../../../services/focal-point/persons/person-record.ts";
import {
  PERSON_MIGRATION_SQL,
  PERSON_TOLD_MIGRATION_SQL,
} from "../../../services/focal-point/persons/person-tables.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";

const DAY_MS = 86_400_000;
const NAME = "Madeup Nobody";
const BLOCK = PersonsBlock.create({
  necessity: "The record is kept under this name and cannot be found without it.",
  legalBasis: "Police Act section 12 (made up)",
  persons: [{ personRef: "P1", role: 3, name: NAME, accuracy: 1 }],
});
const DATA = PersonsBlock.encode(BLOCK).finish();
const CASE = "0199b1f0-7c1a-7000-8000-000000000001";

let tx: MemoryTransaction;

beforeEach(() => {
  tx = openMemoryTransaction(
    POST_MIGRATION_SQL,
    RECOVERY_MIGRATION_SQL,
    FEED_MIGRATION_SQL,
    PERSON_MIGRATION_SQL,
  );
});

/** A request of ours with personal data, drafted and kept. */
async function sent(): Promise<string> {
  const { messageId } = await draftMessage(tx, {
    sender: "US",
    recipients: ["BR"],
    kind: Kind.TRACE_REQUEST,
    conversationId: CASE,
    nowMs: 0,
    parts: [
      { name: "body", plaintext: Buffer.from("body"), schema: "S", retentionClass: "trace" },
      { name: "persons", plaintext: DATA, schema: "P", retentionClass: "persons" },
    ],
  });
  const block = { caseId: CASE, direction: "sent", peer: "BR", sender: "US", messageId } as const;
  const more = { data: DATA, persons: 1, reviewAtMs: 10 * DAY_MS, actor: "desk-7", nowMs: 0 };
  return await keepBlock(tx, { ...block, ...more });
}

const holdsName = async (sql: string): Promise<boolean> => {
  const rows = await tx.all<Record<string, never>>(sql);
  return rows.some((row) =>
    Object.values(row as Record<string, unknown>).some(
      (value) => value instanceof Uint8Array && Buffer.from(value).includes(NAME),
    ),
  );
};

describe("a block that was sent (TP-PERS-4 to TP-PERS-7)", () => {
  test("is read, and who did and why is written with it", async () => {
    const blockId = await sent();
    const act = { actor: "m.diallo", reason: "Preparing the hearing", nowMs: 5 };
    const [read] = await readPersons(tx, { ...act, caseId: CASE });
    expect(Buffer.from(read?.data ?? "")).toEqual(Buffer.from(DATA));
    expect(await accessOf(tx, { caseId: CASE, limit: 10 })).toEqual([
      { blockId, atMs: 0, act: "kept", actor: "desk-7", reason: "sent" },
      { blockId, atMs: 5, act: "read", actor: "m.diallo", reason: act.reason },
    ]);
  });

  test("is due on its day, and later once somebody has said why", async () => {
    const blockId = await sent();
    const due = async (dueUntilMs: number) =>
      (await dueBlocks(tx, { dueUntilMs, after: undefined, limit: 5 })).map((one) => one.blockId);
    expect(await due(10 * DAY_MS - 1)).toEqual([]);
    expect(await due(10 * DAY_MS)).toEqual([blockId]);
    const act = { actor: "records", reason: "The trial goes on.", nowMs: DAY_MS };
    await reviewPersons(tx, { ...act, blockId, reviewAtMs: 20 * DAY_MS });
    expect(await due(19 * DAY_MS)).toEqual([]);
    expect(await due(20 * DAY_MS)).toEqual([blockId]);
    expect(await dueBlocks(tx, { dueUntilMs: 20 * DAY_MS, after: blockId, limit: 5 })).toEqual([]);
  });

  test("is erased from its table and from the outbox; the tombstone and the header stay", async () => {
    const blockId = await sent();
    await tx.run("UPDATE post_outbox SET state = 'delivered', envelope = draft");
    expect(await holdsName("SELECT draft, envelope FROM post_outbox")).toBe(true);
    const act = { actor: "records", reason: "The purpose has ended.", nowMs: DAY_MS };
    const erased = await erasePersons(tx, { ...act, blockId });
    expect(erased?.erased).toEqual({ atMs: DAY_MS, by: "records", because: act.reason });
    expect(await holdsName("SELECT draft, envelope FROM post_outbox")).toBe(false);
    expect(await holdsName("SELECT data FROM person_block")).toBe(false);
    const row = await tx.get<{ envelope: Uint8Array }>("SELECT envelope FROM post_outbox");
    const { header, parts } = Envelope.decode(row?.envelope ?? new Uint8Array());
    expect(Header.decode(header).parts.map(({ name }) => name)).toEqual(["body", "persons"]);
    expect(parts.map(({ content }) => Buffer.from(content).toString())).toEqual(["body", ""]);
    // Once more changes nothing, and neither does a review.
    const later = { actor: "other", reason: "Again and again.", nowMs: 2 * DAY_MS, blockId };
    expect(await erasePersons(tx, later)).toEqual(erased);
    expect(await reviewPersons(tx, { ...later, reviewAtMs: 1 })).toEqual(erased);
    expect(await erasePersons(tx, { ...later, blockId: "US.none" })).toBeNull();
  });

  test("keeps its sealed bytes while it is under way: they must arrive as they were signed", async () => {
    const blockId = await sent();
    const act = { actor: "records", reason: "The purpose has ended.", nowMs: DAY_MS };
    const sealed = Envelope.encode(
      Envelope.create({
        parts: [{ name: "persons", onlyFor: "", content: Buffer.from("sealed") }],
      }),
    ).finish();
    await tx.run("UPDATE post_outbox SET state = 'sealed', envelope = ?", sealed);
    await erasePersons(tx, { ...act, blockId });
    const row = await tx.get<{ envelope: Uint8Array }>("SELECT envelope FROM post_outbox");
    expect(Buffer.from(row?.envelope ?? "")).toEqual(Buffer.from(sealed));
    expect(await holdsName("SELECT draft FROM post_outbox")).toBe(false);
  });
});

describe("the key of a block for the recovery of the State (TP-RECOVER-2)", () => {
  test.each(["delivered", "sealed"])(
    "goes when a %s block is erased; that of the body stays",
    async (state) => {
      const blockId = await sent();
      await tx.run("UPDATE post_outbox SET state = ?, envelope = draft", state);
      await tx.run(
        `INSERT INTO post_recovery SELECT '', message_id, part, x'00'
       FROM post_outbox, (SELECT 'body' AS part UNION SELECT 'persons')`,
      );
      await erasePersons(tx, { actor: "records", reason: "It has ended.", nowMs: DAY_MS, blockId });
      expect(await tx.all("SELECT part FROM post_recovery")).toEqual([{ part: "body" }]);
    },
  );
});

describe("a block that is erased before it is sealed (TP-RECOVER-2)", () => {
  test("has no key for the recovery of the State when it is sealed later", async () => {
    const blockId = await sent();
    const { message_id: messageId = "" } =
      (await tx.get<{ message_id: string }>("SELECT message_id FROM post_outbox")) ?? {};
    const act = { actor: "records", reason: "It has ended.", nowMs: DAY_MS };
    await erasePersons(tx, { ...act, blockId });
    const recovery = ["body", "persons"].map((partName) => ({ partName, key: Buffer.from("key") }));
    const sealed = [{ messageId, envelope: DATA, headerDigest: new Uint8Array(32), recovery }];
    const { postStoreSealed } = createPostProcedures(withPersonHooks({} as PostHooks));
    await postStoreSealed(tx, { sealed, unsealable: [], nowMs: DAY_MS });
    const [one] = await tx.all<RecoverableMessage>(RECOVERABLE_SQL);
    if (one === undefined) expect.unreachable("it is not kept");
    const { envelope, keys } = await readRecoverable(tx, one);
    expect(Buffer.from(envelope)).toEqual(Buffer.from(DATA));
    expect(keys.map(({ partName }) => partName)).toEqual(["body"]);
    await tx.run("DELETE FROM post_recovery WHERE part = 'body'");
    expect(await tx.all(RECOVERABLE_SQL)).toEqual([]);
  });
});

describe("a block that is received (TP-PERS-1, TP-PERS-2, TP-PERS-4)", () => {
  const inner = { judge: () => accepted("effect") };
  const judged = (parts: [string, Uint8Array][]) =>
    withPersons(inner).judge({
      header: Header.create(),
      headerDigest: new Uint8Array(),
      recordedAtMs: DAY_MS,
      parts: new Map(parts),
    });

  test("is judged beside the body, whatever the message is", () => {
    expect(judged([])).toEqual(accepted({ effect: "effect", persons: undefined }));
    expect(judged([["persons", DATA]])).toMatchObject({ ok: true, value: { effect: "effect" } });
    const field = "persons.necessity";
    const bare = PersonsBlock.encode({ ...BLOCK, necessity: "" }).finish();
    expect(judged([["persons", bare]])).toMatchObject({
      ok: false,
      refusal: { code: "BODY_INVALID", field },
    });
    expect(judged([["persons", Buffer.from("junk")]])).toMatchObject({ ok: false });
  });

  test("is kept with the message, and not when the message is refused", async () => {
    let refuses = true;
    const refusal = { code: "ILLEGAL_MOVE", field: "", detail: "" } as const;
    const hooks = withPersonHooks({
      onMessage: async () => (refuses ? refusal : undefined),
    } as unknown as PostHooks);
    const message: InboundRecord = {
      sender: "US",
      messageId: "m-1",
      kind: Kind.TRACE_REQUEST,
      lane: Lane.NORMAL,
      conversationId: CASE,
      headerDigest: new Uint8Array(),
      header: new Uint8Array(),
      recordedAtMs: 0,
      nowMs: 0,
    };
    const effect = { effect: "", persons: { data: DATA, persons: 1, reviewOn: "" } };
    expect(await hooks.onMessage(tx, message, effect)).toEqual(refusal);
    const all = { dueUntilMs: 400 * DAY_MS, after: undefined, limit: 5 };
    expect(await dueBlocks(tx, all)).toEqual([]);
    refuses = false;
    expect(await hooks.onMessage(tx, message, effect)).toBeUndefined();
    expect(await dueBlocks(tx, all)).toMatchObject([
      { direction: "received", sender: "US", messageId: "m-1", reviewAtMs: 365 * DAY_MS },
    ]);
  });
});

test("a log from before letters were an act of their own keeps its lines (TP-PERS-18)", async () => {
  const blockId = await sent();
  await noteAccess(tx, { blockId, act: "read", actor: "desk-8", reason: "To answer.", nowMs: 5 });
  const told = { blockId, act: "told", actor: "desk-7", reason: "ML told", nowMs: 6 } as const;
  await expect(noteAccess(tx, told)).rejects.toThrow(/CHECK/u);
  const before = await accessOf(tx, { caseId: CASE, limit: 9 });
  tx.exec(PERSON_TOLD_MIGRATION_SQL);
  expect(await accessOf(tx, { caseId: CASE, limit: 9 })).toEqual(before);
  await noteAccess(tx, told);
  expect((await accessOf(tx, { caseId: CASE, limit: 9 })).map(({ act }) => act)).toEqual([
    "kept",
    "read",
    "told",
  ]);
});
