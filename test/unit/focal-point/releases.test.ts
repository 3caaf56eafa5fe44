import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_RELEASE_POLICY } from "#casework";
import { FEED_PROCEDURES } from "#feed";
import {
  CustodyEventKind,
  Kind,
  PartyRole,
  Priority,
  RefusalGround,
  Tlp,
  TraceOutcome,
  TraceReply,
} from "#proto";
import { RELEASE_LIMITS } from "#runtime";
import { type Role, USER_PROCEDURES } from "#users";
import { findCase } from "../../../services/focal-point/cases/case-record.ts";
import {
  type MoveToSend,
  sendMove,
  sendMoveOnce,
} from "../../../services/focal-point/moves/send-move.ts";
import {
  confirmRelease,
  returnRelease,
  reviewRelease,
} from "../../../services/focal-point/releases/decide.ts";
import { endDeputy, nameDeputyOnce } from "../../../services/focal-point/releases/deputies.ts";
import { Clearance, draftCleared } from "../../../services/focal-point/releases/hold.ts";
import { releasePolicy } from "../../../services/focal-point/releases/release-policy.ts";
import { listReleases } from "../../../services/focal-point/releases/release-record.ts";
import {
  countReleases,
  sweepReleases,
} from "../../../services/focal-point/releases/review-watch.ts";
import { setReleasePolicy } from "../../../services/focal-point/releases/set-policy.ts";
import { showRelease } from "../../../services/focal-point/releases/show-release.ts";
import { openCaseStore, putCase } from "../../support/case-store.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";
import { draftOf } from "../../support/post-drafts.ts";

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const HOUR_MS = 3_600_000;
let tx: MemoryTransaction;

beforeEach(async () => {
  tx = openCaseStore();
  await FEED_PROCEDURES.feedOpen(tx, { keptMax: 1_000, incidentsPerMinuteMax: 10 });
  for (const id of ["first", "second", "abroad"]) await person(id, "FOCAL_POINT_SUPERVISOR");
});

async function person(userId: string, ...roles: Role[]): Promise<void> {
  const kept = { kind: "person", responsible: null, name: userId, roles } as const;
  await USER_PROCEDURES.userAdd(tx, { actor: "installation", nowMs: NOW_MS, userId, ...kept });
}

async function system(userId: string, responsible: string): Promise<void> {
  const kept = { kind: "system", responsible, name: userId, roles: ["NATIONAL_SYSTEM"] } as const;
  await USER_PROCEDURES.userAdd(tx, { actor: "installation", nowMs: NOW_MS, userId, ...kept });
}

const by = (userId: string, mayConfirm = true, tokenId = "aaaaaaaaaaaa") => ({
  userId,
  tokenId,
  mayConfirm,
});
const refusal: TraceReply = {
  content: {
    $case: "refusal",
    value: {
      ground: RefusalGround.NATIONAL_SECURITY,
      explanation: "It would show a source (made up).",
    },
  } as NonNullable<TraceReply["content"]> & { $case: "refusal" },
  languageTag: "en",
  sourceNote: "",
} as TraceReply;

const replyArgs = (caseId: string, changes: Partial<MoveToSend> = {}): MoveToSend => ({
  caseId,
  kind: "reply",
  body: TraceReply.encode(TraceReply.create(refusal)).finish(),
  self: { participant: "NE", state: "NE" },
  actor: "first",
  nowMs: NOW_MS,
  ...changes,
});

/** Has the first person prepare a refusal; gives the release and its case. */
async function prepared(changes: Partial<MoveToSend> = {}, priority = Priority.ROUTINE) {
  const caseId = await putCase(tx, { priority, nowMs: NOW_MS });
  const held = await sendMove(tx, replyArgs(caseId, changes));
  if (held.type !== "held") throw new TypeError(`it is ${held.type}`);
  return { caseId, releaseId: held.releaseId, reasons: held.reasons };
}
const decision = (releaseId: string, userId: string, nowMs = NOW_MS + HOUR_MS) => ({
  releaseId,
  by: by(userId),
  note: "looked at by a second person",
  nowMs,
});
const sent = async () => (await tx.all("SELECT message_id FROM post_outbox")).length;
const changes = async () =>
  (await tx.all<{ kind: string }>("SELECT kind FROM feed_change ORDER BY sequence")).map(
    ({ kind }) => kind,
  );

