import { beforeEach, describe, expect, test } from "vitest";
import { type AcknowledgeRule, normalizeSerial } from "#casework";
import { refuse } from "#errors";
import { FEED_PROCEDURES } from "#feed";
import {
  Finding,
  Handling,
  Header,
  Kind,
  Priority,
  Tlp,
  TraceFollowUp,
  TraceMove,
  TraceReply,
  TraceRequest,
} from "#proto";
import { USER_PROCEDURES } from "#users";
import { ruleDecision } from "../../../services/focal-point/arrivals/acknowledge-case.ts";
import {
  draftsStanding,
  findDraft,
  noteRegister,
} from "../../../services/focal-point/arrivals/draft-record.ts";
import { makeDraft, prepareArrival } from "../../../services/focal-point/arrivals/make-draft.ts";
import { acknowledgeRules } from "../../../services/focal-point/arrivals/rule-record.ts";
import { notSent } from "../../../services/focal-point/arrivals/sending-bars.ts";
import { setAcknowledgeRules } from "../../../services/focal-point/arrivals/set-rules.ts";
import { findCase, insertCase } from "../../../services/focal-point/cases/case-record.ts";
import { putFirearm } from "../../../services/focal-point/firearms/put-firearm.ts";
import { sendMove } from "../../../services/focal-point/moves/send-move.ts";
import { confirmRelease } from "../../../services/focal-point/releases/decide.ts";
import { openCaseStore, putCase } from "../../support/case-store.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";
import { keyFirearms } from "../../support/register.ts";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

const NOW_MS = Date.UTC(2026, 2, 2, 9);
const DAY_MS = 86_400_000;
const self = { participant: "AT", state: "AT" };
let tx: MemoryTransaction;
let count = 0;

beforeEach(async () => {
  tx = openCaseStore();
  await FEED_PROCEDURES.feedOpen(tx, { keptMax: 1_000, incidentsPerMinuteMax: 10 });
  for (const userId of ["first", "second"]) {
    const roles = ["FOCAL_POINT_SUPERVISOR"] as const;
    const kept = { kind: "person", responsible: null, name: userId, roles } as const;
    await USER_PROCEDURES.userAdd(tx, { actor: "installation", nowMs: NOW_MS, userId, ...kept });
  }
});

interface Arriving {
  readonly tlp?: Tlp;
  readonly priority?: Priority;
  readonly persons?: boolean;
}

/** A complete request of KE to AT, as the transaction of its arrival leaves it. */
async function arrived({ persons = false, priority, tlp = Tlp.AMBER }: Arriving = {}) {
  count += 1;
  const caseId = `019b0f6e-5a10-7c3e-8f21-${String(count).padStart(12, "0")}`;
  const request = completeTraceRequest();
  request.attachments = [];
  const header = Header.create({
    kind: Kind.TRACE_REQUEST,
    priority: priority ?? Priority.ROUTINE,
    handling: Handling.create({ tlp, originatorState: "KE" }),
    parts: [{ name: "body" }, ...(persons ? [{ name: "persons" }] : [])],
  });
  await insertCase(tx, {
    caseId,
    role: "requested",
    peer: "KE",
    state: "DELIVERED",
    nationalCaseNumber: request.nationalCaseNumber,
    request: TraceRequest.encode(request).finish(),
    requestMessageId: caseId,
    requestDigest: Buffer.alloc(32, 7),
    requestHeader: Header.encode(header).finish(),
    actor: "exchange",
    nowMs: NOW_MS,
  });
  return caseId;
}

const prepare = (caseId: string, nowMs = NOW_MS) => prepareArrival(tx, { caseId, self, nowMs });
const sent = async () => (await tx.all("SELECT 1 FROM post_outbox")).length;
const eventsOf = (caseId: string) =>
  tx.all<{ event: string; actor: string; detail: string }>(
    "SELECT event, actor, detail FROM trace_case_event WHERE case_id = ? ORDER BY position",
    caseId,
  );

