/**
 * Every bound of the services, in one place, each with its unit and its reason; those of the
 * programs beside them are in tool-limits.ts. A test keeps `docs/spec/limits.md` equal to both.
 */

import { DAY_MS, KIB, MIB, MINUTE_MS, SECOND_MS } from "./units.ts";

/** Limits of the wire (docs/spec/wire.md). */
export const WIRE_LIMITS = {
  /** NATS refuses a payload of 1 MiB plus headers; the rest is room for those. */
  envelopeBytesMax: 960 * KIB,
  /** A header of 256 recipients with their key parts stays below. */
  headerBytesMax: 64 * KIB,
  /** An envelope with log entry, checkpoint and inclusion path around it. */
  dispatchBytesMax: 1_000 * KIB,
  /** One receiving unit per State, worldwide, with room. */
  recipientsMax: 256,
  /** Parts besides two key parts for each recipient. */
  partsBesidesKeysMax: 8,
  /** A key part holds a handful of identities. */
  keyPartBytesMax: 4 * KIB,
  /** One stanza of the hybrid recipient; a hostile header costs no more. */
  ageHeaderBytesMax: 4 * KIB,
  /** Clocks of honest participants differ by less. */
  sentAheadMsMax: 5 * MINUTE_MS,
  /** A participant may have been offline this long. */
  sentBehindMsMax: 90 * DAY_MS,
  /** Default life of a trace request. */
  traceLifeMs: 90 * DAY_MS,
  /** No message of ours nests deeper. */
  nestingMax: 16,
  /** Ids, tokens and names in a header. */
  shortTextCharsMax: 256,
  /** Messages one receipt may cover. */
  receiptItemsMax: 256,
  /** Sequence numbers one gap notice may ask for. */
  gapNumbersMax: 1_000,
} as const;

/** Limits and waits of the gateway. */
export const GATEWAY_LIMITS = {
  /** Messages handled as one batch, so that one fsync serves many. */
  batchMessagesMax: 256,
  /** Signatures verified at the same time; beyond it the thread pool only queues. */
  verifyInFlightMax: 16,
  /** Undelivered messages of one sender in one recipient's inbox and lane; more wait at home. */
  pairWindowMessages: 1_000,
  /** First wait before a dispatch is repeated; doubles each time. */
  resendFirstMs: 10 * SECOND_MS,
  /** Longest wait between two dispatches of the same message. */
  resendMaxMs: 10 * MINUTE_MS,
  /** Sustained messages per second of one sender. */
  quotaPerSecond: 5_000,
  /** Messages a sender may have saved up. */
  quotaBurst: 20_000,
  /** Publishes awaiting their acknowledgement. */
  publishInFlightMax: 1_000,
  /** The newest checkpoint is kept at least this often under load, for offline verification. */
  checkpointKeepMs: SECOND_MS,
  /** How often overdue, waiting and expired deliveries are looked for. */
  courierPeriodMs: SECOND_MS,
  /** Records read at a time when those under a compromised key are counted. */
  signedPortionMax: 5000,
  /** How often it is looked at how long the register lasts. */
  registerLookMs: MINUTE_MS,
  /** Longest wait until the register is handed on again to who has not named it yet. */
  registerRepeatMaxMs: 60 * MINUTE_MS,
  /** How soon room in a pair's window is used. */
  courierHurryMs: 10,
  /** Deliveries taken from the store at a time. */
  courierBatchMax: 256,
  /** How long a message over its sender's quota is handed back for, at least. */
  holdMs: SECOND_MS,
  /** And at most, however far its sender is over it. */
  holdMaxMs: 30 * SECOND_MS,
  /** How often a sender over its quota is written into the log. */
  quotaLogMs: MINUTE_MS,
  /** Header bytes kept of one item in quarantine. */
  quarantineHeaderBytesMax: 64 * KIB,
  /** Items in quarantine of one participant that are not rejected; more than a person looks at. */
  quarantineItemsMax: 1_000,
  /** Header bytes in quarantine of one participant; ordinary headers are below 1 KiB. */
  quarantineBytesMax: 4 * MIB,
  /** Rejected items of one participant, which never give way; beyond it the trouble is its own. */
  quarantineRejectedMax: 1_000,
  /** New items of one participant at a time: a backlog signed with a key that is not registered. */
  unverifiedBurst: 1_000,
  /** New items of one participant that a minute gives back: each costs an entry of the log. */
  unverifiedPerMinute: 60,
  /** Why a person decided as he did: a sentence or two, kept for good. */
  decisionReasonCharsMax: 500,
  /** Open operator events of one kind and participant; further subjects share one more. */
  eventSubjectsMax: 20,
  /** Acknowledged operator events kept; the oldest give way. */
  eventsClosedMax: 10_000,
  /** Longest subject of an operator event; what is longer is cut. */
  eventSubjectCharsMax: 256,
  /** Longest detail of an operator event: what was seen last. */
  eventDetailCharsMax: 500,
  /** Occurrences handed over in one report: at their longest they stay below a JSON body. */
  eventReportMax: 50,
  /** Sources of reports of which it is known how far they were counted; a source is a log file. */
  eventSourcesMax: 64,
  /** Batches being decided or recorded; while one waits for the disk others are verified. */
  batchesDecidingMax: 4,
  /** Messages one receipt of the gateway covers: with its proofs it stays below 100 KiB. */
  receiptItemsMax: 64,
  /** Batches recorded and still being dispatched and receipted. */
  batchesInFlightMax: 8,
} as const;