describe("what one person has prepared (TP-ANS-1, TP-ANS-4)", () => {
  test("waits, moves nothing and sends nothing", async () => {
    const { caseId, releaseId, reasons } = await prepared();
    expect(reasons).toEqual(["REFUSAL"]);
    expect(await sent()).toBe(0);
    expect((await findCase(tx, caseId))?.state).toBe("DELIVERED");
    expect(await showRelease(tx, { releaseId })).toMatchObject({
      release: { state: "PENDING", action: "move", peer: "US", preparedBy: "first" },
      content: { refusal: { ground: "NATIONAL_SECURITY" } },
    });
    expect(await changes()).toContain("release.pending");
    expect(await sendMove(tx, replyArgs(caseId))).toEqual({ type: "waiting", releaseId });
  });

  test("is sent when another person confirms it, once, and both are written down", async () => {
    const { caseId, releaseId } = await prepared();
    const confirmed = await confirmRelease(tx, decision(releaseId, "second"));
    expect(confirmed).toMatchObject({
      type: "confirmed",
      release: { state: "RELEASED", preparedBy: "first", decidedBy: "second", hasContent: false },
      sent: { state: "REFUSED" },
    });
    expect(await sent()).toBe(1);
    const events = await tx.all<{ event: string; actor: string }>(
      "SELECT event, actor FROM trace_case_event WHERE case_id = ? ORDER BY position",
      caseId,
    );
    expect(events.slice(-2)).toEqual([
      { event: "reply sent", actor: "first" },
      { event: "confirmed by a second person", actor: "second" },
    ]);
    const again = await confirmRelease(tx, decision(releaseId, "abroad"));
    expect(again).toMatchObject({ type: "decided" });
    expect(await sent()).toBe(1);
  });

  test("is never confirmed by the same person", async () => {
    const { releaseId } = await prepared();
    expect(await confirmRelease(tx, decision(releaseId, "first"))).toEqual({ type: "same-person" });
    expect(await sent()).toBe(0);
  });

  test("by a program is not confirmed by the person behind it, nor by another program", async () => {
    await system("case-system", "first");
    await system("other-system", "second");
    const { releaseId } = await prepared({ actor: "case-system" });
    expect(await confirmRelease(tx, decision(releaseId, "first"))).toEqual({ type: "same-person" });
    expect(await confirmRelease(tx, decision(releaseId, "other-system"))).toEqual({
      type: "not-a-person",
    });
    expect(await confirmRelease(tx, decision(releaseId, "second"))).toMatchObject({
      type: "confirmed",
    });
  });

  test("is not confirmed with a token that the first person issued", async () => {
    const token = { label: "", digest: Buffer.alloc(32), expiresAtMs: null, nowMs: NOW_MS };
    const issue = async (tokenId: string, actor: string) =>
      USER_PROCEDURES.userIssueToken(tx, { ...token, userId: "second", tokenId, actor });
    await issue("bbbbbbbbbbbb", "first");
    await issue("cccccccccccc", "installation");
    const { releaseId } = await prepared();
    const one = decision(releaseId, "second");
    const withToken = (tokenId: string) => ({ ...one, by: by("second", true, tokenId) });
    const first = await confirmRelease(tx, withToken("bbbbbbbbbbbb"));
    expect(first).toEqual({ type: "token-of-first" });
    const other = await confirmRelease(tx, withToken("cccccccccccc"));
    expect(other).toMatchObject({ type: "confirmed" });
  });

  test("is sent back with a reason and may be prepared again; nothing leaves", async () => {
    const { caseId, releaseId } = await prepared();
    const returned = await returnRelease(tx, decision(releaseId, "second"));
    expect(returned).toMatchObject({
      type: "returned",
      release: { state: "RETURNED", decidedBy: "second", note: "looked at by a second person" },
    });
    expect(await confirmRelease(tx, decision(releaseId, "second"))).toMatchObject({
      type: "decided",
    });
    expect(await sendMove(tx, replyArgs(caseId))).toMatchObject({ type: "held" });
    expect(await sent()).toBe(0);
    const late = NOW_MS + HOUR_MS + RELEASE_LIMITS.returnedKeptMs;
    expect((await showRelease(tx, { releaseId }))?.content).toBeDefined();
    await sweepReleases(tx, { nowMs: late });
    expect((await showRelease(tx, { releaseId }))?.content).toBeUndefined();
  });

  test("may be taken back by whoever prepared it", async () => {
    const { releaseId } = await prepared();
    expect(await returnRelease(tx, decision(releaseId, "first"))).toMatchObject({
      type: "returned",
    });
  });

  test("is judged by the state of the case when it is confirmed", async () => {
    const { caseId, releaseId } = await prepared();
    await tx.run("UPDATE trace_case SET state = 'WITHDRAWN' WHERE case_id = ?", caseId);
    expect(await confirmRelease(tx, decision(releaseId, "second"))).toMatchObject({
      type: "stale",
    });
    expect(await sent()).toBe(0);
    const [still] = await listReleases(tx, { state: "PENDING", after: 0, limit: 10 });
    expect(still).toMatchObject({ releaseId });
  });

  test("is prepared once for each idempotency key (TP-ANS-10)", async () => {
    const caseId = await putCase(tx, { nowMs: NOW_MS });
    const repeat = { userId: "first", key: "k", digest: Buffer.alloc(32) };
    const once = await sendMoveOnce(tx, { ...replyArgs(caseId), repeat });
    const again = await sendMoveOnce(tx, { ...replyArgs(caseId), repeat });
    expect(once).toMatchObject({ type: "held", repeated: false });
    expect(again).toEqual({ ...once, repeated: true });
  });
});

