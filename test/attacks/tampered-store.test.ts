import { cp, mkdtemp, open, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CertificateRow, keptItemsOf } from "#disposal";
import { DisposalCertificate, DisposedItem, DisposedItems } from "#proto";
import { itemsRoot } from "#records";
import type { SqlValue } from "#runtime";
import { createSigner, PAYLOAD_TYPES } from "#trust";
import { encodeMessage, sha256, timestampMs, toTimestamp } from "#wire";
import { type FilledGateway, fillGateway } from "../support/filled-gateway.ts";
import { otherValues, type Row, TamperedStore, whereKey } from "../support/tampering.ts";

/**
 * What the log vouches for: a table, and how a finding names one of its rows. `not` are columns
 * that it does not vouch for, each with the reason; every other column is tried.
 */
interface Vouched {
  readonly names: (row: Row) => RegExp;
  /** Rows that are tried; default: all. */
  readonly where?: string;
  readonly not?: Readonly<Record<string, string>>;
}

const MESSAGE = ({ sender, message_id: id }: Row) => new RegExp(`message ${id} of ${sender} \\(`);
const OWN_WORK = "says how far the gateway's own work has come, and is made anew";
const ENTRY = ({ log_index: index }: Row) => new RegExp(`\\(entry ${index}\\)`);

const VOUCHED: Readonly<Record<string, Vouched>> = {
  log_entries: {
    names: ({ entry_index: index }) =>
      new RegExp(`entry ${index}\\b|stands in its place|the log has ${index}$`, "m"),
    where: "entry_index IN (0, 100, (SELECT max(entry_index) FROM log_entries))",
  },
  log_tiles: { names: () => /tile 0 of level 0/ },
  log_subtrees: { names: () => /the root of tile 0 of level 0/ },
  log_head: {
    names: () => /tree head|checkpoint|the log has no head/,
    not: { checkpoint_size: "stands in the signed checkpoint itself" },
  },
  messages: {
    names: MESSAGE,
    not: {
      receipt_id: "id of what the gateway says about it, made when it is recorded",
      tree_size: "any tree that holds the entry proves it; one that does not is found",
    },
  },
  parts: { names: ({ id }) => new RegExp(`\\(entry ${Math.floor(Number(id) / 1_024) - 1}\\)`) },
  deliveries: {
    names: ({ id }) => new RegExp(`\\(entry ${Math.floor(Number(id) / 256) - 1}\\).*delivery to`),
    not: {
      attempts: "how often it was sent is the courier's own work",
      next_at: "when it is sent next is the courier's own work",
      expiry_size: "any tree that holds the entry proves it",
      expiry_receipt_id: "id of what the gateway says about it, made when it ends",
    },
  },
  disposed_part: {
    names: ({ id }) => new RegExp(`entry ${Math.floor(Number(id) / 1_024) - 1}\\b`),
  },
  disposal_certificate: {
    names: ({ id, log_index: index }) => new RegExp(`certificate ${id}\\b|entry ${index}\\b`),
  },
  disposal_run: {
    names: ({ id }) => new RegExp(`run ${id}\\b|disposal ${id} counts`),
    not: {
      state: OWN_WORK,
      why: OWN_WORK,
      asked_at: "the audit trail says when",
      due: "a count for people, of what was due when they looked",
      confirmed_by: "the certificates name it, from when there was a second person on",
      confirmed_at: "the audit trail says when",
      parts: "follows from the certificates",
      bytes: "a count for people",
      held: "a count for people, of what a hold stopped",
      declined_by: "the audit trail says who",
      declined_because: "the audit trail says why",
      ended_at: OWN_WORK,
    },
  },
  hold: { names: ({ id }) => new RegExp(`legal hold ${id}\\b`) },
  hold_message: { names: ({ hold }) => new RegExp(`legal hold ${hold}\\b`) },
  hold_act: {
    names: ({ hold, log_index: index }) => new RegExp(`legal hold (${hold} |\\(entry ${index}\\))`),
    not: { id: "orders the acts of a hold, which name each other" },
  },
  quarantine: {
    names: ({ id }) => new RegExp(`item ${id} of quarantine`),
    not: {
      id: "a number for people",
      digest: "the header's is logged, where a message id can be read",
      size_bytes: "told by nobody who can be believed: the item is unproven",
      subject: "where it came in; unproven",
      lane: "of what is unproven",
      kind: "of what is unproven",
      header: "its digest is logged, and compared when the item is decided",
      first_at: "counts copies of an unproven item",
      last_at: "counts copies of an unproven item",
      count: "counts copies of an unproven item",
      state: "follows from the decision",
      binds: "follows from the decision",
      tree_size: "any tree that holds the entry proves it",
      receipt_id: "id of what the gateway says about it",
      register_version: "of a refusal that is entered again when it is decided",
      unsaid: OWN_WORK,
      event_id: OWN_WORK,
      event_count: OWN_WORK,
      settled_index: OWN_WORK,
    },
  },
  quarantine_decision: {
    names: ENTRY,
    not: {
      id: "a number for people",
      item: "the entry has participant and digest",
      digest: "stands in the entry",
      decision: "the kind of the entry says it",
      actor: "kept for the operator, not logged",
      reason: "kept for the operator, not logged",
    },
  },
  registers: {
    names: ({ log_index: index, version }) =>
      new RegExp(`register version ${version} |entry ${index}\\b`),
    // What a gateway begins with was given to it: its root signatures speak for it.
    where: "log_index IS NOT NULL",
    not: {
      taken_at: "the entry says when",
      taken_by: "kept for the operator, not logged",
      tree_size: "any tree that holds the entry proves it",
      announced: OWN_WORK,
    },
  },
  policies: {
    names: ({ log_index: index, version }) =>
      new RegExp(`policy version ${version}\\b|entry ${index}\\b`),
  },
  schedules: {
    names: ({ log_index: index, version }) =>
      new RegExp(`schedule version ${version}\\b|entry ${index}\\b`),
  },
  daily_counts: { names: ENTRY },
  daily_counts_share: { names: ({ monitor }) => new RegExp(`share of ${monitor}\\b`) },
  record_act: {
    names: ({ id }) =>
      new RegExp(`acts (${id} to|\\d+ to \\d+) of the audit trail|of the newest acts`),
    // What is newer gets its batch within a minute.
    where: "id <= (SELECT max(last_act) FROM record_act_batch)",
  },
  record_act_batch: {
    names: ({ id, first_act: first, log_index: index }) =>
      new RegExp(`acts (${first}|\\d+) to|batch ${id} of|\\(entry ${index}\\)`),
  },
};

