import { Type } from "typebox";
import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { parseConfig } from "#runtime";

const SCHEMA = Type.Object(
  {
    port: Type.Integer({ minimum: 0, maximum: 65_535 }),
    logLevel: Type.Union([Type.Literal("info"), Type.Literal("debug")]),
    http: Type.Object({ host: Type.String() }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

const faultOf = (text: string): TracepostError => {
  try {
    parseConfig(SCHEMA, text, "config.json");
  } catch (caught) {
    return TracepostError.from(caught);
  }
  throw new Error("nothing was refused");
};

describe("a configuration", () => {
  it("is taken when it is right", () => {
    const config = { port: 0, logLevel: "info", http: { host: "127.0.0.1" } };
    expect(parseConfig(SCHEMA, JSON.stringify(config), "config.json")).toEqual(config);
  });

  it("is refused with all its problems together, unknown keys included", () => {
    const text = '{"port": 70000, "logLevel": "loud", "http": {"hots": "x"}, "debug": true}';
    const { code, problems, remedy } = faultOf(text);
    expect(code).toBe("CONFIG_INVALID");
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^port: /),
        "logLevel: must be one of: info, debug",
        "http.host: is required",
        "http.hots: is not a known field",
        "debug: is not a known field",
      ]),
    );
    expect(problems).toHaveLength(5);
    expect(remedy).not.toBe("");
  });

  it("that is no JSON says where", () => {
    const { code, problems } = faultOf("{ port: 1 }");
    expect(code).toBe("CONFIG_INVALID");
    expect(problems[0]).toMatch(/position|line/);
  });
});
