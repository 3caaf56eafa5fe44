import {
  ALERT_COPY_MIGRATION_SQL,
  ALERT_COPY_PROCEDURES,
  ALERT_COPY_READ_ONLY,
  ALERT_COUNT_MIGRATION_SQL,
  ALERT_FLAG_FOLLOWS_SQL,
  ALERT_FLAG_MIGRATION_SQL,
  ALERT_MIGRATION_SQL,
  ALERT_PROCEDURES,
  ALERT_READ_ONLY,
  ALERT_RECORD_MIGRATION_SQL,
  ALERT_SUMMARY_MIGRATION_SQL,
  BORDER_POST_MIGRATION_SQL,
  POST_COPY_PROCEDURES,
  POST_COPY_READ_ONLY,
  POST_LOG_MIGRATION_SQL,
  withAlerts,
} from "#alerts";
import { FEED_MIGRATION_SQL } from "#feed";
import {
  createRecordProcedures,
  createServiceProcedures,
  KEY_CONFIRMATION_MIGRATION_SQL,
  POST_CHANGES_MIGRATION_SQL,
  RECORD_MIGRATION_SQL,
  RECORD_READ_ONLY,
  SERVICE_READ_ONLY,
  withDisposed,
} from "#participant-store";
import {
  POST_MIGRATION_SQL,
  POST_OPEN_MIGRATION_SQL,
  POST_ORDER_MIGRATION_SQL,
  POST_SUCCESSION_MIGRATION_SQL,
  RECOVERY_MIGRATION_SQL,
  SIGNED_BY_MIGRATION_SQL,
} from "#post";
import { REPEAT_MIGRATION_SQL } from "#repeats";
import type { StoreDefinition } from "#runtime";
import { USER_MIGRATION_SQL } from "#users";
import { WEBHOOK_MIGRATION_SQL } from "#webhooks";
import {
  ARRIVAL_MIGRATION_SQL,
  ARRIVAL_PROCEDURES,
  ARRIVAL_READ_ONLY,
  DRAFT_LEFT_MIGRATION_SQL,
} from "./arrivals/index.ts";
import { withAttachments } from "./attachments/attachment-hooks.ts";
import { ATTACHMENT_MIGRATION_SQL } from "./attachments/attachment-tables.ts";
import { TRANSFER_PROCEDURES, TRANSFER_READ_ONLY } from "./attachments/transfer-procedures.ts";
import { TRANSFER_MIGRATION_SQL } from "./attachments/transfer-tables.ts";
import { UPLOAD_PROCEDURES, UPLOAD_READ_ONLY } from "./attachments/upload-procedures.ts";
import { caseGlance } from "./cases/case-glance.ts";
import { caseHooks } from "./cases/case-hooks.ts";
import { CASE_LIST_MIGRATION_SQL, listCases } from "./cases/case-list.ts";
import { caseCounts, casesAwaiting, findRepeated, loadCase } from "./cases/case-procedures.ts";
import { CASE_ACTOR_MIGRATION_SQL, CASE_MIGRATION_SQL } from "./cases/case-tables.ts";
import { answerCase } from "./cases/register-answer.ts";
import { linkOldCases } from "./chain/link-record.ts";
import {
  LINK_AMMUNITION_MIGRATION_SQL,
  LINK_BRAND_MIGRATION_SQL,
  LINK_MIGRATION_SQL,
} from "./chain/link-tables.ts";
import { loadChain } from "./chain/load-chain.ts";
import { openLinkedCase, withLinks } from "./chain/open-linked.ts";
import { casesOfAmmunition } from "./chain/same-ammunition.ts";
import { casesOfFirearm } from "./chain/same-firearm.ts";
import {
  CLOCK_MIGRATION_SQL,
  CLOCK_PEER_MIGRATION_SQL,
  CLOCK_PROCEDURES,
  CLOCK_READ_ONLY,
} from "./clocks/index.ts";
import { findFirearms, firearmCandidates, loadFirearm } from "./firearms/firearm-lookups.ts";
import { countFirearms } from "./firearms/firearm-record.ts";
import {
  FIREARM_MIGRATION_SQL,
  IMPORT_ACTOR_MIGRATION_SQL,
  KEY_MIGRATION_SQL,
  REGISTER_MIGRATION_SQL,
} from "./firearms/firearm-tables.ts";
import { rekeyFirearms } from "./firearms/rekey.ts";
import { addKeys, endKeys, keysAfter, orderedThrough } from "./firearms/serial-keys.ts";
import {
  CIRCUMSTANCES_MIGRATION_SQL,
  LEDGER_MIGRATION_SQL,
  LEDGER_PROCEDURES,
  LEDGER_READ_ONLY,
  withLedgerFates,
} from "./ledger/index.ts";
import { lettersOf } from "./letters/letter-record.ts";
import { LETTER_MIGRATION_SQL, LETTER_MOVE_MIGRATION_SQL } from "./letters/letter-tables.ts";
import { dispatchOnce, enterAnswerOnce } from "./letters/off-exchange-cases.ts";
import { lapseCases } from "./moves/lapse.ts";
import { caseMoves } from "./moves/move-record.ts";
import { MOVE_ATTENTION_MIGRATION_SQL, MOVE_MIGRATION_SQL } from "./moves/move-tables.ts";
import { sendMoveOnce } from "./moves/send-move.ts";
import { withNoticeHooks, withWaitingNotices } from "./notices/notice-hooks.ts";
import { NOTICE_PROCEDURES, NOTICE_READ_ONLY } from "./notices/notice-procedures.ts";
import {
  NOTICE_LETTER_MIGRATION_SQL,
  NOTICE_MIGRATION_SQL,
  NOTICE_ONWARD_MIGRATION_SQL,
} from "./notices/notice-tables.ts";
import { judgeOnwardRequest } from "./onward/judge-onward.ts";
import { listOnwardCopies } from "./onward/onward-record.ts";
import { ONWARD_MIGRATION_SQL } from "./onward/onward-tables.ts";
import { erasePersonsUnlessHeld } from "./persons/person-holds.ts";
import { withPersonHooks } from "./persons/person-hooks.ts";
import { PERSON_PROCEDURES, PERSON_READ_ONLY } from "./persons/person-procedures.ts";
import { PERSON_MIGRATION_SQL, PERSON_TOLD_MIGRATION_SQL } from "./persons/person-tables.ts";
import { REGISTER_IMPORT_PROCEDURES, REGISTER_IMPORT_READ_ONLY } from "./register/procedures.ts";
import { UPLOAD_MIGRATION_SQL } from "./register/upload-tables.ts";
import { RELEASE_MIGRATION_SQL, RELEASE_PROCEDURES, RELEASE_READ_ONLY } from "./releases/index.ts";
import { CASE_RECORD_MIGRATION_SQL } from "./retention/case-tables.ts";
import { DISPOSED_FILE_PROCEDURES } from "./retention/erase-attachments.ts";
import { FOCAL_POINT_KINDS } from "./retention/record-kinds.ts";
import { RETENTION_PROCEDURES } from "./retention/retention-record.ts";
import { RETENTION_MIGRATION_SQL } from "./retention/retention-tables.ts";

