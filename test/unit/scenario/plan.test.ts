import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { planScenario } from "../../../scenario/plan.ts";
import { type RecoveredRow, readRecoveredFile } from "../../../scenario/recovered-file.ts";
import { recoveredRow } from "../../support/recovered-rows.ts";

const plan = (...rows: RecoveredRow[]) => planScenario({ rows, digest: "d" });

describe("planning the scenario (TP-SCR-6)", () => {
  it("keeps every row in its order, sent ones with State, incomplete ones with fields", () => {
    const { items, requests } = plan(
      recoveredRow({ ref: "1" }),
      recoveredRow({ ref: "2", serialNumber: "" }),
      recoveredRow({ ref: "3", manufacturer: "RUGER" }),
    );
    expect(items).toEqual([
      { ref: "1", outcome: "sent", to: "AT" },
      { ref: "2", outcome: "incomplete", fields: [{ field: "serial_number", rule: "missing" }] },
      { ref: "3", outcome: "domestic" },
    ]);
    expect(requests.map((request) => request.row.ref)).toEqual(["1"]);
  });

  it("makes a request of each row, also where maker and serial number are the same", () => {
    const { requests } = plan(recoveredRow({ ref: "1" }), recoveredRow({ ref: "2" }));
    expect(requests).toHaveLength(2);
  });

  it("invites others until seven States take part, always the same", () => {
    expect(plan().participants).toEqual(["AT", "BE", "BR", "DE", "FR", "HR", "IT"]);
    const mixed = plan(recoveredRow({ recoveredIn: "KE" }));
    expect(mixed.participants).toEqual(["AT", "BE", "BR", "DE", "FR", "HR", "KE"]);
  });

  it("lets a State take part that has only incomplete rows", () => {
    const row = recoveredRow({ recoveredIn: "MX", serialNumber: "" });
    expect(plan(row).participants).toContain("MX");
  });

  it("takes 24 States and refuses 25, naming them", () => {
    const codes = [
      ...["AL", "AM", "AR", "AU", "AZ", "BA", "BD", "BF", "BG", "BJ", "BO", "BW"],
      ...["CA", "CD", "CI", "CL", "CM", "CN", "CO", "CR", "CU", "CY", "CZ", "DK"],
    ];
    const rows = codes.map((recoveredIn, index) =>
      recoveredRow({ ref: `${index}`, recoveredIn, serialNumber: "" }),
    );
    expect(plan(...rows).participants).toHaveLength(24);
    const refused = () => plan(...rows, recoveredRow({ ref: "x", recoveredIn: "FJ", calibre: "" }));
    expect(refused).toThrow("The input involves 25 States, at most 24 can play");
    expect(refused).toThrow(TracepostError);
    expect(refused).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe("the made-up set that comes with the project", () => {
  const file = new URL("../../../scenario/data/recovered-firearms.csv", import.meta.url).pathname;

  it("is as messy as the real one: every outcome and every rule occurs", async () => {
    const { items, participants } = planScenario(await readRecoveredFile(file));
    const outcomes = new Set(items.map((item) => item.outcome));
    expect(outcomes).toEqual(new Set(["sent", "domestic", "incomplete"]));
    const rules = new Set(
      items.flatMap((item) => (item.fields ?? []).map(({ field, rule }) => `${field} ${rule}`)),
    );
    expect(rules).toEqual(
      new Set([
        ...["serial_number missing", "serial_number tooShort", "serial_number unusable"],
        ...["manufacturer missing", "manufacturer unknownMake"],
        ...["calibre missing", "calibre unusable"],
      ]),
    );
    expect(participants.length).toBeGreaterThanOrEqual(7);
    expect(participants.length).toBeLessThanOrEqual(12);
  });
});