/** Limits and waits of a participant's outbox and inbox. */
export const POST_LIMITS = {
  /** First wait for a receipt before a message is sent again; doubles each time. */
  resendFirstMs: 10 * SECOND_MS,
  /** Longest wait between two sendings of the same message. */
  resendMaxMs: 10 * MINUTE_MS,
  /** Publishes awaiting their acknowledgement. */
  publishInFlightMax: 200,
  /** Inbox messages handled as one batch. */
  inboxBatchMax: 128,
  /** Messages that get or lose a flag in one transaction, or are read for it. */
  flagsInTransactionMax: 500,
  /** How long a sequence may have a hole before its sender is asked. */
  gapNoticeAfterMs: MINUTE_MS,
  /** Intervals of missing numbers kept per sender and lane. */
  gapIntervalsMax: 256,
  /** Bytes of the messages taken for sending at one time; bounds memory on large attachments. */
  publishBytesMax: 32 * 1024 * KIB,
  /** Publishes kept free for the urgent lane, so that a backlog never holds it up. */
  publishUrgentReserve: 32,
  /** Drafts sealed and stored as one batch; an urgent one waits for no more than these. */
  sealBatchMax: 16,
  /** Messages opened at the same time; the worker opens one after the other anyway. */
  openInFlightMax: 16,
  /** Signatures verified at the same time. */
  verifyInFlightMax: 16,
  /** A message dispatched again sooner than this after its receipt gets no further one. */
  receiptRepeatAfterMs: SECOND_MS,
  /** Receipts owed that are looked at together. */
  receiptBatchMax: 1_024,
  /** Numbers closed by one VOID. */
  voidNumbersMax: 256,
  /** Incidents kept, newest first; totals are counted without end. */
  incidentsMax: 10_000,
  /** First wait after a fault of the store or the carrier; doubles each time. */
  retryFirstMs: SECOND_MS,
  /** Longest wait after such faults. */
  retryMaxMs: MINUTE_MS,
  /** How often a message that an older register cannot judge is handed back before it is judged. */
  newerRegisterWaits: 20,
  /** The same for a key of the gateway that ours does not know, where nothing names a newer one. */
  newerGatewayKeyWaits: 5,
  /** How long each time; the newer register is on its way, on the urgent lane. */
  newerRegisterWaitMs: SECOND_MS,
  /** How long a feed message is handed back for while numbers before it are missing. */
  feedGapWaitMs: 10 * SECOND_MS,
} as const;

