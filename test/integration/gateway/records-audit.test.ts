import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AuditKeeper } from "../../../gateway/audit-keeper.ts";
import { checkStore, copyChanged } from "../../support/checked-store.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { traceRequest } from "../../support/messages.ts";
import { OperatorDoor } from "../../support/operator-door.ts";
import { makeParties, type Parties, type Party } from "../../support/parties.ts";

const SWAP_SQL = `UPDATE record_act SET id = 100 WHERE id = 4;
  UPDATE record_act SET id = 4 WHERE id = 6;
  UPDATE record_act SET id = 6 WHERE id = 100;`;

let dir: string;
let copies = 0;
let parties: Parties;
let bench: GatewayBench;
let door: OperatorDoor;
let ne: Party;
let officer: string;
let auditor: string;
let keeper: AuditKeeper;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-audit-"));
  parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  bench = await openGatewayBench(parties);
  door = new OperatorDoor(bench);
  await door.open();
  ne = parties.party("NE") as Party;
  officer = await door.person("farid", "RECORDS_OFFICER");
  auditor = await door.person("zola", "AUDITOR");
  keeper = new AuditKeeper(bench);
  for (let n = 0; n < 5; n += 1) await bench.send(traceRequest(ne, ["BR"]));
  for (const place of [0, 1, 2]) await door.ask(officer, `/records/${place}`);
  await keeper.seal();
  for (const place of [3, 4]) await door.ask(officer, `/records/${place}`);
  await keeper.seal();
  for (const place of [0, 1]) await door.ask(officer, `/records/${place}`);
});

afterAll(async () => {
  await door.close();
  await bench.close();
  await rm(dir, { recursive: true, force: true });
});

/** What the check finds in a copy of the store that was changed behind everybody's back. */
async function tampered(sql: string): Promise<readonly string[]> {
  copies += 1;
  const file = join(dir, `${copies}.sqlite`);
  await copyChanged(bench.file, file, sql);
  return (await checkStore(file)).problems;
}

describe("the audit trail of records", () => {
  test("is in the log a batch at a time, and nothing is logged for no act (TP-AUDIT-2)", async () => {
    const { size } = await bench.store.call("logHead", undefined);
    expect(size).toBe(7);
    expect(await tampered("")).toEqual([]);
  });

  test.each([
    [
      "an act of another person",
      "UPDATE record_act SET actor = 'nobody' WHERE id = 2",
      "acts 1 to 3",
    ],
    ["an act at another time", "UPDATE record_act SET at = at - 1 WHERE id = 4", "acts 4 to 5"],
    ["another reason", "UPDATE record_act SET reason = 'x' WHERE id = 1", "acts 1 to 3"],
    ["an act taken out", "DELETE FROM record_act WHERE id = 5", "acts 4 to 5"],
    ["acts exchanged", SWAP_SQL, "acts 4 to 5"],
    ["the newest act taken out", "DELETE FROM record_act WHERE id = 7", "1 of the newest acts"],
    ["an act not logged yet taken out", "DELETE FROM record_act WHERE id = 6", "1 of the newest"],
    ["a batch taken out", "DELETE FROM record_act_batch WHERE id = 1", "entry 5) is not kept"],
    [
      "a batch with the digest of a changed act",
      "UPDATE record_act_batch SET digest = zeroblob(32) WHERE id = 2",
      "batch 2 of the audit trail was never logged",
    ],
    [
      "a batch that was never logged",
      "INSERT INTO record_act_batch (id, first_act, last_act, digest, log_index) VALUES (3, 6, 7, zeroblob(32), 6)",
      "batch 3 of the audit trail was never logged",
    ],
    [
      "a batch that leaves acts out",
      "UPDATE record_act_batch SET first_act = 5 WHERE id = 2",
      "do not follow on those before them",
    ],
  ])("shows %s (TP-AUDIT-4)", async (_what, sql, found) => {
    expect((await tampered(sql)).join("\n")).toContain(found);
  });

  test("is shown to auditors alone, and reading it is an act (TP-AUDIT-3)", async () => {
    expect((await door.ask(officer, "/records/audit")).status).toBe(403);
    const first = await door.ask(auditor, "/records/audit?actor=farid&action=show&limit=3");
    const { acts, next } = first.body;
    expect(acts.map(({ subject }: { subject: string }) => subject)).toEqual([
      "record 1",
      "record 0",
      "record 4",
    ]);
    expect(acts[0].logIndex).toBeUndefined();
    expect(acts[2]).toMatchObject({ actor: "farid", action: "show", logIndex: 6 });
    const rest = await door.ask(
      auditor,
      `/records/audit?actor=farid&action=show&limit=9&after=${next}`,
    );
    expect(rest.body.acts).toHaveLength(4);
    const [look] = (await door.ask(auditor, "/records/audit?action=audit")).body.acts;
    expect(look).toMatchObject({ actor: "zola", detail: '{"action":"show","actor":"farid"}' });
  });
});

describe("an export of records", () => {
  async function exported(query: string, token = officer) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${door.url}/v1/records/export?${query}`, { headers });
    const size = Number(response.headers.get("tracepost-log-size"));
    return { status: response.status, size, text: await response.text() };
  }

  test("holds all that is found as of a size of the log, and goes on (TP-FIND-7)", async () => {
    const asked = "party=NE&reason=review&format=csv";
    const first = await exported(asked);
    const rows: string[][] = parse(first.text, { fromLine: 2 });
    expect(rows.map(([place]) => place)).toEqual(["4", "3", "2", "1", "0"]);
    await bench.send(traceRequest(ne, ["BR"]));
    expect(await exported(`${asked}&size=${first.size}`)).toEqual(first);
    const rest = await exported(`${asked}&size=${first.size}&before=2`);
    expect(first.text.endsWith(rest.text)).toBe(true);
    expect(parse(rest.text)).toEqual(rows.slice(3));
    const lines = (await exported("party=NE&reason=review&format=jsonl")).text.trim().split("\n");
    const listed = await door.ask(officer, "/records?party=NE");
    const shown = listed.body.records.map(({ header, ...record }: { header: object }) => {
      const { state: _state, ...facts } = header as { state?: string };
      return { ...record, header: facts };
    });
    expect(lines.map((line) => JSON.parse(line))).toEqual(shown);
  });

  test("asks for a reason, is for who may export, and is kept (TP-FIND-7)", async () => {
    expect((await exported("party=NE")).status).toBe(422);
    expect((await exported("reason=x&state=OPEN")).status).toBe(422);
    expect((await exported("reason=x", await door.operator())).status).toBe(403);
    await exported("kind=ALERT&reason=court%20order&format=jsonl");
    const [act] = (await door.ask(auditor, "/records/audit?action=export")).body.acts;
    const detail = expect.stringContaining('"kind":"ALERT"');
    expect(act).toMatchObject({ actor: "farid", reason: "court order", detail });
  });
});
