import { describe, expect, test } from "vitest";
import { fromTraceRequest, TraceRequestFacts, toTraceRequest } from "#casework";
import { TraceRequest } from "#proto";
import { compileSchema } from "#runtime";
import { requestLines } from "../../../cli/case-request.ts";
import { subjectLines } from "../../../cli/case-subject.ts";
import { loadContract } from "../../support/contract.ts";
import { filledTraceRequest } from "../../support/filled-trace-request.ts";
import { CREATED_AT_MS } from "../../support/trace-bodies.ts";

/** TP-REQ-1: no field of the contract is lost on the way of a request. */

const contract = await loadContract("camelCase");
const filled = filledTraceRequest();
const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value));

/** Paths of the fields of a message, those of the messages in it too. */
function fieldsOf(message: string, at = ""): string[] {
  return Object.values(contract.types.get(message)?.fields ?? {}).flatMap((field) => {
    const path = at === "" ? field.name : `${at}.${field.name}`;
    const inner = field.type.split(".").at(-1) ?? "";
    return contract.types.has(inner) ? fieldsOf(inner, path) : [path];
  });
}

/** What stands at a path; of lists the first item. */
function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((found, name) => {
    const one = Array.isArray(found) ? found[0] : found;
    return (one as Record<string, unknown> | undefined)?.[name];
  }, value);
}

describe("every field of a trace request (TP-REQ-1)", () => {
  test("is filled in the request that these tests are made with", () => {
    const paths = fieldsOf("TraceRequest");
    expect(paths.length).toBeGreaterThan(110);
    const empty = paths.filter((path) => {
      const value = valueAt(filled, path);
      const isEmpty = value === undefined || value === "" || value === 0 || value === false;
      return isEmpty || (Array.isArray(value) && value.length === 0);
    });
    // That it cannot be guaranteed is what is said here.
    expect(empty).toEqual(["confidentiality.canGuarantee"]);
  });

  test("is given out as JSON, taken in again by the schema of the API, and still the same", () => {
    const { requestingState, requestedState, ...facts } = throughJson(fromTraceRequest(filled));
    const checked = compileSchema(TraceRequestFacts).check(facts);
    expect(checked).toMatchObject({ ok: true });
    if (!checked.ok) return;
    const again = toTraceRequest(checked.value, {
      requestingState,
      requestedState,
      nowMs: CREATED_AT_MS,
    });
    expect(TraceRequest.encode(again).finish()).toEqual(TraceRequest.encode(filled).finish());
  });

  test("is told to a person", () => {
    const view = fromTraceRequest(filled);
    const screen = { width: 100, hasColours: false };
    const lines = [...subjectLines(view, screen), ...requestLines(view, screen)];
    const text = lines.map((line) => line.trim()).join(" ");
    const untold = textsOf(throughJson(view)).filter(([, value]) => !isTold(text, value));
    expect(untold.map(([path]) => path)).toEqual(KNOWN_ELSEWHERE);
  });
});

/** Told in the title and the clock of a case, or of use to programs alone. */
const KNOWN_ELSEWHERE = [
  "nationalCaseNumber",
  "createdAt",
  "attachments.0.attachmentId",
  "attachments.0.pieceSha256.0",
  "attachments.0.pieceSha256.1",
  "attachments.0.preview.mediaType",
  "attachments.0.preview.sha256",
  "respondBy",
  "custodyHistory.0.datePrecision",
];

function textsOf(value: unknown, at = ""): [path: string, value: string][] {
  if (typeof value === "string") return [[at, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    textsOf(each, at === "" ? name : `${at}.${name}`),
  );
}

/** As it is, or in words; a State by its name. */
function isTold(text: string, value: string): boolean {
  const spoken = value.toLowerCase().replaceAll("_", " ");
  const isState = /^[A-Z]{2}$/u.test(value);
  return isState || text.includes(value) || text.includes(spoken);
}