/** Limits of every HTTP door. */
export const HTTP_LIMITS = {
  /** A JSON body; a trace request with all its fields is far below. */
  bodyBytesMax: 256 * KIB,
  /** Longest time a client may take to send one request; an import streams within it. */
  requestMs: 10 * MINUTE_MS,
  /** How long it is remembered whose a token is; with several processes a change takes as long. */
  tokenRecallMs: 10 * SECOND_MS,
  /** Tokens remembered: a few hundred bytes each. */
  tokensRecalledMax: 1_000,
  /** How exactly it is known when a token was last used; each time costs a write. */
  tokenUseNotedMs: MINUTE_MS,
  /** Tokens of one user that work: one for each program and desk. */
  tokensPerUserMax: 20,
  /** Revoked and expired tokens of one user that are still listed. */
  deadTokensKeptMax: 50,
  /** Longest life of a token that expires at all. */
  tokenLifeMsMax: 3_660 * DAY_MS,
  /** How long an idempotency key stands for what was made under it; long enough for any retry. */
  repeatKeptMs: 7 * DAY_MS,
  /** Idempotency keys of one user that are kept; the oldest give way. */
  repeatsPerUserMax: 1_000,
  /** Time over which requests are counted, and the longest that somebody is told to wait. */
  rateWindowMs: 10 * SECOND_MS,
  /** Requests of one user in it: far more than a person or a national system needs. */
  requestsPerUserMax: 6_000,
  /** Requests of one address in it for what is open: a mirror of the log, a register in parts. */
  requestsPerAddressMax: 3_000,
  /** Requests of one address in it whose token opens nothing; then they hear 429 for 401. */
  failuresPerAddressMax: 60,
  /** Name of a person or label of a token. */
  nameCharsMax: 128,
  /** Receipts of one message in an answer; each may be as large as a message. */
  receiptsShownMax: 16,
  /** Rows of one page of a list. */
  pageRowsMax: 500,
} as const;

/** Limits of the feed of changes. */
export const FEED_LIMITS = {
  /** Changes kept, the newest: some hours of a busy focal point, months of a quiet one. */
  changesKeptMax: 200_000,
  /** Incidents told one by one; a flood of junk must not push other changes out of the feed. */
  incidentsPerMinuteMax: 60,
  /** Longest wait of one request for a change; proxies close what is silent for a minute. */
  waitMsMax: 30 * SECOND_MS,
  /** Requests that wait at the same time; each holds a connection. */
  waitersMax: 200,
  /** Requests of one user that wait at the same time. */
  waitersPerUserMax: 8,
  /** When to ask again where too many wait. */
  busyRetryMs: 5 * SECOND_MS,
} as const;

/** Limits of webhooks. */
export const WEBHOOK_LIMITS = {
  /** Webhooks of one service; each has a delivery of its own under way. */
  webhooksMax: 16,
  /** Longest address. */
  urlCharsMax: 2_048,
  /** Longest wait for a receiver's answer; what takes longer is done after the answer. */
  timeoutMs: 10 * SECOND_MS,
  /** First wait before a change is delivered again; doubles each time, less up to half of it. */
  retryFirstMs: SECOND_MS,
  /** Longest such wait: how late it is noticed that a receiver is back. */
  retryMaxMs: 10 * MINUTE_MS,
  /** A receiver that takes nothing for so long is given up: longer than a weekend. */
  giveUpMs: 3 * DAY_MS,
  /** How long the secret before the newest signs too. */
  secretOverlapMs: DAY_MS,
  /** Failed attempts of one webhook that are listed. */
  failuresKeptMax: 200,
  /** Wait after a fault of the service itself. */
  faultWaitMs: 5 * SECOND_MS,
} as const;

