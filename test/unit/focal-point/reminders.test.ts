import { beforeEach, describe, expect, test } from "vitest";
import { Kind, TraceFollowUp } from "#proto";
import {
  hasUnsettledClocks,
  settleClocks,
} from "../../../services/focal-point/clocks/clock-record.ts";
import { dueReminders, remindCase } from "../../../services/focal-point/clocks/remind.ts";
import { reminderLettersDue } from "../../../services/focal-point/clocks/reminded.ts";
import { sendMove } from "../../../services/focal-point/moves/send-move.ts";
import { CASE_ID, SENT_MS, TwoFocalPoints } from "../../support/two-focal-points.ts";

const DAY_MS = 86_400_000;
const self = { participant: "KE", state: "KE" };
let both: TwoFocalPoints;

beforeEach(async () => {
  both = await TwoFocalPoints.open();
  await settle();
});

async function settle(): Promise<void> {
  const { KE } = both.stores;
  while (await hasUnsettledClocks(KE, undefined)) await settleClocks(KE, { limit: 10 });
}

const due = (days: number) =>
  dueReminders(both.stores.KE, { nowMs: SENT_MS + days * DAY_MS, limit: 10 });
const remind = async (days: number): Promise<boolean> => {
  const sent = await remindCase(both.stores.KE, {
    caseId: CASE_ID,
    self,
    nowMs: SENT_MS + days * DAY_MS,
  });
  await settle();
  return sent;
};
const reminders = async () =>
  (await both.underWay("KE"))
    .filter(({ kind }) => kind === Kind.TRACE_FOLLOW_UP)
    .map(({ body }) => TraceFollowUp.decode(body).content?.$case);

describe("a reminder (TP-CLOCK-6)", () => {
  test("is due at half of the time, sent once, and the next one when the answer is due", async () => {
    expect((await due(14)).caseIds).toEqual([]);
    expect((await due(16)).caseIds).toEqual([CASE_ID]);
    expect(await remind(16)).toBe(true);
    expect(await remind(16)).toBe(false);
    expect(await reminders()).toEqual(["reminder"]);
    expect((await due(29)).caseIds).toEqual([]);
    expect((await due(31)).caseIds).toEqual([CASE_ID]);
  });

  test("is one instead of many after a long absence, and there are six at most", async () => {
    expect(await remind(61)).toBe(true);
    expect(await reminders()).toHaveLength(1);
    expect((await due(71)).caseIds).toEqual([]);
    expect(await remind(73)).toBe(true);
    expect(await remind(90)).toBe(true);
    expect(await due(900)).toEqual({ caseIds: [], nextAtMs: null });
  });

  test("is not sent once the case is answered, nor by the State that was asked", async () => {
    const { AT } = both.stores;
    while (await hasUnsettledClocks(AT, undefined)) await settleClocks(AT, { limit: 10 });
    const theirs = await dueReminders(AT, { nowMs: SENT_MS + 99 * DAY_MS, limit: 10 });
    expect(theirs.caseIds).toEqual([]);
    await both.stores.KE.run("UPDATE trace_case SET state = 'ANSWERED'");
    await both.stores.KE.run(
      `INSERT INTO trace_case_event (case_id, at, event, state, message_id, detail, actor)
       VALUES (?, ?, 'reply received', 'ANSWERED', '', '', 'exchange')`,
      CASE_ID,
      SENT_MS + DAY_MS,
    );
    await settle();
    expect((await due(99)).caseIds).toEqual([]);
  });

  test("off the exchange is neither sent nor counted, but told until an officer notes it", async () => {
    const { KE } = both.stores;
    await KE.run("UPDATE trace_case SET off_exchange = 1");
    const lettersDue = (days: number) => reminderLettersDue(KE, { nowMs: SENT_MS + days * DAY_MS });
    const standing = () => KE.get("SELECT reminders, next_reminder_at FROM trace_clock");
    const before = await standing();
    expect(await lettersDue(14)).toEqual([]);
    expect((await due(16)).caseIds).toEqual([]);
    expect(await remind(16)).toBe(false);
    expect(await lettersDue(16)).toEqual([{ peer: "AT", count: 1 }]);
    expect(await standing()).toEqual(before);
    const content = { $case: "reminder", value: { number: 0, text: "" } } as const;
    const said = TraceFollowUp.create({ content, languageTag: "en" });
    const nowMs = SENT_MS + 16 * DAY_MS;
    const where = { channel: "POST", reference: "KE/OUT/9", onDate: "2026-02-17" } as const;
    const about = { language: "fr", note: "", actor: "desk-7", nowMs };
    const sent = await sendMove(KE, {
      ...{ caseId: CASE_ID, kind: "followUp", self, actor: "desk-7", nowMs },
      body: TraceFollowUp.encode(said).finish(),
      letter: { direction: "out", ...where, ...about },
    });
    expect(sent).toMatchObject({ type: "sent" });
    expect(await standing()).toMatchObject({ reminders: 1 });
    expect(await lettersDue(16)).toEqual([]);
    expect(await lettersDue(31)).toEqual([{ peer: "AT", count: 1 }]);
  });
});