describe("what leaves (TP-ANS-3)", () => {
  const draft = (tlp: Tlp) => ({
    ...draftOf("NE", ["US"], "body", NOW_MS),
    kind: Kind.ALERT,
    handling: { tlp, use: [], releasableTo: [], originatorState: "NE" },
  });

  test("without a clearance for it is a fault that undoes the whole step", async () => {
    const attempt = draftCleared(tx, draft(Tlp.RED), Clearance.grant([]));
    await expect(attempt).rejects.toMatchObject({ code: "INTERNAL" });
    expect(await sent()).toBe(0);
    await draftCleared(tx, draft(Tlp.GREEN), Clearance.grant([]));
    expect(await sent()).toBe(1);
  });

  test("names a natural person in a custody event, and so needs a second one", async () => {
    const caseId = await putCase(tx, { nowMs: NOW_MS });
    const reply = TraceReply.create({
      content: {
        $case: "final",
        value: {
          outcome: TraceOutcome.LAST_LEGAL_HOLDER_IDENTIFIED,
          custodyEvents: [
            {
              kind: CustodyEventKind.SOLD,
              toParty: "Made-up Person",
              toState: "NE",
              toRole: PartyRole.PRIVATE_HOLDER,
            },
          ],
        },
      },
    });
    reply.languageTag = "en";
    const final = { body: TraceReply.encode(reply).finish() };
    expect(await sendMove(tx, replyArgs(caseId, final))).toMatchObject({
      type: "held",
      reasons: ["PERSONS"],
    });
    const register = { ...final, actor: "firearm-register" };
    expect(await sendMove(tx, replyArgs(caseId, register))).toMatchObject({ type: "officer" });
  });

  test("by the firearm register leaves as the policy lets it", async () => {
    const caseId = await putCase(tx, { nowMs: NOW_MS });
    const policy = { ...DEFAULT_RELEASE_POLICY, registerMaySend: [] };
    await setReleasePolicy(tx, { policy, actor: "first", nowMs: NOW_MS });
    const args = replyArgs(caseId, { actor: "firearm-register" });
    expect(await sendMove(tx, args)).toMatchObject({ type: "officer" });
    const other = await putCase(tx, { nowMs: NOW_MS });
    await tx.run("DELETE FROM release_policy");
    const may = replyArgs(other, { actor: "firearm-register" });
    expect(await sendMove(tx, may)).toMatchObject({ type: "sent" });
  });
});

describe("a deputy (TP-ANS-5)", () => {
  const name = (fromMs: number, untilMs: number, userId = "deputy", actor = "second") =>
    nameDeputyOnce(tx, {
      userId,
      validFromMs: fromMs,
      validUntilMs: untilMs,
      reason: "both supervisors travel",
      actor,
      nowMs: NOW_MS,
      repeat: undefined,
    });
  const confirmAsDeputy = (releaseId: string, nowMs: number) =>
    confirmRelease(tx, { ...decision(releaseId, "deputy", nowMs), by: by("deputy", false) });

  beforeEach(() => person("deputy", "RELEASE_DEPUTY"));

  test("confirms from the first to the last moment of the time he is named for", async () => {
    const { releaseId } = await prepared();
    expect(await confirmAsDeputy(releaseId, NOW_MS)).toEqual({ type: "not-allowed" });
    await name(NOW_MS + HOUR_MS, NOW_MS + 2 * HOUR_MS);
    expect(await confirmAsDeputy(releaseId, NOW_MS + HOUR_MS - 1)).toEqual({ type: "not-allowed" });
    expect(await confirmAsDeputy(releaseId, NOW_MS + 2 * HOUR_MS)).toEqual({ type: "not-allowed" });
    expect(await confirmAsDeputy(releaseId, NOW_MS + HOUR_MS)).toMatchObject({
      type: "confirmed",
      release: { decidedBy: "deputy", isDeputy: true },
    });
  });

  test("confirms no more once it was ended", async () => {
    const { releaseId } = await prepared();
    const named = await name(NOW_MS, NOW_MS + HOUR_MS);
    const deputyId = named.type === "named" ? named.deputy.deputyId : 0;
    await endDeputy(tx, { deputyId, actor: "second", nowMs: NOW_MS });
    expect(await confirmAsDeputy(releaseId, NOW_MS)).toEqual({ type: "not-allowed" });
  });

  test("cannot confirm what he prepared himself, nor name himself, nor be a program", async () => {
    await name(NOW_MS, NOW_MS + HOUR_MS);
    const { releaseId } = await prepared({ actor: "deputy" });
    expect(await confirmAsDeputy(releaseId, NOW_MS)).toEqual({ type: "same-person" });
    expect(await name(NOW_MS, NOW_MS + 1, "second")).toEqual({ type: "oneself", repeated: false });
    await system("case-system", "first");
    expect(await name(NOW_MS, NOW_MS + 1, "case-system")).toMatchObject({ type: "unknown" });
  });
});