/** Tables that the log does not vouch for, each with the reason. */
const NOT_VOUCHED: Readonly<Record<string, string>> = {
  tracepost_store: "names the store",
  tracepost_migrations: "the schema's own",
  tracepost_body_file: "how far body files go; each body names its row, and the header its digest",
  tracepost_body_drop: OWN_WORK,
  traffic: "counts for the status page",
  gateway_state: "the least time of the next entry; times of entries are compared themselves",
  quarantine_usage: "counts for bounds",
  user_account: "accounts of the door",
  user_token: "accounts of the door",
  user_change: "accounts of the door",
  operator_event: "what the operator is told",
  operator_event_total: "what the operator is told",
  operator_source: "what the operator is told",
  http_repeat: "answers of calls that come again",
  conversation: "follows from messages, which are compared",
  conversation_move: "follows from messages, which are compared",
  log_check: OWN_WORK,
  log_cosigned: "a note that its witnesses have signed; who has the register verifies it",
  register_pins: "pinned of registers that are compared",
  stored_bytes: "counts for quotas",
  record_term: "made anew from the records (TP-FIND-4)",
  record_message: "made anew from the records (TP-FIND-4)",
  record_conversation: "made anew from the records (TP-FIND-4)",
  record_party: "made anew from the records (TP-FIND-4)",
  record_time: "made anew from the records (TP-FIND-4)",
  record_fill: OWN_WORK,
  record_due: "reckoned anew from the records (TP-FIND-9)",
  disposal_state: OWN_WORK,
  monitor_tally: OWN_WORK,
  monitor_cell: "counted anew from the records",
  monitor_spread: "counted anew from the records",
  monitor_closed: "counted anew from the records",
  monitor_feed: "a chain that each monitor has; the daily counts bind what is in it",
  monitor_feed_asked: "keeps a request from being answered twice",
  monitor_release: "what is made safe of cells; each monitor has what left",
  monitor_calendar: OWN_WORK,
  pair_load: "counts for the windows of pairs",
  gateway_instance: OWN_WORK,
  gateway_duty: OWN_WORK,
  log_succession: "compared with its entry; tried where there is one, with successions",
  log_renewal: "compared with its entry; tried where there is one, with the renewals",
  log_timestamp: "compared with its entry; tried where there is one, with the time-stamps",
  renewed_entry: "a second tree over the entries; its root stands in the renewal",
  renewed_node: "a second tree over the entries; its root stands in the renewal",
};

/** Columns of which the schema allows the one value that stands there. */
const ONE_VALUE = ["log_head.id", "hold.state"];

