import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replyClock, TARGET_DAYS, type TraceState } from "#casework";
import { type Answer, AskedExchange } from "../support/asked-exchange.ts";
import { traceBody } from "../support/trace-body.ts";

/** Three States: the US asks, Austria and Brazil are asked; officers answer by hand. */
let exchange: AskedExchange;

beforeAll(async () => {
  const participants = ["US", "AT", "BR"];
  exchange = await AskedExchange.start({ participants, officers: participants });
});

afterAll(() => exchange?.stop());

type State = "US" | "AT" | "BR";

const NO_RECORD = {
  final: {
    outcome: "NO_RECORD",
    remarks: "Not in our registers (made up).",
    answers: [{ question: "LAST_LEGAL_HOLDER", answer: "Not known.", status: "NOT_KNOWN" }],
  },
} as const;
const ACKNOWLEDGED = { acknowledgement: { nationalReference: "MADE-UP/1" } } as const;

/** A case of one story, seen from both sides. */
class Story {
  readonly asked: State;
  readonly caseId: string;

  private constructor(asked: State, caseId: string) {
    this.asked = asked;
    this.caseId = caseId;
  }

  static async open(asked: State, serial: string): Promise<Story> {
    const body = traceBody({ to: asked, serial });
    const sent = await exchange.ask("US", "/v1/traces", { body });
    expect(sent.status, JSON.stringify(sent.body)).toBe(201);
    const story = new Story(asked, sent.body.caseId);
    await story.stands("DELIVERED");
    return story;
  }

  reply(body: object): Promise<Answer> {
    return exchange.ask(this.asked, `/v1/traces/${this.caseId}/reply`, { body });
  }

  followUp(body: object): Promise<Answer> {
    return exchange.ask("US", `/v1/traces/${this.caseId}/follow-up`, { body });
  }

  /** Waits until both sides see the case there, and every message has its last receipt. */
  async stands(state: TraceState) {
    const isThere = (body: Answer["body"]) =>
      body.state === state &&
      body.messages.every((one: { state: string }) => one.state === "delivered");
    const path = `/v1/traces/${this.caseId}`;
    const theirs = await exchange.until(this.asked, path, isThere);
    return { ours: await exchange.until("US", path, isThere), theirs };
  }
}

const made = ({ moves }: Answer["body"]) =>
  moves.map(({ by, effect, move }: Record<string, string>) => `${by} ${move} ${effect}`);

describe("a refusal and its clarification (TP-MOVE-24)", () => {
  test("is given reasons, maintained, asked about again and reconsidered", async () => {
    const story = await Story.open("AT", "MADE-UP 100");
    const silent = await story.reply({ refusal: { ground: "NATIONAL_SECURITY" } });
    expect(silent).toMatchObject({
      status: 422,
      body: { problems: [{ field: "refusal.explanation", rule: "missing" }] },
    });
    const explanation = "It would show how a source is protected (made up).";
    const refusal = { ground: "NATIONAL_SECURITY", explanation };
    const held = await story.reply({ refusal });
    expect(held).toMatchObject({ status: 202, body: { reasons: ["REFUSAL"] } });
    expect(await exchange.confirm("AT", held.body.releaseId)).toBe(200);
    const { ours } = await story.stands("REFUSED");
    expect(ours).toMatchObject({
      outcome: "REFUSED",
      reply: { refusal },
      next: { own: ["CLARIFICATION_REQUEST", "CASE_CLOSED"] },
    });
    const again = await story.reply({ refusal });
    expect(again).toMatchObject({ status: 409, body: { code: "ILLEGAL_MOVE" } });
    const why = { clarificationRequest: { question: "Does it concern the whole record?" } };
    for (const [decision, state] of [
      ["MAINTAINED", "REFUSED"],
      ["RECONSIDERED", "IN_PROGRESS"],
    ] as const) {
      expect(await story.followUp(why)).toMatchObject({ status: 201 });
      const { theirs } = await story.stands("CLARIFICATION_SOUGHT");
      expect(theirs).toMatchObject({ needs: "answer", next: { turn: "requested" } });
      const clarification = { decision, explanation: "Looked at again (made up)." };
      const said = await story.reply({ clarification });
      // To maintain a refusal is to refuse once more: it takes two.
      if (said.status === 202) await exchange.confirm("AT", said.body.releaseId);
      expect(said.status).toBe(decision === "MAINTAINED" ? 202 : 201);
      await story.stands(state);
    }
    expect(await story.reply(NO_RECORD)).toMatchObject({ status: 201 });
    const end = await story.stands("ANSWERED");
    expect(end.ours.outcome).toBe("NO_RECORD");
    expect(made(end.ours)).toEqual(made(end.theirs));
    expect(made(end.ours)).toHaveLength(6);
  });
});

