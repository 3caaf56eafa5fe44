import { describe, expect, it } from "vitest";
import { createProgram } from "../../../cli/program.ts";
import { SILENT_TERMINAL } from "../../support/in-process.ts";

describe("the registers on the command line", () => {
  it("has a command with --json for everything there is to do (TP-FIRE-15)", () => {
    const program = createProgram(SILENT_TERMINAL, false);
    const register = program.commands.find((command) => command.name() === "register");
    const names = register?.commands.map((command) => command.name()) ?? [];
    const ofFirearms = ["cancel", "export", "find", "import", "list", "rejects", "show", "status"];
    const ofParticipants = [
      "diff",
      "draft",
      "exchange-key",
      "freshen",
      "publish",
      "root-key",
      "sign",
      "succession",
      "verify",
      "witness",
    ];
    expect(names.toSorted()).toEqual([...ofFirearms, ...ofParticipants].toSorted());
    for (const command of register?.commands ?? []) {
      const options = command.options.map(({ long }) => long);
      expect(options, command.name()).toContain("--json");
      expect(options.includes("--resume"), command.name()).toBe(command.name() === "import");
    }
  });
});
