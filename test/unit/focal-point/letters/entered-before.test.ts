import { expect, test } from "vitest";
import { DelayNotice, FinalReply, RefusalGround, TraceOutcome, TraceReply } from "#proto";
import {
  addEvent,
  findCase,
  moveCase,
} from "../../../../services/focal-point/cases/case-record.ts";
import { settleClocks } from "../../../../services/focal-point/clocks/clock-record.ts";
import { addLetter } from "../../../../services/focal-point/letters/letter-record.ts";
import { LETTER_MOVE_MIGRATION_SQL } from "../../../../services/focal-point/letters/letter-tables.ts";
import { movesOf } from "../../../../services/focal-point/moves/move-record.ts";
import { standAnew, standingOf } from "../../../../services/focal-point/moves/stand-anew.ts";
import { store } from "../../../../services/focal-point/store.ts";
import { putCase } from "../../../support/case-store.ts";
import { openMemoryTransaction } from "../../../support/memory-transaction.ts";

const START_MS = Date.UTC(2026, 2, 2);
const DAY_MS = 86_400_000;

/** A store from before answers by letter were moves, with what it kept of them. */
function openOldStore() {
  const before = store.migrations.filter(({ sql }) => sql !== LETTER_MOVE_MIGRATION_SQL);
  return openMemoryTransaction(...before.map(({ sql }) => sql));
}

type Old = readonly [state: "ACKNOWLEDGED" | "DELAYED" | "ANSWERED", outcome: string];

async function enterAsBefore(
  tx: ReturnType<typeof openOldStore>,
  caseId: string,
  entered: readonly Old[],
  reply: TraceReply,
): Promise<void> {
  for (const [index, [state, outcome]] of entered.entries()) {
    const nowMs = START_MS + (index + 1) * DAY_MS;
    const reference = `A-${index}`;
    await addLetter(tx, caseId, {
      ...{ direction: "in", channel: "POST", reference, onDate: "2026-03-02", language: "fr" },
      ...{ note: "", actor: "officer", nowMs },
    });
    const said = outcome === "" ? "" : `${outcome}: `;
    const detail = `${said}POST ${reference}, 2026-03-02`;
    const event = "answer entered by hand";
    await moveCase(tx, { caseId, event, state, messageId: "", detail, actor: "officer", nowMs });
    await tx.run(
      "UPDATE trace_case SET outcome = nullif(?, '') WHERE case_id = ?",
      outcome,
      caseId,
    );
  }
  const body = TraceReply.encode(reply).finish();
  await tx.run("UPDATE trace_case SET off_exchange = 1, reply = ? WHERE case_id = ?", body, caseId);
}

test("answers entered before they were moves become moves, and the clock goes by them (TP-OFF-6)", async () => {
  const tx = openOldStore();
  const put = { role: "requesting", peer: "ML", nowMs: START_MS } as const;
  const [delayed, answered] = [await putCase(tx, put), await putCase(tx, put)];
  const untouched = await putCase(tx, { ...put, peer: "BR" });
  await addEvent(tx, {
    ...{ caseId: untouched, event: "request delivered", state: "DELIVERED", messageId: "m" },
    ...{ actor: "exchange", nowMs: START_MS },
  });
  const ground = RefusalGround.ONGOING_INVESTIGATION;
  const delay = DelayNotice.create({ ground, explanation: "Later.", reviewOn: "2026-06-01" });
  await enterAsBefore(
    tx,
    delayed,
    [
      ["ACKNOWLEDGED", ""],
      ["DELAYED", ""],
    ],
    TraceReply.create({ content: { $case: "delay", value: delay } }),
  );
  const final = FinalReply.create({ outcome: TraceOutcome.NO_RECORD });
  await enterAsBefore(
    tx,
    answered,
    [["ANSWERED", "NO_RECORD"]],
    TraceReply.create({ content: { $case: "final", value: final } }),
  );
  tx.exec(LETTER_MOVE_MIGRATION_SQL);

  expect(await movesOf(tx, untouched)).toEqual([]);
  for (const [caseId, state, count] of [
    [delayed, "DELAYED", 2],
    [answered, "ANSWERED", 1],
  ] as const) {
    const known = await findCase(tx, caseId);
    const moves = await movesOf(tx, caseId);
    expect(moves).toHaveLength(count);
    expect(moves.every(({ byLetter }) => byLetter)).toBe(true);
    expect(moves.at(-1)?.messageId).toBe(known?.replyMessageId);
    if (known === undefined) continue;
    expect(standingOf(known, moves, START_MS + 9 * DAY_MS).state).toBe(state);
    const cause = { event: "looked at", messageId: "", actor: "officer" };
    await standAnew(tx, known, { ...cause, nowMs: START_MS + 9 * DAY_MS });
    const { outcome, reply, replyMessageId } = known;
    expect(await findCase(tx, caseId)).toMatchObject({ state, outcome, replyMessageId, reply });
  }
  while ((await settleClocks(tx, { limit: 10 })) > 0);
  const answerBy = (await findCase(tx, delayed))?.answerByMs;
  expect(answerBy).toBe(Date.parse("2026-06-01T23:59:59.999Z"));
});