/** Rules that two persons have switched on. */
async function switchOn(...rules: AcknowledgeRule[]): Promise<void> {
  const set = { rules: { active: true, rules }, actor: "first", nowMs: NOW_MS };
  const held = await setAcknowledgeRules(tx, set);
  if (held.type !== "held") throw new TypeError(`it is ${held.type}`);
  const by = { userId: "second", tokenId: "aaaaaaaaaaaa", mayConfirm: true };
  const decision = { releaseId: held.releaseId, by, note: "", nowMs: NOW_MS };
  expect(await confirmRelease(tx, decision)).toMatchObject({ type: "confirmed" });
}

describe("a rule that acknowledges (TP-ANS-11)", () => {
  const usual = { name: "usual", priorities: ["ROUTINE"], completenessMin: 50 } as const;

  test("does so in the step that keeps what it decided, and the case names the rule", async () => {
    await switchOn(usual);
    const caseId = await arrived();
    expect(await prepare(caseId)).toBe(true);
    expect(await findCase(tx, caseId)).toMatchObject({ state: "ACKNOWLEDGED" });
    expect(await sent()).toBe(1);
    const decided = await ruleDecision(tx, { caseId });
    expect(decided).toMatchObject({ rule: "usual", rulesVersion: 1, because: [] });
    const events = await eventsOf(caseId);
    expect(events.slice(1)).toEqual([
      { event: "reply sent", actor: "acknowledgement-rule", detail: "ACKNOWLEDGEMENT" },
      {
        event: "acknowledged by a rule, read by nobody",
        actor: "acknowledgement-rule",
        detail: 'rule "usual" of version 1',
      },
    ]);
    const [move] = await tx.all<{ message_id: string; body: Uint8Array }>(
      "SELECT message_id, body FROM trace_move",
    );
    expect(move?.message_id).toBe(decided?.messageId);
    const said = TraceReply.decode(move?.body ?? new Uint8Array());
    expect(said.sourceNote).toContain("an officer has not read it");
    expect(said.content).toMatchObject({ value: { expectedBy: expect.anything() } });
  });

  test("looks at a request once: what is switched on later takes later ones alone", async () => {
    const before = await arrived();
    expect(await prepare(before)).toBe(false);
    expect(await ruleDecision(tx, { caseId: before })).toMatchObject({ because: ["OFF"] });
    await switchOn(usual);
    expect(await prepare(before)).toBe(false);
    expect(await sent()).toBe(0);
    expect(await prepare(await arrived())).toBe(true);
  });

  test("leaves what an officer has acknowledged before as it is", async () => {
    await switchOn(usual);
    const caseId = await arrived();
    const value = { nationalReference: "AT-1", expectedBy: undefined };
    const reply = TraceReply.create({ content: { $case: "acknowledgement", value } });
    reply.languageTag = "en";
    const body = TraceReply.encode(reply).finish();
    await sendMove(tx, { caseId, kind: "reply", body, self, actor: "first", nowMs: NOW_MS });
    expect(await prepare(caseId)).toBe(false);
    expect(await ruleDecision(tx, { caseId })).toMatchObject({ because: ["NOT_OPEN"], rule: "" });
    expect((await eventsOf(caseId)).at(-1)).toEqual({
      event: "not acknowledged by a rule",
      actor: "acknowledgement-rule",
      detail: expect.stringContaining("; the case is ACKNOWLEDGED"),
    });
    expect(await sent()).toBe(1);
  });

  test("keeps why its acknowledgement was not sent, whatever it was", () => {
    const refusal = refuse("HANDLING_VIOLATION", "handling.tlp", "keeps it with its recipients");
    const errors = [{ ...Finding.create(), field: "reply", rule: "missing" }];
    const reasons: readonly [Parameters<typeof notSent>[0], string, string][] = [
      [{ type: "unknown" }, "NOT_OPEN", "takes no acknowledgement"],
      [{ type: "illegal", state: "WITHDRAWN", refusal }, "NOT_OPEN", "keeps it"],
      [{ type: "refused", refusal }, "NOT_RELEASED", "keeps it with its recipients"],
      [{ type: "invalid", errors }, "NOT_VALID", "reply missing"],
      [{ type: "officer" }, "SECOND_PERSON", "a second person"],
    ];
    for (const [sent, bar, detail] of reasons) {
      expect(notSent(sent)).toEqual({ bar, detail: expect.stringContaining(detail) });
    }
  });

  test("takes nothing that a second person would have to see (TP-ANS-12)", async () => {
    await switchOn({ name: "everything" });
    const cases: [Arriving, string][] = [
      [{ persons: true }, "PERSONS"],
      [{ tlp: Tlp.RED }, "RESTRICTED_HANDLING"],
      [{ tlp: Tlp.AMBER_STRICT, priority: Priority.URGENT }, "RESTRICTED_HANDLING"],
    ];
    for (const [arriving, because] of cases) {
      const caseId = await arrived(arriving);
      expect(await prepare(caseId)).toBe(false);
      expect(await ruleDecision(tx, { caseId })).toMatchObject({ because: [because], rule: "" });
      expect(await findCase(tx, caseId)).toMatchObject({ state: "DELIVERED" });
    }
    expect(await sent()).toBe(0);
    expect(await tx.all("SELECT 1 FROM release WHERE state = 'PENDING'")).toEqual([]);
  });
});

