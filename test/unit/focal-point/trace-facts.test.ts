import { expect, test } from "vitest";
import {
  fromTraceReply,
  fromTraceRequest,
  jsonPath,
  TraceRequestFacts,
  toTraceRequest,
} from "#casework";
import { FindingLevel, TraceOutcome, TraceReply, TraceRequest } from "#proto";
import { compileSchema } from "#runtime";
import { toTraceReply } from "../../../services/focal-point/api/reply-facts.ts";
import { NewReply } from "../../../services/focal-point/api/reply-schema.ts";
import { CREATED_AT_MS, completeTraceRequest } from "../../support/trace-bodies.ts";

/** What JSON keeps of a value: no undefined fields. */
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const CONTEXT = { requestingState: "KE", requestedState: "AT", nowMs: CREATED_AT_MS };

test("a request given out as JSON can be taken in again and is the same request", () => {
  const request = completeTraceRequest();
  request.findings = [{ field: "firearm.model", rule: "unknown", level: FindingLevel.WARNING }];
  request.suppliedFields = ["quantity"];
  const { requestingState, requestedState, ...facts } = throughJson(
    fromTraceRequest(request),
  ) as Record<string, unknown>;
  expect([requestingState, requestedState]).toEqual(["KE", "AT"]);
  const checked = compileSchema(TraceRequestFacts).check(facts);
  expect(checked).toMatchObject({ ok: true });
  if (!checked.ok) return;
  const again = toTraceRequest(checked.value, CONTEXT);
  expect(TraceRequest.encode(again).finish()).toEqual(TraceRequest.encode(request).finish());
});

test("a request without facts becomes an empty one, for the rules to complain about", () => {
  const request = toTraceRequest({}, CONTEXT);
  expect(request).toMatchObject({ requestingState: "KE", requestedState: "AT", quantity: 0 });
  expect(request.firearm).toBeUndefined();
});

test("a reply taken in as JSON is given out the same", () => {
  const facts = {
    languageTag: "en",
    sourceNote: "register",
    final: {
      outcome: "EXPORTED_ONWARD",
      custodyEvents: [{ kind: "EXPORTED", date: "2001-05", fromState: "AT", toState: "US" }],
      nextState: "US",
      remarks: "Please ask there.",
      answers: [{ question: "EXPORT_DETAILS", answer: "Exported in 2001." }],
    },
  };
  const checked = compileSchema(NewReply).check(facts);
  const reply = checked.ok ? toTraceReply(checked.value) : undefined;
  expect(reply?.content).toMatchObject({ value: { outcome: TraceOutcome.EXPORTED_ONWARD } });
  const travelled = TraceReply.decode(TraceReply.encode(reply ?? TraceReply.create()).finish());
  expect(throughJson(fromTraceReply(travelled))).toEqual(facts);
});

test("a reply makes exactly one move", () => {
  const acknowledgement = { nationalReference: "AT-1" };
  const refusal = { ground: "NATIONAL_SECURITY" } as const;
  expect(toTraceReply({})).toBeUndefined();
  expect(toTraceReply({ acknowledgement, refusal })).toBeUndefined();
  expect(toTraceReply({ refusal })?.content?.$case).toBe("refusal");
});

test("fields are named as the JSON names them", () => {
  expect(jsonPath("firearm.serial_raw")).toBe("firearm.serialRaw");
  expect(jsonPath("prior_checks.national_registry")).toBe("priorChecks.nationalRegistry");
});
