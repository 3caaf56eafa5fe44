import { ACT_SQL, DISPOSED_ITEMS_SQL, holdSql } from "#disposal";
import { LOG_MIGRATION_SQL } from "#message-log";
import { REPEAT_MIGRATION_SQL } from "#repeats";
import type { Migration } from "#runtime";
import { USER_MIGRATION_SQL } from "#users";
import { AUDIT_BATCH_SQL, AUDIT_ENDS_SQL } from "./audit/audit-tables.ts";
import { CONVERSATION_SQL } from "./conversations/conversation-tables.ts";
import { COSIGNED_SQL } from "./cosigned.ts";
import { COUNTS_SQL } from "./counts/counts-tables.ts";
import {
  CERTIFICATE_INDEX_SQL,
  DISPOSAL_SQL,
  DUE_DATE_SQL,
  RUN_DECLINED_SQL,
} from "./disposal/disposal-tables.ts";
import { EVENT_SETTLING_SQL, EVENT_SQL } from "./event-tables.ts";
import { INSTANCE_SQL } from "./instances/instance-tables.ts";
import { LOG_CHECK_SQL } from "./log-check/kept-check.ts";
import { FEED_ASKED_SQL } from "./monitor/feed-asked.ts";
import { MONITOR_SQL } from "./monitor/monitor-tables.ts";
import { RELEASE_SQL } from "./monitor/release-tables.ts";
import { PAIR_SQL } from "./pair-tables.ts";
import { PART_BODY_SQL } from "./part-bodies.ts";
import { PINS_SQL } from "./pins.ts";
import { POLICY_SQL } from "./policy-tables.ts";
import { QUARANTINE_SQL } from "./quarantine-tables.ts";
import { REGISTER_SQL } from "./register-tables.ts";
import { RENEWAL_SQL } from "./renewal/renewal-tables.ts";
import { SCHEDULE_SQL } from "./schedule-tables.ts";
import { SEARCH_SQL, STATE_TERM_SQL } from "./search/search-tables.ts";
import { STORED_SQL } from "./stored-bytes.ts";
import { SUCCESSION_SQL } from "./succession-tables.ts";
import { TIMESTAMP_SQL } from "./timestamps/timestamp-table.ts";

/**
 * The gateway's tables. Two keys are built, not looked up: part `message × 1024 + position` and
 * delivery `message × 256 + position`, so that neither needs an index of its own.
 */
const RECORDS_SQL = `
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  header_digest BLOB NOT NULL,
  kind INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  header BLOB NOT NULL,
  signatures BLOB NOT NULL,
  code INTEGER NOT NULL,
  field TEXT NOT NULL,
  log_index INTEGER NOT NULL,
  tree_size INTEGER NOT NULL,
  receipt_id TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  register_version INTEGER NOT NULL,
  UNIQUE (sender, message_id)
) STRICT;
CREATE TABLE parts (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  only_for TEXT NOT NULL,
  content BLOB NOT NULL
) STRICT;
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  lane INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  receipt INTEGER,
  expiry_index INTEGER,
  expiry_size INTEGER,
  expiry_receipt_id TEXT,
  expiry_at INTEGER
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 1;
CREATE INDEX deliveries_waiting ON deliveries (sender, recipient, lane, id) WHERE state = 0;
CREATE INDEX deliveries_expiry ON deliveries (expires_at) WHERE state < 2;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  size_bytes INTEGER NOT NULL,
  subject TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  code INTEGER NOT NULL,
  field TEXT NOT NULL,
  header BLOB NOT NULL
) STRICT;
CREATE TABLE traffic (
  participant TEXT PRIMARY KEY,
  accepted INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;
CREATE TABLE gateway_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  recorded_at INTEGER NOT NULL
) STRICT;
INSERT INTO gateway_state VALUES (1, 0);
`;

/** Forward-only; a released one is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "message log", sql: LOG_MIGRATION_SQL },
  { version: 2, name: "records, deliveries, quarantine", sql: RECORDS_SQL },
  { version: 3, name: "quarantine by participant, with decisions", sql: QUARANTINE_SQL },
  { version: 4, name: "users and tokens", sql: USER_MIGRATION_SQL },
  { version: 5, name: "operator events", sql: EVENT_SQL },
  { version: 6, name: "idempotency keys", sql: REPEAT_MIGRATION_SQL },
  { version: 7, name: "conversations", sql: CONVERSATION_SQL },
  { version: 8, name: "versions of the register", sql: REGISTER_SQL },
  { version: 9, name: "versions of the policy", sql: POLICY_SQL },
  { version: 10, name: "how far records were compared with the log", sql: LOG_CHECK_SQL },
  { version: 11, name: "the newest cosigned checkpoint", sql: COSIGNED_SQL },
  { version: 12, name: "pins of the register", sql: PINS_SQL },
  { version: 13, name: "bytes held for each participant", sql: STORED_SQL },
  { version: 14, name: "legal holds", sql: holdSql("INTEGER NOT NULL UNIQUE") },
  { version: 15, name: "events that settle", sql: EVENT_SETTLING_SQL },
  { version: 16, name: "what records are found by", sql: SEARCH_SQL },
  { version: 17, name: "what persons did with records", sql: ACT_SQL },
  { version: 18, name: "versions of the retention schedule", sql: SCHEDULE_SQL },
  { version: 19, name: "batches of what persons did", sql: AUDIT_BATCH_SQL },
  { version: 20, name: "disposal", sql: DISPOSAL_SQL },
  { version: 21, name: "items beside disposal certificates", sql: DISPOSED_ITEMS_SQL },
  { version: 22, name: "runs that are declined", sql: RUN_DECLINED_SQL },
  { version: 23, name: "what each pair has under way", sql: PAIR_SQL },
  { version: 24, name: "instances of the gateway", sql: INSTANCE_SQL },
  { version: 25, name: "renewals of the log", sql: RENEWAL_SQL },
  { version: 26, name: "agencies found under their State", sql: STATE_TERM_SQL },
  { version: 27, name: "certificates counted by their run", sql: CERTIFICATE_INDEX_SQL },
  { version: 28, name: "due dates", sql: DUE_DATE_SQL },
  { version: 29, name: "the end of what persons did", sql: AUDIT_ENDS_SQL },
  { version: 30, name: "how the log began", sql: SUCCESSION_SQL },
  { version: 31, name: "counts of days", sql: COUNTS_SQL },
  { version: 32, name: "what monitors are fed", sql: MONITOR_SQL },
  { version: 33, name: "what was released to monitors", sql: RELEASE_SQL },
  { version: 34, name: "time-stamps on checkpoints", sql: TIMESTAMP_SQL },
  { version: 35, name: "what monitors asked for", sql: FEED_ASKED_SQL },
  { version: 36, name: "parts whose bytes lie in files", sql: PART_BODY_SQL },
];

/** Where a delivery stands. */
export const DELIVERY = {
  waiting: 0,
  dispatched: 1,
  delivered: 2,
  rejected: 3,
  expired: 4,
  returned: 5,
} as const;

/** Parts of a message have ids from `message × PART_STRIDE`. */
export const PART_STRIDE = 1024;
/** Deliveries of a message have ids from `message × DELIVERY_STRIDE`. */
export const DELIVERY_STRIDE = 256;
