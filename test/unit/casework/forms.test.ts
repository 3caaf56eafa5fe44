import { describe, expect, test } from "vitest";
import {
  checkTraceRequest,
  errorsOf,
  FORMS,
  filledForm,
  fromFinding,
  TraceRequestFacts,
  toTraceRequest,
} from "#casework";
import { Instrument } from "#proto";
import { compileSchema } from "#runtime";

/** TP-REQ-10 */

const facts = compileSchema(TraceRequestFacts);
const NOW_MS = Date.UTC(2026, 2, 1, 12);
type Body = { request?: Record<string, unknown>; instrumentBasis?: (keyof typeof Instrument)[] };

/** Errors of the request that a filled form makes. */
function errorsFor(body: Body): string[] {
  const checked = facts.check(body.request);
  if (!checked.ok) return checked.problems.map(({ field, rule }) => `${field} ${rule}`);
  const context = { requestingState: "KE", requestedState: "AT", nowMs: NOW_MS };
  const request = toTraceRequest(checked.value, context);
  const instrumentBasis = (body.instrumentBasis ?? []).map((name) => Instrument[name]);
  return errorsOf(checkTraceRequest(request, { instrumentBasis }))
    .map(fromFinding)
    .map(({ field, rule }) => `${field} ${rule}`);
}

describe.each(FORMS)("the form $name", (form) => {
  test("makes a request of its core alone that may be sent", () => {
    expect(errorsFor(filledForm(form, ({ core }) => core))).toEqual([]);
  });

  test("makes one with everything that may be skipped, too", () => {
    expect(errorsFor(filledForm(form, () => true))).toEqual([]);
  });

  test("has no core field that could be left out", () => {
    const inRequest = form.fields.filter(({ core, path }) => core && path.startsWith("request."));
    const spare = inRequest.filter((left) => {
      const body = filledForm(form, (field) => field.core && field !== left);
      return errorsFor(body).length === 0;
    });
    expect(spare.map(({ path }) => path)).toEqual([]);
  });

  test("asks codes before words, and for no attachment and no person", () => {
    const kinds = form.fields.map(({ kind }) => kind);
    const firstText = kinds.indexOf("text");
    expect(kinds.slice(firstText).filter((kind) => kind.startsWith("code"))).toEqual([]);
    expect(kinds.at(-1)).toBe("text");
    const paths = form.fields.map(({ path }) => path).join(" ");
    expect(paths).not.toMatch(/attachment|person/u);
    expect(form.fields.filter(({ core }) => core).length).toBeLessThan(30);
    expect(paths).toContain("request.recordHolder");
    expect(paths).toContain("request.links");
  });
});