/** Rows made from the first of a table: what they have otherwise, and what names them. */
const INSERTED: [table: string, change: Record<string, string>, name: RegExp][] = [
  ["log_entries", { entry_index: "9000" }, /entries|9000/],
  ["log_tiles", { tile_index: "9" }, /log_tiles has 2 rows/],
  ["log_subtrees", { position: "9" }, /log_subtrees has 2 rows/],
  ["messages", { id: "900", message_id: "'x'" }, /message 900 belongs to no entry/],
  ["parts", { id: "id + 900" }, /parts that its header does not name/],
  ["deliveries", { id: "id + 9", recipient: "'ZZ'" }, /delivery to ZZ is not in the log/],
  ["disposed_part", { id: "900 * 1024" }, /gone, 921600 belongs to no entry/],
  ["disposal_certificate", { id: "900", log_index: "0" }, /certificate 900 was never logged/],
  ["disposal_run", { id: "900" }, /disposal 900 counts/],
  ["hold", { id: "900" }, /legal hold 900 was never asked for/],
  ["hold_message", { hold: "900" }, /legal hold 900 covers messages and is not kept/],
  ["hold_act", { id: "900", log_index: "0" }, /legal hold 1 has an act that the log does not have/],
  ["registers", { version: "9", log_index: "3" }, /register version 9 was never logged/],
  ["policies", { version: "9", log_index: "3" }, /policy version 9 was never logged/],
  ["schedules", { version: "9", log_index: "3" }, /schedule version 9 was never logged/],
  ["quarantine", { id: "900", participant: "'ZZ'" }, /item 900 of quarantine is not the one/],
  ["daily_counts", { day: "900", log_index: "0" }, /counts of 1972-06-19 were never logged/],
  ["daily_counts_share", { monitor: "'ZZ'" }, /name no share of ZZ/],
  ["record_act_batch", { id: "900", last_act: "900", log_index: "0" }, /batch 900 of the audit/],
];

const YEAR_MS = 366 * 86_400_000;

let dir: string;
let gateway: FilledGateway;
let store: TamperedStore;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-tampered-"));
  gateway = await fillGateway();
  const file = join(dir, "gateway.sqlite");
  await gateway.copyTo(file, "SELECT 1");
  store = new TamperedStore(file);
});

afterAll(async () => {
  store[Symbol.dispose]();
  await gateway.close();
  await rm(dir, { recursive: true, force: true });
});

/** First, middle and last: what stands at an edge is another case. */
function some(rows: readonly Row[]): Row[] {
  const places = new Set([0, Math.floor(rows.length / 2), rows.length - 1]);
  return rows.filter((_, place) => places.has(place));
}