/** Limits of a process. */
export const PROCESS_LIMITS = {
  /** A drain that takes longer is given up; what is not finished is done at the next start. */
  shutdownMs: 15 * SECOND_MS,
  /** A process that is ended by force and does not end by then is left to the system. */
  killMs: 5 * SECOND_MS,
  /** A service that is not ready by then has failed to start; a dozen may share two busy cores. */
  startMs: 2 * MINUTE_MS,
  /** A log of a process that is larger is put aside; one older log is kept. */
  logBytesMax: 8 * MIB,
  /** Read from a log at a time. */
  logPortionBytes: 256 * KIB,
  /** How often a log is looked into for what the operator is told of. */
  logWatchMs: 2 * SECOND_MS,
  /** How often it is looked whether others take part than before. */
  membersLookMs: SECOND_MS,
  /** How often whoever runs an exchange asks its gateway which register is in force. */
  registerLookMs: SECOND_MS,
  /** How often it is looked whether something of the register is to be signed. */
  registerKeepMs: 10 * MINUTE_MS,
  /** First wait before NATS is asked again to follow a register; it doubles. */
  reconcileAgainMs: SECOND_MS,
  /** Longest wait for another one who has NATS follow the register. */
  reconcileWaitMs: MINUTE_MS,
  /** Longest wait for the gateway to take what was found; it waits in the log otherwise. */
  reportMs: 5 * SECOND_MS,
  /** Participants of one exchange. */
  participantsMax: 500,
  /** Reports on one value that does not fit its schema; a hostile one costs no more. */
  schemaReportsMax: 256,
} as const;

/** Limits of what a trace request may hold (domain notes 1.2). */
export const CASEWORK_LIMITS = {
  /** A national case number is a reference, not a text. */
  caseNumberCharsMax: 64,
  /** Longest serial number known, with room for its script. */
  serialCharsMax: 40,
  /** Brand, model or calibre as marked. */
  markingCharsMax: 100,
  /** A justification of less says nothing. */
  justificationCharsMin: 20,
  /** A page of text; more belongs into an attachment. */
  freeTextCharsMax: 4_000,
  /** Marks of one firearm. */
  markingsMax: 64,
  /** A chain of States longer than this is an error (domain notes 2.4). */
  hopsMax: 12,
  /** Cases about the same firearm that are named. */
  sameFirearmCasesMax: 20,
  /** Partial serial numbers of one make that are compared: a few milliseconds. */
  partialsComparedMax: 1_000,
  /** Cases of one chain that are told: every hop may have been asked of some States. */
  chainCasesMax: 64,
  /** Events of one case of a chain that are told; a case has a handful. */
  chainEventsMax: 200,
  /** Cases from before there were links that are linked in one transaction. */
  linkPortion: 500,
  /** Years of manufacture before this are a misreading. */
  manufactureYearMin: 1500,
  /** Number of a container, waybill, parcel, plate or register, with what people write between. */
  consignmentCharsMax: 64,
} as const;

/** Limits and waits of a store. */
export const STORE_LIMITS = {
  /** Calls that share one commit; more wait for the next. */
  batchCallsMax: 512,
  /** A batch takes no further call after this long, so that nobody waits for a long queue. */
  batchMsMax: 50,
  /** Calls that were made and not answered; beyond it a caller ignores back pressure. */
  pendingCallsMax: 20_000,
  /** Prepared statements kept; a store has a few dozen. */
  statementsMax: 256,
  /** A disk that took no write is doubted so long: every pump tries again sooner. */
  diskDoubtMs: 90 * SECOND_MS,
  /** Longest wait for another process that holds the file. */
  busyTimeoutMs: 5 * SECOND_MS,
  /** SQLite's page; larger ones suit rows of one to two KiB. */
  pageBytes: 8 * KIB,
  /** Write-ahead log kept on disk after a checkpoint. */
  walBytesKept: 64 * MIB,
  /** Pages kept in memory. */
  cacheBytes: 16 * MIB,
  /** Pages of a backup between two looks at other work: a few milliseconds of copying. */
  backupPages: 1_000,
  /** Rows read and written at once when a store is copied; a row may have a body of a megabyte. */
  copyRows: 64,
  /** Damaged places of a store that are told one by one. */
  damageToldMax: 20,
} as const;

