import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { FEED_PROCEDURES } from "#feed";
import { POST_CHANGES_MIGRATION_SQL } from "#participant-store";
import { createPostProcedures, type PostProcedures } from "#post";
import { ExchangeStatus, Kind, Lane, TraceMove } from "#proto";
import { caseHooks } from "../../../services/focal-point/cases/case-hooks.ts";
import { openCaseTables } from "../../support/case-tables.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";

const SECRET = "MADE-UP-SERIAL-4711";

let tx: MemoryTransaction;
let post: PostProcedures;

beforeEach(async () => {
  tx = openCaseTables(POST_CHANGES_MIGRATION_SQL);
  await FEED_PROCEDURES.feedOpen(tx, { keptMax: 100, incidentsPerMinuteMax: 3 });
  post = createPostProcedures(caseHooks);
});

async function changes() {
  const read = await FEED_PROCEDURES.feedRead(tx, { after: null, limit: 100 });
  return read.type === "page" ? read.changes : [];
}

/** A message of BR with its number in the sequence, judged already. */
function inbound(sequence: number, effect: unknown, nowMs: number) {
  return {
    sender: "BR",
    messageId: randomUUID(),
    kind: Kind.TRACE_REQUEST,
    lane: Lane.NORMAL,
    conversationId: randomUUID(),
    headerDigest: Buffer.alloc(32, sequence),
    header: Buffer.alloc(0),
    recordedAtMs: nowMs,
    nowMs,
    exchangeStatus: ExchangeStatus.ACTUAL,
    signedBy: "",
    envelope: Buffer.from(SECRET),
    evidence: null,
    place: { sequence, prevDigest: sequence === 1 ? Buffer.alloc(0) : Buffer.alloc(32, 1) },
    verdict: { type: "take", effect } as const,
    checkpoint: null,
    incidents: [],
  };
}

const request = { type: "request", request: Buffer.from(SECRET), nationalCaseNumber: SECRET };

test("a request received is told as a case and as a message, without what is in it", async () => {
  const message = inbound(1, request, 5_000);
  await post.postStoreInbound(tx, message);
  const { conversationId: caseId, messageId } = message;
  const about = { caseId, messageId, participant: "BR", atMs: 5_000, actor: "exchange" };
  expect(await changes()).toEqual([
    { sequence: 1, kind: "case.opened", state: "DELIVERED", ...about },
    {
      sequence: 2,
      kind: "message.received",
      messageKind: "trace-request",
      lane: "normal",
      state: "delivered",
      ...about,
    },
  ]);
  expect(JSON.stringify(await tx.all("SELECT * FROM feed_change"))).not.toContain(SECRET);
});

test("a message that is turned away is told with its code, and opens no case", async () => {
  const effect = {
    type: "move",
    by: "requested",
    outcomeClass: 0,
    body: Buffer.alloc(0),
    move: TraceMove.ACKNOWLEDGEMENT,
    outcome: null,
  };
  await post.postStoreInbound(tx, inbound(1, effect, 5_000));
  expect(await changes()).toMatchObject([
    { kind: "message.received", state: "rejected", code: "ILLEGAL_MOVE" },
  ]);
});

test("a gap is told once when it is asked about, and once when it has closed", async () => {
  await post.postStoreInbound(tx, inbound(1, request, 1_000));
  await post.postStoreInbound(tx, inbound(3, request, 2_000));
  const look = (nowMs: number) => post.postDraftGapNotices(tx, { me: "NE", nowMs, afterMs: 100 });
  const gaps = async () => (await changes()).filter(({ kind }) => kind.startsWith("gap."));
  await look(2_050);
  expect(await gaps()).toEqual([]);
  await look(2_100);
  await look(1_000_000);
  const about = { participant: "BR", lane: "normal" };
  expect(await gaps()).toMatchObject([{ kind: "gap.opened", atMs: 2_100, ...about }]);
  await post.postStoreInbound(tx, inbound(2, request, 1_100_000));
  await look(1_200_000);
  await look(1_300_000);
  expect(await gaps()).toMatchObject([
    { kind: "gap.opened" },
    { kind: "gap.closed", atMs: 1_200_000, ...about },
  ]);
});

test("a flood of incidents does not push other changes out of the feed (TP-API-43)", async () => {
  const junk = (at: number) => ({
    incident: { kind: "JUNK", digest: Buffer.from(`junk ${at}`), sender: "BR" } as const,
    nowMs: at,
  });
  for (let at = 0; at < 50; at += 1) await post.postRecordIncident(tx, junk(1_000 + at));
  expect(await changes()).toMatchObject(
    Array.from({ length: 3 }, () => ({ kind: "incident.raised", code: "JUNK", participant: "BR" })),
  );
  await post.postRecordIncident(tx, junk(70_000));
  await post.postRecordIncident(tx, junk(70_000));
  expect(await changes()).toHaveLength(4);
  expect(await post.postStatus(tx, undefined)).toMatchObject({ incidents: { JUNK: 52 } });
});
