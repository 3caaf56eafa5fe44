import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { planScenario } from "../../../scenario/plan.ts";
import { bindScenarioFolder, readScenarioRecord } from "../../../scenario/scenario-folder.ts";

const plan = planScenario({ rows: [], digest: "a".repeat(64) });
const other = planScenario({ rows: [], digest: "b".repeat(64) });
const NOW_MS = Date.UTC(2026, 2, 1, 12);

describe("the data folder of a scenario", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "tracepost-folder-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("has no record before the first run", async () => {
    expect(await readScenarioRecord(dir)).toBeUndefined();
  });

  it("keeps the first run's time when it is resumed", async () => {
    const first = await bindScenarioFolder(dir, plan, plan.participants, NOW_MS);
    const again = await bindScenarioFolder(dir, plan, plan.participants, NOW_MS + 5_000);
    expect(again).toEqual(first);
    expect(first.startedAtMs).toBe(NOW_MS);
  });

  it("refuses another input and says what to do", async () => {
    await bindScenarioFolder(dir, plan, plan.participants, NOW_MS);
    const refused = bindScenarioFolder(dir, other, other.participants, NOW_MS);
    await expect(refused).rejects.toMatchObject({
      code: "DATA_FOLDER",
      message: `${dir} was made from another input`,
      remedy: expect.stringContaining("--data"),
    });
  });

  it("takes an exchange that has all participants, and refuses one that lacks some", async () => {
    const refused = bindScenarioFolder(dir, plan, ["AT", "BE"], NOW_MS);
    await expect(refused).rejects.toThrow("is an exchange without BR, DE, FR, HR, IT");
    await bindScenarioFolder(dir, plan, [...plan.participants, "ZA"], NOW_MS);
    expect(await readScenarioRecord(dir)).toBeDefined();
  });

  it.each(["{", "{}", '{"product":"other"}', ""])("refuses a damaged record %j", async (text) => {
    await writeFile(join(dir, "scenario.json"), text);
    await expect(readScenarioRecord(dir)).rejects.toMatchObject({ code: "DATA_FOLDER" });
    expect(await readFile(join(dir, "scenario.json"), "utf8")).toBe(text);
  });
});
