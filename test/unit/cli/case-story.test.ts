import { describe, expect, it } from "vitest";
import { answerFromRegister, fromTraceReply, fromTraceRequest } from "#casework";
import { RefusalGround, TraceReply } from "#proto";
import { tellCase, timeline } from "../../../cli/case-story.ts";
import type { CaseFile } from "../../../cli/case-view.ts";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

const body = completeTraceRequest();
const request = fromTraceRequest(body);
const answer = answerFromRegister(body, [], "2026-03-01", { registerNote: "Register of AT." });
const OPENED = "2026-03-01T12:00:00.000Z";

const file: CaseFile = {
  caseId: "0199b1f0-7c1a-7000-8000-000000000001",
  role: "requesting",
  peer: "AT",
  state: "ANSWERED",
  outcome: "NO_RECORD",
  nationalCaseNumber: body.nationalCaseNumber,
  messageId: "m-1",
  openedAt: OPENED,
  updatedAt: "2026-03-01T12:00:04.000Z",
  request,
  reply: fromTraceReply(answer),
  moves: [],
  attachments: [],
  next: {
    turn: "nobody",
    own: ["OUTCOME_FEEDBACK", "CASE_CLOSED"],
    other: ["CORRECTION"],
  },
  events: [
    { at: OPENED, event: "opened", state: "SUBMITTED", messageId: "m-1", actor: "desk-7" },
    {
      at: "2026-03-01T12:00:02.000Z",
      event: "request accepted",
      state: "SUBMITTED",
      messageId: "m-1",
      actor: "exchange",
    },
    {
      at: "2026-03-01T12:00:04.000Z",
      event: "reply received",
      state: "ANSWERED",
      messageId: "m-9",
      detail: "NO_RECORD",
      actor: "exchange",
    },
  ],
  messages: [
    {
      messageId: "m-1",
      state: "delivered",
      attempts: 1,
      logIndex: 17,
      receipts: [
        {
          type: "ACCEPTED",
          by: "GATEWAY",
          receiptId: "r-1",
          receivedAt: "2026-03-01T12:00:02.000Z",
        },
        {
          type: "DELIVERED",
          by: "AT",
          recipient: "AT",
          receiptId: "r-2",
          receivedAt: "2026-03-01T12:00:03.000Z",
        },
      ],
    },
  ],
};

const { outcome: _, reply: __, ...unanswered } = file;
const open: CaseFile = { ...unanswered, state: "DELIVERED", events: file.events.slice(0, 2) };
const DAY_MS = 86_400_000;

const lines = (
  change: Partial<CaseFile> = {},
  around: { width?: number; hasColours?: boolean; nowMs?: number; base?: CaseFile } = {},
): string[] => {
  const { base = file, hasColours = false, nowMs = Date.parse(OPENED), width = 80 } = around;
  const screen = { width, hasColours };
  const access = "--data exchange --participant KE";
  return tellCase({ ...base, ...change }, { screen, nowMs, access, data: "exchange" });
};
const told = (...args: Parameters<typeof lines>): string => lines(...args).join("\n");

