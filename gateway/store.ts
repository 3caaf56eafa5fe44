import { DISPOSAL_PROCEDURES, DISPOSAL_READ_ONLY } from "#disposal";
import type { StoreDefinition } from "#runtime";
import { USER_PROCEDURES, USER_READ_ONLY } from "#users";
import { listActs } from "./store/audit/list-acts.ts";
import { sealActs } from "./store/audit/seal-acts.ts";
import {
  entryRecordedAt,
  keepCosigned,
  loadCosigned,
  logConsistency,
  noteForkedLog,
} from "./store/cosigned.ts";
import { countRecords, dayToCount, entriesOfDay, listCounts } from "./store/counts/count-day.ts";
import { fedOfDay, isDayFed } from "./store/counts/fed-of-day.ts";
import { keepDailyCounts } from "./store/counts/keep-counts.ts";
import { takeOverdue, takeWaiting } from "./store/deliveries.ts";
import { disposeBatch } from "./store/disposal/dispose-batch.ts";
import { listDue, lookForDue } from "./store/disposal/look-for-due.ts";
import { timeSeen } from "./store/disposal/time-seen.ts";
import { expireDeliveries, returnDeliveries } from "./store/endings.ts";
import { reportOccurrences } from "./store/event-reports.ts";
import { collectEvidence } from "./store/evidence/collect-evidence.ts";
import { evidenceAtRest } from "./store/evidence/recorded-content.ts";
import { HOLD_PROCEDURES } from "./store/holds/gateway-holds.ts";
import { beat, leave } from "./store/instances/beat.ts";
import { checkLog } from "./store/log-check/check-log.ts";
import { keepLogCheck, loadLogCheck } from "./store/log-check/kept-check.ts";
import { logOverQuota } from "./store/log-statements.ts";
import { answerFeedAsked } from "./store/monitor/feed-asked.ts";
import {
  feedBacklog,
  noteFeedPushed,
  trimFeeds,
  unpushedFeeds,
} from "./store/monitor/feed-chain.ts";
import { countRelease } from "./store/monitor/release-counts.ts";
import {
  earlierReleases,
  keepRelease,
  noteReleasedUntil,
  releasedUntil,
} from "./store/monitor/releases.ts";
import { tallyRecords, tallyThrough } from "./store/monitor/tally.ts";
import { acknowledgeEvent, eventCounts, listEvents, noteEvents } from "./store/operator-events.ts";
import { PART_BODIES } from "./store/part-bodies.ts";
import { registerPins } from "./store/pins.ts";
import { keepPolicy, loadPolicyVersion, newestPolicy } from "./store/policies.ts";
import { keepUnverified } from "./store/quarantine.ts";
import { decideItem } from "./store/quarantine-decision.ts";
import { listItems, loadItem } from "./store/quarantine-list.ts";
import { rejectionSaid, unsaidRejections, unverifiedOutcome } from "./store/quarantine-outcome.ts";
import { loadOutcome, recall } from "./store/recall.ts";
import { recordBatch } from "./store/record.ts";
import {
  freshenRegister,
  keepFirstRegister,
  loadRegisterVersion,
  newestRegister,
  recordRegister,
  registerAnnounced,
} from "./store/registers.ts";
import { keepRenewal, listRenewals, rehashed } from "./store/renewal/renewals.ts";
import { rehashEntries } from "./store/renewal/second-tree.ts";
import { keepSchedule, keptSchedules, loadScheduleVersion } from "./store/schedules.ts";
import { fillSearch } from "./store/search/fill-search.ts";
import { findRecords } from "./store/search/find-records.ts";
import { loadRecord } from "./store/search/load-record.ts";
import { countSignedSince, wasNoted } from "./store/signed-since.ts";
import { keepCheckpoint, keptCheckpoint, loadLogTile, logHead, status } from "./store/status.ts";
import { storedBytes } from "./store/stored-bytes.ts";
import { beginLog, storedLog } from "./store/succession.ts";
import { MIGRATIONS } from "./store/tables.ts";
import { keepTimestamp, listTimestamps, newestTimestamps } from "./store/timestamps/timestamps.ts";