describe("what one person sends alone (TP-ANS-6)", () => {
  const alone = { reason: "the vessel leaves tonight" };
  const sendAlone = async (priority: Priority) => {
    const caseId = await putCase(tx, { priority, nowMs: NOW_MS });
    return await sendMove(tx, replyArgs(caseId, { alone }));
  };

  test("is sent when it is urgent, and waits for a review within 72 hours", async () => {
    expect(await sendAlone(Priority.URGENT)).toMatchObject({ type: "sent", state: "REFUSED" });
    const [release] = await listReleases(tx, { after: 0, limit: 10 });
    expect(release).toMatchObject({
      state: "REVIEW_DUE",
      aloneReason: alone.reason,
      reviewDueAtMs: NOW_MS + 72 * HOUR_MS,
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/u),
    });
    const releaseId = release?.releaseId ?? "";
    const verdict = { verdict: "OBJECTED" } as const;
    expect(await reviewRelease(tx, { ...decision(releaseId, "first"), ...verdict })).toEqual({
      type: "same-person",
    });
    const reviewed = await reviewRelease(tx, { ...decision(releaseId, "second"), ...verdict });
    expect(reviewed).toMatchObject({ release: { state: "REVIEWED", verdict: "OBJECTED" } });
    expect(await changes()).toEqual(expect.arrayContaining(["release.alone", "release.reviewed"]));
  });

  test("is refused when it is not urgent, or the policy does not allow it", async () => {
    expect(await sendAlone(Priority.PRIORITY)).toEqual({ type: "not-alone" });
    const policy = { ...DEFAULT_RELEASE_POLICY, breakGlass: false };
    await setReleasePolicy(tx, { policy, actor: "first", nowMs: NOW_MS });
    expect(await sendAlone(Priority.URGENT)).toEqual({ type: "not-alone" });
    expect(await sent()).toBe(0);
  });

  test("and nobody has looked at in time is told once, and counted", async () => {
    await sendAlone(Priority.URGENT);
    const due = NOW_MS + 72 * HOUR_MS;
    await sweepReleases(tx, { nowMs: due - 1 });
    expect(await changes()).not.toContain("release.overdue");
    expect(await countReleases(tx, { nowMs: due })).toMatchObject({
      reviewsDue: 1,
      reviewsOverdue: 1,
    });
    await sweepReleases(tx, { nowMs: due });
    await sweepReleases(tx, { nowMs: due + HOUR_MS });
    expect((await changes()).filter((kind) => kind === "release.overdue")).toHaveLength(1);
    const overdue = await listReleases(tx, { overdueAtMs: due, after: 0, limit: 10 });
    expect(overdue).toHaveLength(1);
  });
});

describe("the policy of a State (TP-ANS-2)", () => {
  const set = (changes: Partial<typeof DEFAULT_RELEASE_POLICY>) =>
    setReleasePolicy(tx, {
      policy: { ...DEFAULT_RELEASE_POLICY, ...changes },
      actor: "first",
      nowMs: NOW_MS,
    });
  const inForce = async () => (await releasePolicy(tx, undefined)).policy;

  test("is made stricter by one person, and looser by two", async () => {
    expect(await set({ restrictedFrom: "AMBER" })).toEqual({ type: "set" });
    const looser = await set({ restrictedFrom: "AMBER", refusals: false });
    expect(looser).toMatchObject({ type: "held", reasons: ["LOOSER_POLICY"] });
    expect((await inForce()).refusals).toBe(true);
    const releaseId = looser.type === "held" ? looser.releaseId : "";
    expect(await confirmRelease(tx, decision(releaseId, "first"))).toEqual({ type: "same-person" });
    await confirmRelease(tx, decision(releaseId, "second"));
    expect(await releasePolicy(tx, undefined)).toMatchObject({
      policy: { refusals: false, restrictedFrom: "AMBER" },
      version: 2,
      actor: "first",
      confirmedBy: "second",
    });
  });
});