describe("telling a case", () => {
  it("says who asked whom, how it stands, and about which firearm", () => {
    const text = told();
    expect(text).toMatch(/^Kenya asked Austria where a firearm came from$/mu);
    expect(text).toMatch(/^ {2}State +ANSWERED: NO_RECORD$/mu);
    expect(text).toMatch(/^ {2}Number +KE\/2026\/17$/mu);
    expect(text).toMatch(/^ {2}Make +GLOCK, model 17$/mu);
    expect(text).toMatch(/^ {2}Serial +MADE-123 \(present\), on the frame receiver$/mu);
    expect(text).toMatch(/^ {2}Markings +serial “MADE-123”$/mu);
    expect(text).toMatch(/^ {2}Found +seized in Kenya on 2026-02-27, KE-30$/mu);
    expect(text).toMatch(/^ {2}Outcome +no record$/mu);
    expect(text).toContain("Source    Register of AT. Consulted on 2026-03-01.");
  });

  it("says first what came under a key that others may have had (TP-KEY-8)", () => {
    const flagged = {
      messageId: "019b0f6e-9d02-7b1e-8a44-51c7e0d3f6b8",
      sender: "AT",
      keyId: "ab".repeat(16),
      compromisedSince: "2026-03-01T00:00:00.000Z",
      recordedAt: "2026-03-01T09:12:05.610Z",
    };
    const text = told({ flagged: [flagged] });
    expect(text).toContain("Under a compromised key");
    expect(text).toContain("Ask AT by another channel");
    expect(text).toContain(flagged.messageId);
  });

  it("tells what happened in order with who did it, each receipt once, with its log entry", () => {
    expect(timeline(file).map(({ state, text }) => [text, state])).toEqual([
      ["opened by desk-7", "SUBMITTED"],
      ["request accepted by the exchange, log entry 17", undefined],
      ["delivered: AT opened and kept it", undefined],
      ["reply received (NO_RECORD)", "ANSWERED"],
    ]);
  });

  it("shows the receipts as proof, with who signed them", () => {
    expect(told()).toContain("    delivered, log entry 17");
    expect(told()).toContain("    delivered receipt r-2, signed by AT");
  });

  it("says whose move it is, and when the answer is due or overdue", () => {
    expect(told({}, { base: open })).toMatch(/^ {2}Move +Austria's$/mu);
    const own = told({ role: "requested" }, { base: open });
    expect(own).toMatch(/^ {2}Move +yours \(Austria\)$/mu);
    expect(own).toMatch(/answer due 2026-03-31 \(asked for\), in 30 days/u);
    const late = told({}, { base: open, nowMs: Date.parse(OPENED) + 33 * DAY_MS });
    expect(late).toContain("overdue by 3 days");
    expect(told()).toMatch(/^ {2}Clock +answered after 4 seconds$/mu);
  });

  it("takes the usual time where none was asked for", () => {
    const { respondBy: ___, ...noWish } = request;
    const events = [{ at: OPENED, event: "opened", state: "DELIVERED" as const }];
    const change = { request: { ...noWish, respondBy: undefined }, events };
    expect(told(change, { base: open })).toContain("(usual time of 30 days), in 30 days");
  });

  it("proposes what can be done next, with the command to type", () => {
    const openTo = (...own: string[]) => ({ next: { turn: "requested", own, other: [] } });
    const delivered = openTo("ACKNOWLEDGEMENT", "FINAL", "REFUSAL");
    const asked = told({ role: "requested", ...delivered }, { base: open });
    const reply = "tracepost trace reply 0199b1f0-7c1a-7000-8000";
    expect(asked).toContain(`${reply} --acknowledge REFERENCE --data exchange --participant KE`);
    expect(asked).toContain(`${reply} --refuse GROUND`);
    const acknowledged = told(
      { role: "requested", state: "ACKNOWLEDGED", ...openTo("FINAL", "REFUSAL") },
      { base: open },
    );
    expect(acknowledged).not.toContain("--acknowledge");
    expect(acknowledged).toContain(`${reply} ANSWER.yaml`);
    expect(told()).toContain("tracepost log verify --data exchange");
    expect(told()).not.toContain("trace reply");
  });

  it("tells a refusal with its ground", () => {
    const value = { ground: RefusalGround.NATIONAL_SECURITY, explanation: "It may not be told." };
    const reply = fromTraceReply(TraceReply.create({ content: { $case: "refusal", value } }));
    const text = told({ state: "REFUSED", outcome: "REFUSED", reply });
    expect(text).toMatch(/^ {2}State +REFUSED$/mu);
    expect(text).toMatch(/^ {2}Refused +national security$/mu);
    expect(text).toMatch(/^ {2}Why +It may not be told\.$/mu);
  });

  it("says when there is no answer yet, and when a request was not taken", () => {
    expect(told({}, { base: open })).toContain("The answer\n  None yet.");
    const refusal = { code: "NOT_BOUND_BY_INSTRUMENT", field: "" };
    const refused = told({ refusal, state: "REJECTED_BY_GATEWAY" }, { base: open });
    expect(refused).toMatch(/^ {2}Not taken +NOT_BOUND_BY_INSTRUMENT$/mu);
    expect(refused).toContain("yours: a message was not taken");
    expect(refused).toContain("None: the request was not taken.");
    expect(refused).toContain("tracepost trace check REQUEST.yaml");
  });

  it.each([40, 60, 80, 110])("keeps within %i columns, but for commands to copy", (width) => {
    const because = { ...request, legalJustification: "A long reason. ".repeat(30) };
    const long = lines({ request: because }, { width }).filter((line) => line.length > width);
    expect(long.filter((line) => !line.startsWith("    tracepost "))).toEqual([]);
  });

  it("uses colours only where they are understood, and says the same without", () => {
    const painted = told({}, { hasColours: true });
    expect(painted).toContain("\u001B[32mANSWERED: NO_RECORD\u001B[39m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
    expect(painted.replaceAll(/\u001B\[\d+m/gu, "")).toBe(told());
    expect(told()).not.toContain("\u001B");
  });

  it("lets nothing from outside move the cursor", () => {
    const firearm = { ...request.firearm, make: "\u001B[31mGLOCK\r\nfake" } as never;
    const text = told({ request: { ...request, firearm } });
    for (const control of ["\u001B", "\r"]) expect(text).not.toContain(control);
    expect(text).not.toMatch(/^fake/mu);
  });
});
