import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IndicatorLedger } from "#proto";
import { openUserDoors } from "../../../deploy/local/index.ts";
import { AskedExchange } from "../../support/asked-exchange.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { seizureCsv } from "../../support/made-seizures.ts";
import { readRows } from "../../support/stored-post.ts";
import { traceBody } from "../../support/trace-body.ts";

/** TP-LEDG-2 to TP-LEDG-9 on an exchange: from the reports of agencies to a body's monitor. */

const MONITOR = "ORG-ECOWAS";
const YEAR = new Date().getUTCFullYear();
const TODAY = new Date().toISOString().slice(0, 10);

let us: AskedExchange;
/** An officer, and two supervisors. */
const tokens = new Map<string, string>();

beforeAll(async () => {
  us = await AskedExchange.start({
    participants: ["KE", "AT", MONITOR],
    officers: ["KE", "AT"],
    changes: {
      [MONITOR]: {
        role: "regional-monitor",
        state: "",
        instruments: [],
        regionalBodies: [{ body: "ECOWAS", since: "2006-06-14" }],
      },
    },
  });
  const users = [
    { userId: "desk-1", name: "Desk 1", roles: ["FOCAL_POINT_OFFICER"] as const },
    { userId: "desk-2", name: "Desk 2", roles: ["FOCAL_POINT_OFFICER"] as const },
    { userId: "head-1", name: "Head 1", roles: ["FOCAL_POINT_SUPERVISOR"] as const },
  ];
  for (const user of users) {
    const doors = await openUserDoors(us.exchange, [{ ...user, roles: [...user.roles] }]);
    tokens.set(user.userId, doors().get("KE")?.token ?? "");
  }
}, 60_000);

afterAll(() => us?.stop());

/** What the monitor has taken, in its order. */
async function takenLedgers(): Promise<IndicatorLedger[]> {
  const file = join(us.exchange.paths.participant(MONITOR).dir, "regional-monitor.sqlite");
  const rows = await readRows(file, (all) =>
    all<{ content: Uint8Array }>("SELECT content FROM monitor_ledger ORDER BY id"),
  );
  return rows.map(({ content }) => IndicatorLedger.decode(content));
}

/** Runs a command at the focal point of KE. */
async function run(user: string, ...words: string[]) {
  const { url } = us.door("KE");
  const ended = await tracepost([...words, "--url", url, "--json"], {
    token: tokens.get(user) ?? "",
  });
  return { ...ended, json: JSON.parse(ended.out === "" ? ended.err : ended.out) };
}

async function importCsv(user: string, csv: string, ...more: string[]) {
  const file = join(us.exchange.dataDir, "..", "seizures.csv");
  await writeFile(file, csv);
  return await run(user, "seizure", "import", file, ...more);
}

const show = async (user = "desk-1") =>
  (await run(user, "ledger", "show", "--year", String(YEAR))).json;

describe("the reports of a State", () => {
  const arms = [
    { seizureNumber: "p-1", date: TODAY, make: "GLOCK", serial: "MADE-UP 4711" },
    { seizureNumber: "p-2", date: TODAY, recovery: "FOUND", quantity: 2 },
    {
      institution: "CUSTOMS",
      seizureNumber: "c-1",
      date: TODAY,
      make: "GLOCK",
      serial: "MADEUP-4711",
    },
  ];

  test("come in by CSV, whole or not at all, each error with its code and line (TP-LEDG-5)", async () => {
    const bad = seizureCsv(...arms, { seizureNumber: "p-3", place: "AT-9", quantity: "none" });
    const refused = await importCsv("desk-1", bad);
    expect(refused.code).toBe(2);
    expect(refused.json).toMatchObject({
      state: "REFUSED",
      problems: [{ line: 5, code: "BAD_QUANTITY", field: "quantity" }],
    });
    expect((await show()).denominator).toBe(0);
    expect((await importCsv("desk-1", seizureCsv(...arms))).json).toMatchObject({ added: 3 });
    expect((await importCsv("desk-1", seizureCsv(...arms))).json).toMatchObject({
      added: 0,
      unchanged: 3,
    });
    expect(await show()).toMatchObject({ denominator: 4, numerator: 0, doublesOpen: 1 });
  });

  test("of one arm by two agencies are joined by an officer (TP-LEDG-4)", async () => {
    const { json } = await run("desk-1", "seizure", "doubles");
    expect(json.doubles).toHaveLength(1);
    const id = String(json.doubles[0].doubleId);
    const decide = ["seizure", "decide", id, "--as", "SAME", "--reason", "Handed over"];
    expect((await run("desk-1", ...decide)).json).toMatchObject({ decidedBy: "desk-1" });
    expect(await show()).toMatchObject({ denominator: 3, doublesOpen: 0 });
  });

  test("are established by the reply of another State, by itself (TP-LEDG-6)", async () => {
    const body = { ...traceBody({ to: "AT", serial: "MADE-UP 4711" }), status: "ACTUAL" };
    const recovery = { ...body.request.recovery, country: "KE", place: "KE-30" };
    const request = { ...body.request, recovery };
    const token = tokens.get("desk-1") ?? "";
    const { body: opened } = await us.ask("KE", "/v1/traces", {
      body: { ...body, request },
      token,
    });
    const { seizures } = (await run("desk-1", "seizure", "list")).json;
    const report = seizures.find((one: { seizureNumber: string }) => one.seizureNumber === "p-1");
    const link = ["seizure", "trace", report.reportId, "--item", "1", "--case", opened.caseId];
    expect((await run("desk-1", ...link)).code).toBe(0);
    expect((await show()).numerator).toBe(0);
    await us.until("AT", `/v1/traces/${opened.caseId}`, ({ state }) => state === "DELIVERED");
    const answers = [{ question: "LAST_LEGAL_HOLDER", answer: "None", status: "NOT_KNOWN" }];
    const final = { outcome: "ILLICITLY_MANUFACTURED", remarks: "Made in a workshop", answers };
    const reply = await us.ask("AT", `/v1/traces/${opened.caseId}/reply`, { body: { final } });
    expect(reply.body).toMatchObject({ state: "ANSWERED" });
    await us.until("KE", `/v1/ledgers/${YEAR}`, ({ numerator }) => numerator === 1);
    expect((await show()).recovered.SEIZED).toEqual({ arms: 1, byTrace: 1, byAuthority: 0 });
  });
});

