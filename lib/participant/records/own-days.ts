import { dayKind } from "./day-kind.ts";
import { postDayKind } from "./post-kind.ts";
import type { RecordKind } from "./record-kind.ts";

/** What every participant keeps day by day: messages of no case, and who did what with records. */
export const OWN_DAYS: readonly (readonly [string, RecordKind])[] = [
  ["post_inbox", postDayKind(false)],
  ["post_outbox", postDayKind(true)],
  ["record_act", dayKind({ table: "record_act", at: "at", id: "id" })],
];
