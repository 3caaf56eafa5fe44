import { describe, expect, it } from "vitest";
import { inventRegisters } from "../../../scenario/made-up-register.ts";
import { planScenario } from "../../../scenario/plan.ts";
import { readRecoveredFile } from "../../../scenario/recovered-file.ts";
import { plannedRequest } from "../../support/recovered-rows.ts";

const manyRequests = Array.from({ length: 400 }, (_, index) =>
  plannedRequest({ ref: `T-${index}`, serialNumber: `MADE-${index + 1000}` }),
);

/** Without the record that stands in every register. */
const recordsOf = (requests: typeof manyRequests, state = "AT") =>
  (inventRegisters(requests).get(state) ?? []).slice(1);

describe("made-up registers", () => {
  it("say of every record that it is invented", () => {
    for (const record of recordsOf(manyRequests)) {
      expect(record.madeUp).toBe(true);
      expect(record.sourceNote).toContain("invented");
      expect(record.holder).toContain("made up");
    }
  });

  it("hold a made-up record also where nothing else is on record", () => {
    const nothing = manyRequests.filter((request) => recordsOf([request]).length === 0);
    const registers = inventRegisters(nothing);
    expect(registers.get("AT")).toEqual([expect.objectContaining({ madeUp: true })]);
  });

  it("follow from maker and normalized serial number, not from the order or the spelling", () => {
    const forward = recordsOf(manyRequests);
    const backward = recordsOf(manyRequests.toReversed());
    const byId = new Map(backward.map((record) => [record.id, record]));
    expect(backward).toHaveLength(forward.length);
    for (const record of forward) expect(byId.get(record.id)).toEqual(record);
    const ids = (serialNumber: string) =>
      recordsOf([plannedRequest({ serialNumber })]).map((record) => record.id);
    expect(ids("made1005")).toEqual(ids("MADE-10 05"));
  });

  it("hold a firearm once, however many rows ask about it", () => {
    const request = plannedRequest({ serialNumber: "MADE-1000" });
    const once = recordsOf([request]);
    expect(recordsOf([request, { ...request, row: { ...request.row, ref: "T-2" } }])).toEqual(once);
  });

  it("lead to every kind of answer", () => {
    const kinds = manyRequests.map((request) => {
      const [record, twin] = recordsOf([request]);
      if (record === undefined) return "none";
      if (twin !== undefined) return "twice";
      return record.restriction === undefined ? record.status : "restricted";
    });
    expect(new Set(kinds)).toEqual(
      new Set(["held", "exported", "none", "twice", "stolen", "restricted"]),
    );
  });

  it("export to another State than the one that is asked", () => {
    const exported = recordsOf(manyRequests).filter((record) => record.status === "exported");
    expect(exported.length).toBeGreaterThan(0);
    for (const record of exported) expect(record.exportedTo).not.toBe("AT");
    const american = manyRequests.map((request) => ({ ...request, to: "US" }));
    for (const record of recordsOf(american, "US")) {
      expect(record.exportedTo).not.toBe("US");
    }
  });

  it("make every answer occur in the set that comes with the project", async () => {
    const file = new URL("../../../scenario/data/recovered-firearms.csv", import.meta.url).pathname;
    const { requests } = planScenario(await readRecoveredFile(file));
    const kinds = requests.map((request) => {
      const [record, twin] = recordsOf([request], request.to);
      if (record === undefined) return "none";
      return twin === undefined ? (record.restriction ?? record.status) : "twice";
    });
    expect(kinds).toEqual(
      expect.arrayContaining(["held", "exported", "none", "twice", "stolen", "NATIONAL_SECURITY"]),
    );
  });
});
