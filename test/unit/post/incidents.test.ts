import { expect, test } from "vitest";
import { POST_LIMITS } from "#runtime";
import { recordIncident } from "../../../lib/post/incidents.ts";
import { POST_MIGRATION_SQL } from "../../../lib/post/schema.ts";
import { openMemoryTransaction } from "../../support/memory-transaction.ts";

const digestOf = (number: number): Uint8Array => Buffer.from(`digest ${number}`);

test("the same incident again raises its count and takes no further row", async () => {
  using tx = openMemoryTransaction(POST_MIGRATION_SQL);
  for (let time = 1; time <= 3; time += 1) {
    await recordIncident(tx, { kind: "JUNK", digest: digestOf(1), sizeBytes: 9 }, time * 10);
  }
  expect(await tx.all("SELECT kind, count, first_at, last_at FROM post_incident")).toEqual([
    { kind: "JUNK", count: 3, first_at: 10, last_at: 30 },
  ]);
});

test("a flood of junk keeps a bounded number of rows and counts them all", async () => {
  using tx = openMemoryTransaction(POST_MIGRATION_SQL);
  const flood = POST_LIMITS.incidentsMax + 25;
  for (let number = 1; number <= flood; number += 1) {
    await recordIncident(tx, { kind: "JUNK", digest: digestOf(number) }, number);
  }
  const [kept] = await tx.all(
    "SELECT count(*) AS rows, max(first_at) AS newest FROM post_incident",
  );
  expect(kept).toEqual({ rows: POST_LIMITS.incidentsMax, newest: flood });
  expect(await tx.all("SELECT kind, total FROM post_incident_total")).toEqual([
    { kind: "JUNK", total: flood },
  ]);
});

test("texts from outside are cut before they are kept", async () => {
  using tx = openMemoryTransaction(POST_MIGRATION_SQL);
  const subject = "tp.in.".padEnd(5_000, "x");
  await recordIncident(tx, { kind: "JUNK", digest: digestOf(1), subject }, 0);
  const [row] = await tx.all<{ subject: string }>("SELECT subject FROM post_incident");
  expect(row?.subject.length).toBeLessThanOrEqual(200);
});
