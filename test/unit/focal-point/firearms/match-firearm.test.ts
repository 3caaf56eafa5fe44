import { describe, expect, test } from "vitest";
import { Firearm, SerialStatus } from "#proto";
import {
  firearmCandidates,
  matchFirearm,
} from "../../../../services/focal-point/firearms/firearm-lookups.ts";
import { noteGlyphs, putFirearm } from "../../../../services/focal-point/firearms/put-firearm.ts";
import { keyFirearms, openRegister } from "../../../support/register.ts";

describe("a firearm that is traced (TP-FIRE-4)", () => {
  test("is found as a candidate is: what is the same answers, what is alike waits for an officer", async () => {
    using tx = openRegister();
    for (const [id, make, serialRaw] of [
      ["1", "SMITH & WESSON", "MU-O12"],
      ["2", "S&W", "mu 012"],
      ["3", "GLOCK", "MU012"],
      ["4", "SMITH & WESSON", "MU013"],
    ] as const) {
      const firearm = { id, make, serialRaw, serialNormalized: serialRaw, madeUp: true };
      await putFirearm(tx, { ...firearm, status: "held", sourceNote: "" });
      await noteGlyphs(tx, [firearm]);
    }
    await keyFirearms(tx);
    const match = async (make: string, serialRaw: string) =>
      (await matchFirearm(tx, Firearm.create({ make, serialRaw })))?.map(({ id }) => id);
    expect(await match("Smith & Wesson", "MU012")).toEqual(["2"]);
    expect(await match("Smith & Wesson", "MUO12")).toEqual(["1"]);
    expect(await match("Smith & Wesson", "MU0I2")).toEqual([]);
    expect(await match("", "MU012")).toEqual([]);
    for (const tooLittle of ["", "--", "M?"])
      expect(await match("Glock", tooLittle)).toBeUndefined();
    const wanted = { make: "Smith & Wesson", serial: "MU012" };
    const found = await firearmCandidates(tx, { wanted, depth: "NEAR", limit: 10 });
    const told = found.ok ? found.candidates : [];
    expect(told.map(({ firearm, relation }) => `${firearm.id} ${relation}`).slice(0, 2)).toEqual([
      "2 SAME_CHARACTERS",
      "1 LOOK_ALIKE",
    ]);
    expect(told.map(({ score }) => score)).toEqual(
      told.map(({ score }) => score).toSorted((one, other) => other - one),
    );
  });
});

describe("a partial serial number", () => {
  test("matches by its known characters, each question mark one unknown, the likeliest first", async () => {
    using tx = openRegister();
    for (const [id, serialRaw] of [
      ["1", "ABC123"],
      ["2", "ABX123"],
      ["3", "AB123"],
      ["4", "AB[123"],
    ] as const) {
      const serialNormalized = serialRaw;
      const firearm = { id, make: "GLOCK", serialRaw, serialNormalized, madeUp: true };
      await putFirearm(tx, { ...firearm, status: "held", sourceNote: "" });
      await noteGlyphs(tx, [firearm]);
    }
    await keyFirearms(tx);
    const match = async (serialRaw: string) => {
      const serialStatus = SerialStatus.PARTIAL;
      const firearm = Firearm.create({ make: "Glock", serialRaw, serialStatus });
      return (await matchFirearm(tx, firearm))?.map(({ id }) => id);
    };
    expect(await match("AB?123")).toEqual(["1", "2", "4"]);
    expect(await match("?BC12?")).toEqual(["1"]);
    expect(await match("AB[?23")).toEqual(["4"]);
    expect(await match("AB*123")).toEqual(["3", "1", "2", "4"]);
  });
});
