import { FEED_MIGRATION_SQL } from "#feed";
import { RECORD_MIGRATION_SQL } from "#participant-store";
import {
  POST_MIGRATION_SQL,
  POST_ORDER_MIGRATION_SQL,
  POST_SUCCESSION_MIGRATION_SQL,
  RECOVERY_MIGRATION_SQL,
  SIGNED_BY_MIGRATION_SQL,
} from "#post";
import { CASE_LIST_MIGRATION_SQL } from "../../services/focal-point/cases/case-list.ts";
import {
  CASE_ACTOR_MIGRATION_SQL,
  CASE_MIGRATION_SQL,
} from "../../services/focal-point/cases/case-tables.ts";
import {
  LINK_AMMUNITION_MIGRATION_SQL,
  LINK_MIGRATION_SQL,
} from "../../services/focal-point/chain/link-tables.ts";
import { CLOCK_MIGRATION_SQL } from "../../services/focal-point/clocks/index.ts";
import { LEDGER_MIGRATION_SQL } from "../../services/focal-point/ledger/index.ts";
import {
  LETTER_MIGRATION_SQL,
  LETTER_MOVE_MIGRATION_SQL,
} from "../../services/focal-point/letters/letter-tables.ts";
import {
  MOVE_ATTENTION_MIGRATION_SQL,
  MOVE_MIGRATION_SQL,
} from "../../services/focal-point/moves/move-tables.ts";
import {
  NOTICE_LETTER_MIGRATION_SQL,
  NOTICE_MIGRATION_SQL,
  NOTICE_ONWARD_MIGRATION_SQL,
} from "../../services/focal-point/notices/notice-tables.ts";
import { ONWARD_MIGRATION_SQL } from "../../services/focal-point/onward/onward-tables.ts";
import {
  PERSON_MIGRATION_SQL,
  PERSON_TOLD_MIGRATION_SQL,
} from "../../services/focal-point/persons/person-tables.ts";
import { RELEASE_MIGRATION_SQL } from "../../services/focal-point/releases/index.ts";
import { RETENTION_MIGRATION_SQL } from "../../services/focal-point/retention/retention-tables.ts";
import { type MemoryTransaction, openMemoryTransaction } from "./memory-transaction.ts";

/** A transaction over the tables of cases and their post, and of what else is named. */
export function openCaseTables(...others: readonly string[]): MemoryTransaction {
  return openMemoryTransaction(
    POST_MIGRATION_SQL,
    CASE_MIGRATION_SQL,
    CASE_ACTOR_MIGRATION_SQL,
    FEED_MIGRATION_SQL,
    CASE_LIST_MIGRATION_SQL,
    CLOCK_MIGRATION_SQL,
    MOVE_MIGRATION_SQL,
    MOVE_ATTENTION_MIGRATION_SQL,
    RELEASE_MIGRATION_SQL,
    POST_ORDER_MIGRATION_SQL,
    POST_SUCCESSION_MIGRATION_SQL,
    RECOVERY_MIGRATION_SQL,
    SIGNED_BY_MIGRATION_SQL,
    LETTER_MIGRATION_SQL,
    LETTER_MOVE_MIGRATION_SQL,
    LINK_MIGRATION_SQL,
    LINK_AMMUNITION_MIGRATION_SQL,
    PERSON_MIGRATION_SQL,
    PERSON_TOLD_MIGRATION_SQL,
    NOTICE_MIGRATION_SQL,
    NOTICE_ONWARD_MIGRATION_SQL,
    NOTICE_LETTER_MIGRATION_SQL,
    ONWARD_MIGRATION_SQL,
    RETENTION_MIGRATION_SQL,
    RECORD_MIGRATION_SQL,
    LEDGER_MIGRATION_SQL,
    ...others,
  );
}