describe("a request for information", () => {
  test("stops the clock until the information comes", async () => {
    const story = await Story.open("BR", "MADE-UP 200");
    await story.reply(ACKNOWLEDGED);
    const { ours } = await story.stands("ACKNOWLEDGED");
    expect(ours.reply.acknowledgement.expectedBy).toBeDefined();
    const question = "Is the third character a B or an 8?";
    const requestForInformation = { question, fields: ["firearm.serial_raw"] };
    expect(await story.reply({ requestForInformation })).toMatchObject({ status: 201 });
    const stopped = await story.stands("INFORMATION_REQUESTED");
    expect(stopped.ours).toMatchObject({ needs: "information", next: { turn: "requesting" } });
    expect(stopped.theirs.needs).toBeUndefined();
    expect(clockOf(stopped.theirs).dueAtMs).toBeUndefined();
    expect(await story.reply(NO_RECORD)).toMatchObject({ status: 409 });
    const supplementaryInformation = { text: "An 8: the mark was etched." };
    expect(await story.followUp({ supplementaryInformation })).toMatchObject({ status: 201 });
    const going = await story.stands("IN_PROGRESS");
    expect(going.theirs).toMatchObject({ needs: "answer" });
    expect(clockOf(going.theirs).dueAtMs).toBeDefined();
    expect(clockOf(going.theirs).stoppedMs).toBeGreaterThan(0);
    await story.reply(NO_RECORD);
    const end = await story.stands("ANSWERED");
    expect(end.theirs.moves[2].followUp).toMatchObject({ supplementaryInformation });
  });
});

function clockOf({ events }: Answer["body"]) {
  const changes = events.map(({ at, state }: { at: string; state: TraceState }) => ({
    state,
    atMs: Date.parse(at),
  }));
  return replyClock(changes, TARGET_DAYS.ROUTINE);
}

describe("a withdrawal that crosses a final reply on the wire (TP-MOVE-5)", () => {
  test("is decided the same way on both sides: what was told stands", async () => {
    const story = await Story.open("AT", "MADE-UP 300");
    await story.reply(ACKNOWLEDGED);
    await story.stands("ACKNOWLEDGED");
    const gateway = exchange.exchange.process("gateway");
    await gateway.stop();
    const withdrawal = { reason: "RESOLVED_DOMESTICALLY" };
    expect(await story.followUp({ withdrawal })).toMatchObject({ body: { state: "WITHDRAWN" } });
    expect(await story.reply(NO_RECORD)).toMatchObject({ body: { state: "ANSWERED" } });
    await gateway.start();
    await gateway.waitReady();
    const { ours, theirs } = await story.stands("ANSWERED");
    expect(ours.outcome).toBe("NO_RECORD");
    expect(made(ours).toSorted()).toEqual([
      "requested ACKNOWLEDGEMENT moved",
      "requested FINAL moved",
      "requesting WITHDRAWAL crossed",
    ]);
    expect(made(theirs).toSorted()).toEqual(made(ours).toSorted());
  });
});

describe("an answer that was wrong", () => {
  test("is corrected after the close: the case stays closed and tells the right answer", async () => {
    const story = await Story.open("BR", "MADE-UP 400");
    await story.reply(NO_RECORD);
    await story.stands("ANSWERED");
    const caseClosed = { established: false, reason: "Nothing more can be asked." };
    expect(await story.followUp({ caseClosed })).toMatchObject({ status: 201 });
    await story.stands("CLOSED");
    const reason = "The register was corrected: it was reported stolen in 2019.";
    const corrected = { ...NO_RECORD.final, outcome: "REPORTED_LOST_OR_STOLEN" };
    const sent = await story.reply({ correction: { reason, corrected } });
    expect(sent).toMatchObject({ status: 201, body: { state: "CLOSED" } });
    const ended = (body: Answer["body"]) => body.moves.length === 3;
    const path = `/v1/traces/${story.caseId}`;
    const ours = await exchange.until("US", path, ended);
    expect(ours).toMatchObject({
      state: "CLOSED",
      outcome: "REPORTED_LOST_OR_STOLEN",
      reply: { correction: { reason, correctedMessageId: ours.moves[0].messageId } },
    });
    const reopened = await story.followUp({ caseReopened: { newFacts: "It was stolen in 2019." } });
    expect(reopened).toMatchObject({ status: 409, body: { code: "ILLEGAL_MOVE" } });
  });
});