describe("the rules of a State (TP-ANS-13)", () => {
  const set = (active: boolean, ...rules: AcknowledgeRule[]) =>
    setAcknowledgeRules(tx, { rules: { active, rules }, actor: "first", nowMs: NOW_MS });

  test("are switched off until two persons switch them on, and one switches them off", async () => {
    expect(await acknowledgeRules(tx, undefined)).toMatchObject({
      rules: { active: false },
      version: 0,
    });
    expect(await set(false, { name: "everything" })).toEqual({ type: "set" });
    expect(await set(true, { name: "everything" })).toMatchObject({
      type: "held",
      reasons: ["LOOSER_POLICY"],
    });
    expect(await acknowledgeRules(tx, undefined)).toMatchObject({
      rules: { active: false },
      version: 1,
    });
    await tx.run("DELETE FROM release");
    await switchOn({ name: "everything" });
    expect(await acknowledgeRules(tx, undefined)).toMatchObject({
      rules: { active: true },
      actor: "first",
      confirmedBy: "second",
    });
    expect(await set(true, { name: "few", completenessMin: 90 })).toEqual({ type: "set" });
    expect(await set(true, { name: "few", completenessMin: 80 })).toMatchObject({ type: "held" });
    expect(await set(false)).toEqual({ type: "set" });
  });
});

