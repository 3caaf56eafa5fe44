import { describe, expect, test } from "vitest";
import { LOOK_ALIKE_VERSION, normalizeSerial, type RegisterEvent } from "#casework";
import type { Transaction } from "#runtime";
import { EVENTS_SQL } from "../../../../services/focal-point/firearms/firearm-events.ts";
import {
  firearmCandidates,
  LOOKUP_SQL,
  loadFirearm,
} from "../../../../services/focal-point/firearms/firearm-lookups.ts";
import {
  FIREARM_MIGRATION_SQL,
  IMPORT_ACTOR_MIGRATION_SQL,
  KEY_MIGRATION_SQL,
  REGISTER_MIGRATION_SQL,
} from "../../../../services/focal-point/firearms/firearm-tables.ts";
import {
  FIREARM_SQL,
  noteGlyphs,
  putFirearm,
} from "../../../../services/focal-point/firearms/put-firearm.ts";
import { REKEY_SQL, rekeyFirearms } from "../../../../services/focal-point/firearms/rekey.ts";
import { UNORDERED_SQL } from "../../../../services/focal-point/firearms/serial-keys.ts";
import { UPLOAD_MIGRATION_SQL } from "../../../../services/focal-point/register/upload-tables.ts";
import { openMemoryTransaction } from "../../../support/memory-transaction.ts";
import { keyFirearms, openRegister } from "../../../support/register.ts";

async function put(tx: Transaction, id: string, serialRaw: string, more: object = {}) {
  const serialNormalized = normalizeSerial(serialRaw);
  const base = { id, make: "GLOCK", serialRaw, serialNormalized, madeUp: true, sourceNote: "" };
  await noteGlyphs(tx, [base]);
  const kept = await putFirearm(tx, { ...base, status: "held", ...more });
  await keyFirearms(tx);
  return kept;
}

async function find(tx: Transaction, serial: string, more: object = {}): Promise<string[]> {
  const wanted = { serial, ...more };
  const found = await firearmCandidates(tx, { wanted, depth: "NEAR", limit: 10 });
  return found.ok ? found.candidates.map(({ firearm }) => firearm.id) : [found.rule];
}

describe("looking up a firearm (TP-FIRE-7)", () => {
  test("goes by an index, whatever is asked: no plan goes through a table", async () => {
    using tx = openRegister();
    const questions = { ...LOOKUP_SQL, FIREARM_SQL, EVENTS_SQL, REKEY_SQL, UNORDERED_SQL };
    for (const [name, sql] of Object.entries(questions)) {
      const params = [...sql.matchAll(/\?/g)].map(() => (sql.includes("json_each") ? "[]" : "1"));
      const plan = await tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...params);
      const steps = plan.map(({ detail }) => detail);
      // What is asked for is gone through, and nothing that is kept.
      const scans = steps.filter((step) => /^SCAN (?!asked )/.test(step));
      expect(scans, name).toEqual([]);
      expect(steps.join(), name).toMatch(/SEARCH (f|firearm|firearm_event) USING/);
    }
  });

  test("finds by every confusion, over the alphabet of the register", async () => {
    using tx = openRegister();
    await put(tx, "1", "AB-12345");
    await put(tx, "2", "XY99887");
    await put(tx, "3", "ЖД 4711");
    for (const read of ["ab12345", "A812345", "BA12345", "AB1234", "AB123459", "AB12X45"]) {
      expect(await find(tx, read), read).toEqual(["1"]);
    }
    expect(await find(tx, "AB*45")).toEqual(["1"]);
    expect(await find(tx, "*2345")).toEqual(["1"]);
    expect(await find(tx, "?B123?5")).toEqual(["1"]);
    expect(await find(tx, "ЖД471")).toEqual(["3"]);
    expect(await find(tx, "CB99999")).toEqual([]);
  });

  test("says what is needed where no index serves the question", async () => {
    using tx = openRegister();
    expect(await find(tx, "A?")).toEqual(["needs at least 3 known characters"]);
    expect(await find(tx, "*234*")).toEqual([
      "needs 2 known characters together at its beginning or its end",
    ]);
    expect(await find(tx, "-.-")).toEqual(["has no character to find by"]);
  });

  test("takes no character of what was read for a pattern of the database", async () => {
    using tx = openRegister();
    await put(tx, "1", "AB[1]23");
    await put(tx, "2", "AB123");
    expect(await find(tx, "AB[1]?3")).toEqual(["1"]);
    expect(await find(tx, "AB[1]23")).toEqual(["1"]);
  });
});

