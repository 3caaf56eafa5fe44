import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parseScenarioOptions, SCENARIO_HELP } from "../../../scenario/options.ts";

describe("the arguments of npm start", () => {
  it("may all be left out", () => {
    expect(parseScenarioOptions([], "/from")).toEqual({
      once: false,
      inputFile: undefined,
      reportFile: undefined,
      dataDir: undefined,
    });
  });

  it("name files relative to where it was started", () => {
    const args = ["--once", "--input", "a.csv", "--report=r.json", "--data", "d"];
    expect(parseScenarioOptions(args, "/from")).toEqual({
      once: true,
      inputFile: resolve("/from/a.csv"),
      reportFile: resolve("/from/r.json"),
      dataDir: resolve("/from/d"),
    });
  });

  it("ask for help", () => {
    expect(parseScenarioOptions(["--help"], "/from")).toBeUndefined();
    expect(parseScenarioOptions(["--once", "-h"], "/from")).toBeUndefined();
  });

  it.each([
    [["--onse"], "Unknown option '--onse'"],
    [["--input"], "Option '--input <value>' argument missing"],
    [["file.csv"], "Unexpected argument 'file.csv'"],
    [["--once=yes"], "Option '--once' does not take an argument"],
  ])("are refused with the help when they are %j", (args, message) => {
    const refused = () => parseScenarioOptions(args, "/from");
    expect(refused).toThrow(message);
    expect(refused).toThrow(
      expect.objectContaining({ exitCode: 2, remedy: expect.stringContaining(SCENARIO_HELP) }),
    );
  });
});