/** Limits and waits of the carrier (docs/spec/nats.md). */
export const NATS_LIMITS = {
  /** Default of nats-server, kept: larger messages make its memory unpredictable. */
  payloadBytesMax: 1024 * KIB,
  /** A server that does not answer by then is down. */
  connectMs: 15 * SECOND_MS,
  /** Pause between two attempts to connect again. */
  reconnectMs: 250,
  /** A dead line is noticed within twice this. */
  pingMs: 10 * SECOND_MS,
  /** A publish without an acknowledgement by then is counted as lost. */
  publishAckMs: 5 * SECOND_MS,
  /** How long one request for messages waits at the server. */
  pullMs: 30 * SECOND_MS,
  /** Sign of life of a waiting request; two missed ones and it is made again. */
  pullHeartbeatMs: 2 * SECOND_MS,
  /** A way back into another account is forgotten when nothing comes by it for so long. */
  answerSilenceMs: 10 * SECOND_MS,
  /** Pause before messages are asked for again when stream or consumer is missing. */
  pullRetryMs: 500,
  /** Default of messages of one consumer in the hands of one process. */
  unacknowledgedMax: 512,
  /** Default of publishes awaiting their acknowledgement on one connection. */
  publishInFlightMax: 200,
  /** A connection is closed after this, whether or not everything was sent. */
  drainMs: 5 * SECOND_MS,
  /** A message is carried in seconds or sent again: three days outlast a long weekend. */
  streamAgeMs: 3 * DAY_MS,
  /** How long a transport id suppresses its repeat; each attempt has a fresh one. */
  duplicateWindowMs: 2 * MINUTE_MS,
  /** Size of a stream where the disk allows it. */
  streamBytes: 256 * KIB * KIB,
  /** A stream is made no smaller than this for participants that may come later. */
  streamBytesFair: 64 * KIB * KIB,
  /** Below this a stream cannot hold a day's urgent messages beside a backlog. */
  streamBytesMin: 16 * KIB * KIB,
  /** Share of the free disk that all streams together may reserve. */
  diskShareMax: 0.5,
  /** A stream filled to more than this share takes urgent messages only. */
  nonUrgentShareMax: 0.75,
  /** It takes the other lanes again below this share. */
  nonUrgentShareAgain: 0.5,
  /** Handed to the gateway and not acknowledged, for each participant and lane. */
  gatewayAckPendingMax: 2_000,
  /** Handed to a participant and not acknowledged, for each lane. */
  inboxAckPendingMax: 512,
  /** Requests for messages waiting at one consumer: some instances with a few each. */
  pullsWaitingMax: 64,
  /** What is not acknowledged by then is handed over again. */
  ackWaitMs: 30 * SECOND_MS,
  /** Connections of one participant's account: its services, provisioner, steward, and spare. */
  accountConnectionsMax: 32,
  /** Links of a participant's leaf: one, and one whose other end is not yet known to be gone. */
  leafLinksMax: 2,
  /** A leaf tries to reach the hub again after this. */
  leafReconnectMs: SECOND_MS,
  /** A dead link of a leaf is noticed within three times this, at both ends. */
  leafPingMs: 5 * SECOND_MS,
  /** Connections a leaf takes of the services of its State. */
  leafConnectionsMax: 64,
  /** Subscriptions of one connection: three lanes, and answers; each costs the server memory. */
  userSubscriptionsMax: 64,
  /** The same of a gateway: three lanes of each of the most participants, and answers. */
  gatewaySubscriptionsMax: 2_048,
  /** Pause between two rounds of the steward; TP-NATS-14 asks for a minute at most. */
  stewardRoundMs: 10 * SECOND_MS,
  /** The same while a stream is filled to more than nonUrgentShareAgain. */
  stewardBusyRoundMs: SECOND_MS,
  /** A steward without a good round for so long is not ready. */
  stewardSilenceMs: MINUTE_MS,
  /** Processes started again after a crash, in a row, before it is given up. */
  restartsMax: 5,
  /** First pause before a crashed process is started again; doubles each time. */
  restartFirstMs: 250,
} as const;
