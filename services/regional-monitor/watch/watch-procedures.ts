import { lookAgain } from "../recount/look-again.ts";
import { recountDay } from "../recount/recount-day.ts";
import { watchLook, watchNotices, watchStanding } from "./look-procedures.ts";
import {
  mailAddresses,
  mailAttempted,
  mailDue,
  watchGlance,
  watchMails,
} from "./mail-procedures.ts";

/** Procedures of thresholds, notices and mails, for the monitor's store. */
export const WATCH_PROCEDURES = {
  ...{ recountDay, lookAgain, watchLook, watchStanding, watchNotices, watchMails, watchGlance },
  ...{ mailAddresses, mailDue, mailAttempted },
};

/** Those of them that only read. */
export const WATCH_READ_ONLY = [
  "recountDay",
  "watchStanding",
  "watchNotices",
  "watchMails",
  "watchGlance",
] as const;
