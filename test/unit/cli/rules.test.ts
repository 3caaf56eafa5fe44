import { describe, expect, it } from "vitest";
import { RULES } from "../../../cli/rules/index.ts";
import { loadVectors } from "../../../cli/rules/vectors.ts";
import { tracepost } from "../../support/run-command.ts";

const vectors = await loadVectors();

describe("the rules that can be tried from outside", () => {
  it("each have valid and invalid vectors", () => {
    for (const name of RULES.keys()) {
      const own = vectors.filter(({ rule }) => rule === name);
      expect(own.filter(({ output }) => output !== undefined).length, name).toBeGreaterThan(2);
      expect(own.filter(({ output }) => output === undefined).length, name).toBeGreaterThan(0);
    }
    expect(vectors.filter(({ rule }) => !RULES.has(rule))).toEqual([]);
  });

  it.each(vectors)("$rule: $name", ({ rule, input, output }) => {
    const answer = RULES.get(rule)?.run(input);
    if (output === undefined) {
      expect(answer).toMatchObject({ ok: false, problem: { code: "INPUT_INVALID" } });
    } else {
      expect(answer).toEqual({ ok: true, value: output });
    }
  });
});

describe("tracepost rule", () => {
  it("answers on standard output and ends with 0", async () => {
    const end = await tracepost(["rule", "serial-keys"], Buffer.from('{"raw":"ab-12"}'));
    expect(end.code).toBe(0);
    expect(JSON.parse(end.out)).toMatchObject({ normalized: "AB12" });
  });

  it("ends with 2 and problem details on standard output for an input it does not take", async () => {
    const end = await tracepost(["rule", "move"], Buffer.from('{"state":"DELIVERED"}'));
    expect(end.code).toBe(2);
    expect(JSON.parse(end.out)).toMatchObject({
      type: "urn:tracepost:problem:INPUT_INVALID",
      code: "INPUT_INVALID",
      problems: [
        { field: "message", rule: "is required" },
        { field: "by", rule: "is required" },
      ],
    });
  });

  it("says that an input is not JSON", async () => {
    const end = await tracepost(["rule", "clock"], Buffer.from("yesterday"));
    expect(end.code).toBe(2);
    expect(JSON.parse(end.out)).toMatchObject({ code: "INPUT_INVALID" });
  });

  it("lists every rule with what it takes", async () => {
    const end = await tracepost(["rule", "list", "--json"]);
    const { rules } = JSON.parse(end.out);
    expect(rules.map(({ name }: { name: string }) => name)).toEqual([...RULES.keys()]);
  });
});

describe("tracepost conformance run", () => {
  it("passes our own rules on the vectors of one rule", async () => {
    const command = `${process.execPath} bin/tracepost.js rule {rule}`;
    const end = await tracepost(["conformance", "run", "--command", command, "--rule", "handling"]);
    expect(end.out).toMatch(/^8 of 8 vectors passed$/mu);
    expect(end.code).toBe(0);
  });

  it("names each vector another implementation decides otherwise", async () => {
    const command = `${process.execPath} -e 'console.log(JSON.stringify({allowed:true}))'`;
    const args = ["conformance", "run", "--command", command, "--rule", "handling", "--json"];
    const end = await tracepost(args);
    expect(end.code).toBe(6);
    const { failed, trials } = JSON.parse(end.out);
    expect(failed).toBe(4);
    expect(trials.find(({ name }: { name: string }) => name === "a lower TLP")).toMatchObject({
      passed: false,
      expected: { allowed: false, code: "HANDLING_VIOLATION", field: "reply.tlp" },
      given: { allowed: true },
    });
  });
});