describe("a draft answer (TP-ANS-8)", () => {
  const firearm = async (changes: { readonly serialRaw?: string } = {}) => {
    const { firearm: asked } = completeTraceRequest();
    const serialRaw = asked?.serialRaw ?? "";
    const record = {
      id: "AT-1",
      make: asked?.make ?? "",
      serialRaw,
      status: "held" as const,
      holder: "Made-up Dealer",
      madeUp: true,
      sourceNote: "invented for a test",
      ...changes,
    };
    const serialNormalized = normalizeSerial(record.serialRaw);
    const { change } = await putFirearm(tx, { ...record, serialNormalized });
    if (change !== "unchanged") await keyFirearms(tx);
  };
  const standing = (answering: "officer" | "register" = "officer") =>
    draftsStanding(tx, { answering, limit: 10 });
  const outcomeOf = async (caseId: string) => {
    const draft = await findDraft(tx, { caseId });
    const { content } = TraceReply.decode(draft?.reply ?? new Uint8Array());
    return content?.$case === "final" ? content.value.outcome : undefined;
  };

  test("is due from the transaction of the arrival on, and kept until something changes", async () => {
    const caseId = await arrived();
    expect(await findDraft(tx, { caseId })).toBeNull();
    expect((await standing()).due).toEqual([caseId]);
    await prepare(caseId);
    const draft = await findDraft(tx, { caseId });
    expect(draft).toMatchObject({ madeAtMs: NOW_MS, candidates: [] });
    const reply = TraceReply.decode(draft?.reply ?? new Uint8Array());
    expect(reply.sourceNote).toContain("Firearm register of AT");
    expect(await standing()).toMatchObject({ due: [], stale: [], hasChanged: false });
    expect(await sent()).toBe(0);
  });

  test("is out of date once the register has changed, and made anew as of then", async () => {
    const caseId = await arrived();
    await prepare(caseId);
    const before = await findDraft(tx, { caseId });
    await firearm();
    expect(await findDraft(tx, { caseId })).toBeNull();
    expect((await standing()).hasChanged).toBe(true);
    await noteRegister(tx);
    expect((await standing()).stale).toEqual([caseId]);
    await prepare(caseId, NOW_MS + DAY_MS);
    const after = await findDraft(tx, { caseId });
    expect(after?.madeAtMs).toBe(NOW_MS + DAY_MS);
    expect(after?.draftId).not.toBe(before?.draftId);
    expect(after?.candidates).toMatchObject([
      { firearm: { id: "AT-1" }, score: expect.any(Number) },
    ]);
    // The same record again changes nothing.
    await firearm();
    expect(await findDraft(tx, { caseId })).toMatchObject({ draftId: after?.draftId });
  });

  test("is made anew with what supplementary information tells of the firearm", async () => {
    await firearm({ serialRaw: "OTHER 99" });
    // Only what was acknowledged may be asked about.
    await switchOn({ name: "everything" });
    const caseId = await arrived();
    await prepare(caseId);
    const none = await outcomeOf(caseId);
    const question = { fields: [], question: "Which serial number?", respondBy: undefined };
    const asked = TraceReply.create({
      content: { $case: "requestForInformation", value: question },
    });
    asked.languageTag = "en";
    const body = TraceReply.encode(asked).finish();
    const move = { caseId, kind: "reply", body, self, actor: "first", nowMs: NOW_MS } as const;
    expect(await sendMove(tx, move)).toMatchObject({ type: "sent" });
    // It waits for the other State: nothing is kept of what the register holds.
    expect(await findDraft(tx, { caseId })).toBeNull();
    expect(await tx.get("SELECT reply, candidates FROM trace_draft")).toEqual({
      reply: null,
      candidates: null,
    });
    const { firearm: told } = completeTraceRequest();
    const value = {
      text: "",
      nothingMore: false,
      firearm: told && { ...told, serialRaw: "OTHER 99" },
    };
    const said = TraceFollowUp.create({ content: { $case: "supplementaryInformation", value } });
    await tx.run(
      `INSERT INTO trace_move (case_id, message_id, side, move, outcome_class, body, sent_at,
         kept_at, actor, effect) VALUES (?, 'm', 'requesting', ?, 0, ?, 0, 0, 'exchange', 'moved')`,
      caseId,
      TraceMove.SUPPLEMENTARY_INFORMATION,
      TraceFollowUp.encode(said).finish(),
    );
    await tx.run("UPDATE trace_case SET awaiting_answer = 1, state = 'IN_PROGRESS'");
    expect((await standing()).due).toEqual([caseId]);
    await prepare(caseId);
    expect(await outcomeOf(caseId)).not.toBe(none);
    const draft = await findDraft(tx, { caseId });
    expect(draft?.candidates[0]?.firearm.serialRaw).toBe("OTHER 99");
  });

  test("is left to the register where it answers by itself, but for what it leaves", async () => {
    const caseId = await arrived();
    expect((await standing("register")).due).toEqual([]);
    await tx.run("UPDATE trace_case SET for_officer = 1 WHERE case_id = ?", caseId);
    expect((await standing("register")).due).toEqual([caseId]);
  });

  test("is there for requests received alone", async () => {
    const own = await putCase(tx, { role: "requesting", nowMs: NOW_MS });
    expect(await makeDraft(tx, { caseId: own, self, nowMs: NOW_MS })).toBeNull();
    expect(await makeDraft(tx, { caseId: "none", self, nowMs: NOW_MS })).toBeNull();
    expect(await standing()).toMatchObject({ due: [], stale: [] });
  });
});