/**
 * A message does its own, then its personal data is kept, then notices that overtook it apply; to
 * what was disposed of nothing is done.
 */
const HOOKS = withDisposed(
  withWaitingNotices(
    withPersonHooks(
      withNoticeHooks(withAttachments(withAlerts(withLinks(withLedgerFates(caseHooks))))),
    ),
  ),
);

/** Everything a focal point keeps: its post, its cases, its firearm register, its users. */
export const store = {
  name: "focal-point",
  migrations: [
    { version: 1, name: "outbox, inbox, sequences, incidents", sql: POST_MIGRATION_SQL },
    { version: 2, name: "trace cases", sql: CASE_MIGRATION_SQL },
    { version: 3, name: "firearm register", sql: FIREARM_MIGRATION_SQL },
    { version: 4, name: "users and tokens", sql: USER_MIGRATION_SQL },
    { version: 5, name: "actors of case events", sql: CASE_ACTOR_MIGRATION_SQL },
    { version: 6, name: "actors of imports", sql: IMPORT_ACTOR_MIGRATION_SQL },
    { version: 7, name: "feed of changes", sql: FEED_MIGRATION_SQL },
    { version: 8, name: "changes of the post", sql: POST_CHANGES_MIGRATION_SQL },
    { version: 9, name: "lists of cases", sql: CASE_LIST_MIGRATION_SQL },
    { version: 10, name: "webhooks", sql: WEBHOOK_MIGRATION_SQL },
    { version: 11, name: "idempotency keys", sql: REPEAT_MIGRATION_SQL },
    { version: 12, name: "messages under way", sql: POST_OPEN_MIGRATION_SQL },
    { version: 13, name: "links of cases", sql: LINK_MIGRATION_SQL },
    { version: 14, name: "clocks of cases", sql: CLOCK_MIGRATION_SQL },
    { version: 15, name: "attachments", sql: ATTACHMENT_MIGRATION_SQL },
    { version: 16, name: "alerts in force", sql: ALERT_COPY_MIGRATION_SQL },
    { version: 17, name: "keys and events of firearms", sql: REGISTER_MIGRATION_SQL },
    { version: 18, name: "imports of the register", sql: UPLOAD_MIGRATION_SQL },
    { version: 19, name: "moves of trace cases", sql: MOVE_MIGRATION_SQL },
    { version: 20, name: "attention to moves", sql: MOVE_ATTENTION_MIGRATION_SQL },
    { version: 21, name: "releases by a second person", sql: RELEASE_MIGRATION_SQL },
    { version: 22, name: "alerts", sql: ALERT_MIGRATION_SQL },
    { version: 23, name: "moves in order", sql: POST_ORDER_MIGRATION_SQL },
    { version: 24, name: "border posts", sql: BORDER_POST_MIGRATION_SQL },
    { version: 25, name: "letters to States off the exchange", sql: LETTER_MIGRATION_SQL },
    { version: 26, name: "attachments under way", sql: TRANSFER_MIGRATION_SQL },
    { version: 27, name: "personal data", sql: PERSON_MIGRATION_SQL },
    { version: 28, name: "notices", sql: NOTICE_MIGRATION_SQL },
    { version: 29, name: "onward copies", sql: ONWARD_MIGRATION_SQL },
    { version: 30, name: "keys of firearms in order", sql: KEY_MIGRATION_SQL },
    { version: 31, name: "counts of alerts", sql: ALERT_COUNT_MIGRATION_SQL },
    { version: 32, name: "notices passed on", sql: NOTICE_ONWARD_MIGRATION_SQL },
    { version: 33, name: "drafts and rules for what arrives", sql: ARRIVAL_MIGRATION_SQL },
    { version: 34, name: "links by brand", sql: LINK_BRAND_MIGRATION_SQL },
    { version: 35, name: "summaries of alerts", sql: ALERT_SUMMARY_MIGRATION_SQL },
    {
      version: 36,
      name: "drafts the register leaves to an officer",
      sql: DRAFT_LEFT_MIGRATION_SQL,
    },
    {
      version: 37,
      name: "logs of border posts",
      sql: POST_LOG_MIGRATION_SQL,
    },
    { version: 38, name: "overdue cases of one State", sql: CLOCK_PEER_MIGRATION_SQL },
    { version: 39, name: "answers by letter are moves", sql: LETTER_MOVE_MIGRATION_SQL },
    { version: 40, name: "notices told by letter", sql: NOTICE_LETTER_MIGRATION_SQL },
    { version: 41, name: "links by ammunition", sql: LINK_AMMUNITION_MIGRATION_SQL },
    { version: 42, name: "own copies for the recovery key", sql: RECOVERY_MIGRATION_SQL },
    { version: 43, name: "letters about personal data", sql: PERSON_TOLD_MIGRATION_SQL },
    { version: 44, name: "keys that signed", sql: SIGNED_BY_MIGRATION_SQL },
    { version: 45, name: "alerts of compromised keys", sql: ALERT_FLAG_MIGRATION_SQL },
    { version: 46, name: "flags of alerts", sql: ALERT_FLAG_FOLLOWS_SQL },
    { version: 47, name: "versions of the retention schedule", sql: RETENTION_MIGRATION_SQL },
    { version: 48, name: "confirmations of keys", sql: KEY_CONFIRMATION_MIGRATION_SQL },
    {
      version: 49,
      name: "records by the schedule",
      sql: `${RECORD_MIGRATION_SQL}${ALERT_RECORD_MIGRATION_SQL}${CASE_RECORD_MIGRATION_SQL}`,
    },
    { version: 50, name: "logs that were followed", sql: POST_SUCCESSION_MIGRATION_SQL },
    { version: 51, name: "national ledger", sql: LEDGER_MIGRATION_SQL },
    { version: 52, name: "circumstances of seizures", sql: CIRCUMSTANCES_MIGRATION_SQL },
  ],
  procedures: {
    ...createServiceProcedures(HOOKS),
    ...ALERT_COPY_PROCEDURES,
    ...ALERT_PROCEDURES,
    ...POST_COPY_PROCEDURES,
    openCase: openLinkedCase,
    linkOldCases,
    casesOfFirearm,
    casesOfAmmunition,
    loadChain,
    ...CLOCK_PROCEDURES,
    ...UPLOAD_PROCEDURES,
    ...RELEASE_PROCEDURES,
    dispatchOnce,
    enterAnswerOnce,
    lettersOf,
    ...TRANSFER_PROCEDURES,
    findRepeated,
    listCases,
    loadCase,
    caseMoves,
    sendMoveOnce,
    lapseCases,
    casesAwaiting,
    answerCase,
    ...ARRIVAL_PROCEDURES,
    caseCounts,
    caseGlance,
    findFirearms,
    loadFirearm,
    firearmCandidates,
    countFirearms,
    rekeyFirearms,
    addKeys,
    endKeys,
    keysAfter,
    orderedThrough,
    ...REGISTER_IMPORT_PROCEDURES,
    ...PERSON_PROCEDURES,
    erasePersonsUnlessHeld,
    ...createRecordProcedures(FOCAL_POINT_KINDS),
    ...RETENTION_PROCEDURES,
    ...DISPOSED_FILE_PROCEDURES,
    ...NOTICE_PROCEDURES,
    ...LEDGER_PROCEDURES,
    judgeOnwardRequest,
    listOnwardCopies,
  },
  readOnly: [
    ...SERVICE_READ_ONLY,
    ...CLOCK_READ_ONLY,
    ...UPLOAD_READ_ONLY,
    ...ALERT_COPY_READ_ONLY,
    ...REGISTER_IMPORT_READ_ONLY,
    ...RELEASE_READ_ONLY,
    ...ALERT_READ_ONLY,
    ...POST_COPY_READ_ONLY,
    ...TRANSFER_READ_ONLY,
    "findRepeated",
    "casesOfFirearm",
    "casesOfAmmunition",
    "loadChain",
    "lettersOf",
    "listCases",
    "loadCase",
    "caseMoves",
    "casesAwaiting",
    "caseCounts",
    ...ARRIVAL_READ_ONLY,
    "caseGlance",
    "findFirearms",
    "loadFirearm",
    "firearmCandidates",
    "countFirearms",
    "keysAfter",
    "orderedThrough",
    ...PERSON_READ_ONLY,
    ...RECORD_READ_ONLY,
    "disposedFiles",
    ...NOTICE_READ_ONLY,
    ...LEDGER_READ_ONLY,
    "judgeOnwardRequest",
    "listOnwardCopies",
  ],
} satisfies StoreDefinition;

/** Procedures of a focal point's store. */
export type FocalPointProcedures = typeof store.procedures;
