import { describe, expect, test } from "vitest";
import { Firearm, SerialStatus } from "#proto";
import { matchFirearm } from "../../../../services/focal-point/firearms/firearm-lookups.ts";
import { noteGlyphs, putFirearm } from "../../../../services/focal-point/firearms/put-firearm.ts";
import { keyFirearms, openRegister } from "../../../support/register.ts";

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
    const match = async (serialRaw: string): Promise<string[]> => {
      const serialStatus = SerialStatus.PARTIAL;
      const firearm = Firearm.create({ make: "Glock", serialRaw, serialStatus });
      return (await matchFirearm(tx, firearm)).map((record) => record.id);
    };
    expect(await match("AB?123")).toEqual(["1", "2", "4"]);
    expect(await match("?BC12?")).toEqual(["1"]);
    expect(await match("AB[?23")).toEqual(["4"]);
    expect(await match("AB*123")).toEqual(["3", "1", "2", "4"]);
  });
});
