import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { compileSchema } from "#runtime";

const Schema = Type.Object(
  {
    name: Type.String({ minLength: 2 }),
    port: Type.Integer({ minimum: 0, maximum: 65_535 }),
    level: Type.Enum(["info", "warn"]),
    nested: Type.Optional(Type.Object({ deep: Type.Boolean() }, { additionalProperties: false })),
  },
  { additionalProperties: false },
);

const good = { name: "gateway", port: 0, level: "info" };

describe("a schema", () => {
  test("gives a good value back as it is", () => {
    expect(compileSchema(Schema).check(good)).toEqual({ ok: true, value: good });
  });

  test("reports every problem at once, each with its field", () => {
    const bad = { name: "x", level: "loud", nested: { deep: "yes", more: 1 }, extra: true };
    const result = compileSchema(Schema).check(bad);
    const problems = result.ok ? [] : result.problems;
    expect(Object.fromEntries(problems.map(({ field, rule }) => [field, rule]))).toEqual({
      name: "must not have fewer than 2 characters",
      port: "is required",
      level: "must be one of: info, warn",
      "nested.deep": "must be boolean",
      "nested.more": "is not a known field",
      extra: "is not a known field",
    });
  });

  test("turns texts into numbers only where asked to", () => {
    const Query = Type.Object({ limit: Type.Integer() });
    expect(compileSchema(Query).check({ limit: "5" })).toMatchObject({ ok: false });
    expect(compileSchema(Query).check({ limit: "5" }, { convert: true })).toEqual({
      ok: true,
      value: { limit: 5 },
    });
  });
});
