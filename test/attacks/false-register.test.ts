import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { ExchangePaths, initExchange } from "../../deploy/local/index.ts";
import { attack } from "../support/attack.ts";
import { specsOf } from "../support/nats-carrier.ts";
import { runProgram } from "../support/run-program.ts";

// A register is signed by the root keys, which are not on the hub (TP-TRUST-4).

describe("an operator that gives out a false register", () => {
  for (const [what, falsified] of [
    ["of its own making", async (other: ExchangePaths) => readFile(other.exchange.register)],
    [
      "with one bit changed",
      async (_other: ExchangePaths, own: ExchangePaths) => {
        const bytes = await readFile(own.exchange.register);
        return bytes.with(200, (bytes[200] ?? 0) ^ 1);
      },
    ],
  ] as const) {
    const note = { attacker: "a hostile operator", attack: `gives BR a register ${what}` };
    attack(
      { ...note, outcome: "refused", answer: "the root keys: BR does not start" },
      async () => {
        const dir = await mkdtemp(join(tmpdir(), "tracepost-register-"));
        try {
          const [own, other] = [
            new ExchangePaths(join(dir, "a")),
            new ExchangePaths(join(dir, "b")),
          ];
          for (const { dataDir } of [own, other]) {
            await initExchange({ dataDir, participants: specsOf(["BR", "NE"]) });
          }
          const { config, register } = own.participant("BR");
          await writeFile(register, await falsified(other, own));
          const end = await runProgram("services/focal-point/main.ts", ["--config", config]);
          expect(end.code).toBe(6);
          expect(end.stderr).toMatch(/register/);
        } finally {
          await rm(dir, { recursive: true });
        }
      },
    );
  }
});
