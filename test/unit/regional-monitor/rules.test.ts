import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { compileSchema } from "#runtime";
import { DEFAULT_RULES, WATCH_RULES } from "../../../services/regional-monitor/watch/rules.ts";
import { watchFrom } from "../../../services/regional-monitor/watch/watch-settings.ts";

describe("rules of a configuration (TP-WATCH-4)", () => {
  const check = (rule: object) => compileSchema(WATCH_RULES).check([rule]);
  const old = { name: "old", rule: "BACKLOG", of: "ALL", olderThanDays: 30, count: 20 };

  it("are those of the program where none are named", () => {
    expect(compileSchema(WATCH_RULES).check(DEFAULT_RULES)).toMatchObject({ ok: true });
    expect(new Set(DEFAULT_RULES.map(({ name }) => name)).size).toBe(DEFAULT_RULES.length);
  });

  it("are refused below the count that could give somebody away", () => {
    expect(check(old)).toMatchObject({ ok: true });
    expect(check({ ...old, count: 4 })).toMatchObject({ ok: false });
    const jump = { name: "jump", rule: "REFUSALS", count: 5, deviations: 3 };
    expect(check(jump)).toMatchObject({ ok: true });
    expect(check({ ...jump, count: 4 })).toMatchObject({ ok: false });
  });

  it("are refused where they say what is not known", () => {
    expect(check({ ...old, of: "KE" })).toMatchObject({ ok: false });
    expect(check({ ...old, name: "Old requests" })).toMatchObject({ ok: false });
    expect(check({ ...old, percent: 101 })).toMatchObject({ ok: false });
    expect(check({ name: "x", rule: "DISCREPANCY", days: 3 })).toMatchObject({ ok: false });
  });

  it("are refused where two have one name, with the place in the file", () => {
    const [first] = DEFAULT_RULES;
    if (first === undefined) expect.unreachable();
    const twice = { rules: [first, { ...first, days: 3 }] as (typeof first)[] };
    let problems: readonly string[] = [];
    try {
      watchFrom("/etc/tracepost/monitor.json", twice);
    } catch (caught) {
      problems = TracepostError.from(caught).problems;
    }
    expect(problems).toEqual(["watch.rules.1.name: feed-silent names another rule too"]);
    expect(watchFrom("/etc/tracepost/monitor.json", { rules: [first] })).toEqual({
      rules: [first],
    });
  });
});