describe("a store that was changed behind everybody's back (TP-LOG-15)", () => {
  test("is sound before, and every table and column is tried or has a reason", async () => {
    expect(await store.foundAfter()).toEqual([]);
    const known = [...Object.keys(VOUCHED), ...Object.keys(NOT_VOUCHED)];
    expect(store.tables().toSorted()).toEqual(known.toSorted());
    for (const [table, { not = {}, where }] of Object.entries(VOUCHED)) {
      const names = store.columns(table).map(({ name }) => name);
      expect(names, table).toEqual(expect.arrayContaining(Object.keys(not)));
      expect(store.rows(table, where).length, table).toBeGreaterThan(0);
    }
  });

  test.each(Object.entries(VOUCHED))(
    "in %s: a row edited or dated back is named",
    async (table, { names, not = {}, where }) => {
      const columns = store.columns(table);
      for (const column of columns.filter(({ name }) => !(name in not))) {
        let tried = 0;
        for (const row of some(store.rows(table, where))) {
          const value = row[column.name] ?? null;
          for (const other of otherValues(column, value)) {
            const [key, ...keys] = whereKey(columns, row);
            const sql = `UPDATE ${table} SET ${column.name} = ? WHERE ${key}`;
            const found = await store.foundAfter([sql, other, ...keys]);
            if (found === undefined) continue;
            tried += 1;
            expect(found.join("\n"), `${table}.${column.name}`).toMatch(names(row));
            break;
          }
        }
        // What the schema lets nobody write needs no finding.
        if (tried === 0) expect(ONE_VALUE, table).toContain(`${table}.${column.name}`);
      }
    },
  );

  test.each(Object.entries(VOUCHED))(
    "in %s: a row deleted is named",
    async (table, { names, where }) => {
      const columns = store.columns(table);
      for (const row of some(store.rows(table, where))) {
        const [key, ...keys] = whereKey(columns, row);
        const found = await store.foundAfter([`DELETE FROM ${table} WHERE ${key}`, ...keys]);
        if (table === "quarantine") continue;
        expect(found?.join("\n"), table).toMatch(names(row));
      }
    },
  );

  test.each(Object.keys(VOUCHED))("in %s: two rows exchanged are named", async (table) => {
    const { names, not = {}, where } = VOUCHED[table] as Vouched;
    const columns = store.columns(table).filter(({ name }) => !(name in not));
    const rows = store.rows(table, where);
    const [one, other] = [rows.at(0), rows.at(-1)];
    if (one === undefined || other === undefined || rows.length < 2) return;
    const values = columns.filter(({ isKey, name }) => !isKey && one[name] !== other[name]);
    const keys = store.columns(table);
    const set = values.map(({ name }) => `${name} = ?`).join(", ");
    const swap = (row: Row, by: Row): [string, ...SqlValue[]] => {
      const [key, ...of] = whereKey(keys, row);
      return [
        `UPDATE ${table} SET ${set} WHERE ${key}`,
        ...values.map(({ name }) => by[name] ?? null),
        ...of,
      ];
    };
    if (values.length === 0) return;
    const found = await store.foundAfter(swap(one, other), swap(other, one));
    if (found === undefined) return;
    expect(found.join("\n"), table).toMatch(names(one));
  });

  test.each(INSERTED)("in %s: a row put in is named", async (table, change, name) => {
    const columns = store.columns(table).map((column) => column.name);
    const values = columns.map((column) => change[column] ?? column).join(", ");
    const sql = `INSERT INTO ${table} SELECT ${values} FROM ${table} ORDER BY 1 LIMIT 1`;
    expect((await store.foundAfter([sql]))?.join("\n"), table).toMatch(name);
  });

  const flip = async (path: string): Promise<void> => {
    await using handle = await open(path, "r+");
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, 3_000);
    await handle.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, 3_000);
  };

  test.each([
    ["garbled", flip, /cannot be read: the body file \S+ is garbled/],
    ["cut", (path: string) => truncate(path, 3_000), /body file \S+ has 3000 bytes of \d+$/m],
    ["taken away", (path: string) => rm(path), /the body file \S+ is missing$/m],
  ])("a body file that is %s is named, with the message", async (_, harm, name) => {
    const bodies = join(dir, "gateway.sqlite.bodies");
    const sound = join(dir, "sound");
    await cp(bodies, sound, { recursive: true });
    const rows = store.rows("parts", "body_file IS NOT NULL");
    expect(rows.length).toBeGreaterThan(0);
    for (const file of await readdir(bodies)) await harm(join(bodies, file));
    const found = (await store.foundAfter())?.join("\n");
    expect(found).toMatch(name);
    const entry = Math.floor(Number(rows[0]?.id) / 1_024) - 1;
    expect(found).toMatch(
      new RegExp(`\\(entry ${entry}\\) has a part 0 \\(body\\) that cannot be`),
    );
    await rm(bodies, { recursive: true });
    await cp(sound, bodies, { recursive: true });
    expect(await store.foundAfter()).toEqual([]);
  });

  test.each([
    [YEAR_MS, /names the message of entry \d+, whose part \d was not due/],
    [-YEAR_MS, /names the message of entry \d+, whose part \d the schedule keeps longer/],
  ])(
    "a certificate with a date %i ms off, signed and logged all the same, is named",
    async (byMs, name) => {
      const [row] = store.rows("disposal_certificate") as CertificateRow[];
      if (row === undefined) throw new TypeError("nothing is disposed of");
      const items = keptItemsOf(row).map((bytes) => {
        const item = DisposedItem.decode(bytes);
        for (const part of item.parts)
          part.dueAt = toTimestamp((timestampMs(part.dueAt) ?? 0) + byMs);
        return encodeMessage(DisposedItem, item);
      });
      const said = DisposalCertificate.decode(row.certificate);
      const bytes = encodeMessage(DisposalCertificate, { ...said, itemsRoot: itemsRoot(items) });
      const signature = createSigner(gateway.parties.receiptKey, PAYLOAD_TYPES.disposal).sign(
        bytes,
      );
      const kept = encodeMessage(DisposedItems, { items });
      const [logged] = store.rows("log_entries", `entry_index = ${row.log_index}`);
      const digest = Buffer.from(sha256(row.certificate)).toString("hex");
      const entry = Buffer.from(logged?.entry as Uint8Array).toString("hex");
      const changed = entry.replace(digest, Buffer.from(sha256(bytes)).toString("hex"));
      const found = await store.foundAfter(
        [
          "UPDATE disposal_certificate SET certificate = ?, signature = ?, kept_items = ?",
          bytes,
          signature,
          kept,
        ],
        [
          "UPDATE log_entries SET entry = ? WHERE entry_index = ?",
          Buffer.from(changed, "hex"),
          row.log_index,
        ],
      );
      expect(found?.join("\n")).toMatch(name);
    },
  );
});