/** The gateway's store: records, message log, deliveries, quarantine, events, operators. */
export const store = {
  name: "tracepost-gateway",
  migrations: MIGRATIONS,
  bodies: PART_BODIES,
  procedures: {
    ...USER_PROCEDURES,
    beat,
    leave,
    recordBatch,
    recall,
    loadOutcome,
    takeOverdue,
    takeWaiting,
    expireDeliveries,
    returnDeliveries,
    keepUnverified,
    unverifiedOutcome,
    decideItem,
    listItems,
    loadItem,
    unsaidRejections,
    rejectionSaid,
    listEvents,
    acknowledgeEvent,
    eventCounts,
    reportOccurrences,
    noteEvents,
    countSignedSince,
    wasNoted,
    logOverQuota,
    keepFirstRegister,
    recordRegister,
    freshenRegister,
    registerPins,
    newestRegister,
    loadRegisterVersion,
    registerAnnounced,
    keepPolicy,
    newestPolicy,
    keepSchedule,
    keptSchedules,
    loadScheduleVersion,
    entryRecordedAt,
    keepCosigned,
    loadCosigned,
    logConsistency,
    noteForkedLog,
    checkLog,
    loadLogCheck,
    keepLogCheck,
    loadLogTile,
    loadPolicyVersion,
    lookForDue,
    listDue,
    timeSeen,
    disposeBatch,
    ...DISPOSAL_PROCEDURES,
    ...HOLD_PROCEDURES,
    collectEvidence,
    evidenceAtRest,
    rehashEntries,
    rehashed,
    keepRenewal,
    listRenewals,
    dayToCount,
    entriesOfDay,
    countRecords,
    isDayFed,
    fedOfDay,
    keepDailyCounts,
    listCounts,
    keepTimestamp,
    listTimestamps,
    newestTimestamps,
    storedLog,
    beginLog,
    logHead,
    keepCheckpoint,
    keptCheckpoint,
    fillSearch,
    findRecords,
    loadRecord,
    listActs,
    sealActs,
    tallyRecords,
    tallyThrough,
    unpushedFeeds,
    feedBacklog,
    noteFeedPushed,
    answerFeedAsked,
    trimFeeds,
    countRelease,
    earlierReleases,
    keepRelease,
    releasedUntil,
    noteReleasedUntil,
    status,
    storedBytes,
  },
  readOnly: [
    ...USER_READ_ONLY,
    "recall",
    "loadOutcome",
    "unverifiedOutcome",
    "listItems",
    "loadItem",
    "unsaidRejections",
    "listEvents",
    "eventCounts",
    "countSignedSince",
    "wasNoted",
    "registerPins",
    "newestRegister",
    "loadRegisterVersion",
    "newestPolicy",
    "keptSchedules",
    "loadScheduleVersion",
    "entryRecordedAt",
    "loadCosigned",
    "logConsistency",
    "checkLog",
    "loadLogCheck",
    "loadLogTile",
    "loadPolicyVersion",
    "listDue",
    "timeSeen",
    ...DISPOSAL_READ_ONLY,
    "collectEvidence",
    "evidenceAtRest",
    "keptCheckpoint",
    "rehashed",
    "listRenewals",
    "dayToCount",
    "entriesOfDay",
    "countRecords",
    "isDayFed",
    "fedOfDay",
    "listCounts",
    "listTimestamps",
    "newestTimestamps",
    "storedLog",
    "logHead",
    "findRecords",
    "loadRecord",
    "listActs",
    "tallyThrough",
    "unpushedFeeds",
    "feedBacklog",
    "countRelease",
    "earlierReleases",
    "status",
    "storedBytes",
  ],
} satisfies StoreDefinition;

/** The procedures, for the type of the open store. */
export type GatewayProcedures = typeof store.procedures;
