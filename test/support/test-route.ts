import { Type } from "typebox";
import type { Permission } from "#users";

/** Contract of a route that only a test has: described just enough to be let in (TP-API-13). */
export function testRoute<S extends object>(
  operationId: string,
  permission: Permission,
  schema: S,
) {
  return {
    schema: {
      ...schema,
      operationId,
      summary: "A route of a test",
      tags: ["service"],
      response: { 200: Type.Object({}) },
    },
    config: {
      permission,
      examples: { any: { summary: "Any", status: 200, answer: {} } },
    },
  } as const;
}

/** Head of the description of a door that only a test has. */
export const TEST_TITLE = { title: "A door of a test", description: "Nothing of the product." };