describe("records of events (TP-FIRE-6)", () => {
  const events: readonly RegisterEvent[] = [
    { kind: "SOLD", date: "2001-05", toParty: "Made-up Dealer", toState: "AT" },
    { kind: "MANUFACTURED", date: "2001", toParty: "Works" },
    { kind: "EXPORTED", date: "2003-02-01", fromParty: "Made-up Dealer", toState: "NE" },
  ];

  test("are kept in the order of time, and say where the firearm is", async () => {
    using tx = openRegister();
    await put(tx, "1", "AB12345", { status: undefined, events });
    const record = await loadFirearm(tx, { id: "1" });
    expect(record).toMatchObject({
      status: "exported",
      exportedTo: "NE",
      holder: "Made-up Dealer",
      eventDate: "2003-02-01",
    });
    expect(record?.events?.map(({ kind }) => kind)).toEqual(["MANUFACTURED", "SOLD", "EXPORTED"]);
  });

  test("that come later are added, and the same again change nothing (TP-FIRE-9)", async () => {
    using tx = openRegister();
    const first = { status: undefined, events };
    expect(await put(tx, "1", "AB12345", first)).toEqual({ change: "inserted", events: 3 });
    expect(await put(tx, "1", "AB12345", first)).toEqual({ change: "unchanged", events: 0 });
    const stolen = { kind: "STOLEN", date: "2010", eventId: "77", holderKind: "DEALER" };
    const later = { status: undefined, events: [stolen] };
    expect(await put(tx, "1", "AB12345", later)).toEqual({ change: "updated", events: 1 });
    expect(await loadFirearm(tx, { id: "1" })).toMatchObject({ status: "stolen" });
    const corrected = { status: undefined, events: [{ ...stolen, date: "2011" }] };
    expect(await put(tx, "1", "AB12345", corrected)).toEqual({ change: "updated", events: 1 });
    const record = await loadFirearm(tx, { id: "1" });
    expect(record?.eventDate).toBe("2011");
    expect(record?.events).toHaveLength(4);
  });
});

describe("a register from before there were keys (TP-FIRE-8)", () => {
  test("has them made, portion by portion, and keeps what is marked", async () => {
    const rows = ["AB 123", "AB-O45", "zz 9"].map((raw, index) => {
      const values = [`${index + 1}`, "GLOCK", "GLOCK", raw, normalizeSerial(raw), "held"];
      return `(${values.map((value) => `'${value}'`).join(", ")}, 1, '')`;
    });
    const old = `INSERT INTO firearm (id, make, make_key, serial_raw, serial_key, status, made_up,
      source_note) VALUES ${rows.join(", ")};`;
    using tx = openMemoryTransaction(
      ...[FIREARM_MIGRATION_SQL, IMPORT_ACTOR_MIGRATION_SQL, old],
      ...[REGISTER_MIGRATION_SQL, UPLOAD_MIGRATION_SQL, KEY_MIGRATION_SQL],
    );
    expect(await rekeyFirearms(tx, { limit: 2 })).toBe(false);
    expect(await rekeyFirearms(tx, { limit: 2 })).toBe(true);
    expect(await rekeyFirearms(tx, { limit: 2 })).toBe(true);
    await keyFirearms(tx);
    expect(await find(tx, "AB045")).toEqual(["2"]);
    expect(await loadFirearm(tx, { id: "2" })).toMatchObject({ serialRaw: "AB-O45" });
    const keyed = await tx.get("SELECT version, through FROM firearm_keyed");
    expect(keyed).toEqual({ version: LOOK_ALIKE_VERSION, through: 0 });
  });
});
