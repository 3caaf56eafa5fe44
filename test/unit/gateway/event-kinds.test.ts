import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { EVENT_REMEDIES } from "../../../gateway/api/event-remedies.ts";
import { EVENT_KINDS } from "../../../gateway/store/event-kinds.ts";

test("the kinds of operator events are those of the specification (TP-OPS-11)", async () => {
  const page = await readFile(new URL("../../../docs/spec/operations.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gmu)];
  const written = rows.map(([, kind, means]) => [kind, means]);
  expect(written).toEqual(Object.entries(EVENT_KINDS));
  const remedies = rows.map(([, kind, , , remedy]) => [kind, remedy]);
  expect(remedies).toEqual(Object.entries(EVENT_REMEDIES));
});
