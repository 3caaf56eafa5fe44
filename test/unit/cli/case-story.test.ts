import { describe, expect, it } from "vitest";
import { answerFromRegister } from "#casework";
import { ReceiptType, RefusalGround, TraceReply } from "#proto";
import type { CaseFile } from "../../../cli/case-source.ts";
import { tellCase, timeline } from "../../../cli/case-story.ts";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

const request = completeTraceRequest();
const file: CaseFile = {
  caseId: "0199b1f0-7c1a-7000-8000-000000000001",
  role: "requesting",
  peer: "AT",
  state: "ANSWERED",
  outcome: "NO_RECORD",
  nationalCaseNumber: request.nationalCaseNumber,
  openedAt: "2026-03-01T12:00:00.000Z",
  updatedAt: "2026-03-01T12:00:02.000Z",
  request,
  reply: answerFromRegister(request, [], "2026-03-01", { registerNote: "Register of AT." }),
  refusalCode: null,
  events: [
    { nowMs: 1_000, event: "opened", state: "SUBMITTED", messageId: "m-1", detail: "" },
    { nowMs: 2_000, event: "request accepted", state: "SUBMITTED", messageId: "m-1", detail: "" },
    { nowMs: 4_000, event: "reply received", state: "ANSWERED", messageId: "m-9", detail: "X" },
  ],
  messages: [
    {
      messageId: "m-1",
      state: "delivered",
      attempts: 1,
      logIndex: 17,
      headerDigest: null,
      receipts: [
        {
          type: ReceiptType.ACCEPTED,
          recipient: "",
          code: null,
          sender: "GATEWAY",
          receiptId: "r-1",
          receivedAtMs: 2_000,
        },
        {
          type: ReceiptType.DELIVERED,
          recipient: "AT",
          code: null,
          sender: "AT",
          receiptId: "r-2",
          receivedAtMs: 3_000,
        },
      ],
    },
  ],
};

const told = (change: Partial<CaseFile> = {}): string =>
  tellCase({ ...file, ...change }, "KE").join("\n");

describe("telling a case", () => {
  it("says who asked whom about which firearm, and what was answered", () => {
    const text = told();
    expect(text).toContain("Kenya asked Austria where a firearm came from: ANSWERED, NO_RECORD");
    expect(text).toContain("national case number KE/2026/17");
    expect(text).toContain("GLOCK, model 17, calibre 9 mm Luger, type PISTOL_SELF_LOADING");
    expect(text).toContain("serial number MADE-123 (present), made in Austria");
    expect(text).toContain("seized in Kenya on 2026-02-27");
    expect(text).toContain("NO_RECORD: No record of a firearm");
    expect(text).toContain("LAST_LEGAL_HOLDER: No record of a firearm");
    expect(text).toContain("source: Register of AT. Consulted on 2026-03-01.");
  });

  it("tells what happened in order, each receipt once, with its log entry", () => {
    expect(timeline(file).map(({ text }) => text)).toEqual([
      "opened: SUBMITTED",
      "request accepted, receipt accepted of GATEWAY r-1, log entry 17: SUBMITTED",
      "receipt delivered of AT r-2",
      "reply received (X): ANSWERED",
    ]);
  });

  it("tells a refusal with its ground", () => {
    const value = { ground: RefusalGround.NATIONAL_SECURITY, explanation: "It may not be told." };
    const reply = TraceReply.create({ content: { $case: "refusal", value } });
    const text = told({ state: "REFUSED", outcome: "REFUSED", reply });
    expect(text).toContain("where a firearm came from: REFUSED\n");
    expect(text).toContain("refused, NATIONAL_SECURITY: It may not be told.");
  });

  it("says when there is no answer yet, and when there will be none", () => {
    const open = { state: "SUBMITTED", outcome: null, reply: undefined };
    expect(told(open)).toContain("The answer\n  none yet");
    const refused = told({ ...open, refusalCode: "NOT_BOUND_BY_INSTRUMENT" });
    expect(refused).toContain("none: the request was refused, NOT_BOUND_BY_INSTRUMENT");
  });

  it("lets nothing from outside move the cursor", () => {
    const firearm = { ...request.firearm, make: "\u001B[31mGLOCK\r\nfake" } as never;
    const text = told({ request: { ...request, firearm } });
    for (const control of ["\u001B", "\r"]) expect(text).not.toContain(control);
    expect(text).not.toMatch(/^fake/mu);
  });
});