describe("a ledger", () => {
  const propose = ["ledger", "propose", "--year", String(YEAR), "--body", "ECOWAS"];

  test("leaves nobody's hands alone, and asks again where its figures changed (TP-LEDG-8)", async () => {
    const proposed = await run("desk-1", ...propose);
    expect(proposed.json).toMatchObject({ state: "PENDING", reasons: ["LEDGER"] });
    const { releaseId } = proposed.json;
    expect((await run("desk-2", ...propose)).json.error.code).toBe("RELEASE_PENDING");
    expect((await run("desk-1", "ledger", "approve", releaseId)).json.error.code).toBe(
      "SAME_PERSON",
    );
    expect((await run("desk-2", "ledger", "approve", releaseId)).json.error.code).toBe(
      "NOT_SECOND_PERSON",
    );
    const { json: waiting } = await run("head-1", "ledger", "list");
    expect(waiting).toMatchObject({ waiting: [{ releaseId, peer: MONITOR }], ledgers: [] });
    await importCsv("desk-2", seizureCsv({ seizureNumber: "p-9", date: TODAY }));
    expect((await run("head-1", "ledger", "approve", releaseId)).json.error.code).toBe(
      "RELEASE_STALE",
    );
    expect(await takenLedgers()).toEqual([]);
    const decline = [
      "ledger",
      "decline",
      releaseId,
      "--reason",
      "A report came in since it was proposed",
    ];
    expect((await run("head-1", ...decline)).code).toBe(0);
  });

  test("that two officers have signed off reaches the monitor of the body (TP-LEDG-9)", async () => {
    for (const vintage of [1, 2]) {
      const { releaseId } = (await run("desk-1", ...propose)).json;
      const approved = await run("head-1", "ledger", "approve", releaseId);
      expect(approved.json).toMatchObject({ state: `VINTAGE_${vintage}` });
      await us.until("KE", "/v1/ledgers", ({ ledgers }) => ledgers[0]?.fate === "delivered");
    }
    const exercise = [...propose, "--status", "EXERCISE"];
    const { releaseId } = (await run("desk-1", ...exercise)).json;
    await run("head-1", "ledger", "approve", releaseId);
    const { ledgers } = await us.until("KE", "/v1/ledgers", ({ ledgers: all }) => {
      return all.length === 3 && all[0].fate === "delivered";
    });
    expect(ledgers).toMatchObject([
      { vintage: 1, status: "EXERCISE" },
      { vintage: 2, status: "ACTUAL" },
      { vintage: 1, proposedBy: "desk-1", approvedBy: "head-1", arms: 4, established: 1 },
    ]);
    const taken = await takenLedgers();
    expect(taken).toHaveLength(3);
    expect(taken[0]).toMatchObject({
      state: "KE",
      year: YEAR,
      vintage: 1,
      asOf: TODAY,
      lines: expect.arrayContaining([expect.objectContaining({ establishedByTrace: 1n })]),
    });
    const refs = taken[0]?.signOffs.map(({ officerRef }) => officerRef) ?? [];
    expect(new Set(refs).size).toBe(2);
    // Who they are stays in the State; that they are the same two as before is seen.
    expect(taken[1]?.signOffs.map(({ officerRef }) => officerRef)).toEqual(refs);
    for (const ref of refs) expect(ref).toMatch(/^officer-[0-9a-f]{12}$/);
  });

  test("goes to a body that somebody stands for, and of a year that has begun", async () => {
    const problemOf = async (...words: string[]) =>
      (await run("desk-1", "ledger", "propose", ...words)).json.error.problems;
    expect(await problemOf("--year", String(YEAR), "--body", "EU")).toEqual([
      "body: has no regional monitor in the register",
    ]);
    expect(await problemOf("--year", String(YEAR + 1), "--body", "ECOWAS")).toEqual([
      "year: must not lie in the future",
    ]);
  });
});
