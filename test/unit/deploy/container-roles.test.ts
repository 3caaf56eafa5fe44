import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readStart } from "../../../services/witness/config.ts";
import { runProgram } from "../../support/run-program.ts";
import { REPOSITORY } from "../../support/source-files.ts";

const FOLDER = join(REPOSITORY, "deploy/container");

test("the first argument chooses the role, and what is none is told all of them (TP-CON-1)", async () => {
  const none = await runProgram("deploy/container/main.ts", ["notary"]);
  expect(none.code).toBe(2);
  const page = await readFile(join(REPOSITORY, "docs/spec/containers.md"), "utf8");
  const [, said = ""] = /Its first argument chooses: (.*?)\. Anything else/u.exec(page) ?? [];
  const roles = [...said.matchAll(/`([a-z-]+)`/gu)].map(([, role = ""]) => role);
  expect(roles).toContain("witness");
  for (const role of roles) expect(none.stderr).toContain(`\n  ${role} `);
  const witness = await runProgram("deploy/container/main.ts", ["witness"]);
  expect(witness.stderr).toContain("services/witness/main.ts --config FILE");
});

test("the witness of the compose file has a configuration that is read beside its files", async () => {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-witness-"));
  try {
    const file = join(dir, "witness.json");
    await copyFile(join(FOLDER, "witness.json"), file);
    const env = { TRACEPOST_HTTP_HOST: "0.0.0.0", TRACEPOST_HTTP_NAMES: "localhost,witness-at" };
    const config = await readStart(["--config", file], env);
    expect(config.rootPublicKeyFiles).toContain(join(dir, "root-3.pub"));
    expect(config.http).toMatchObject({ host: "0.0.0.0", names: ["localhost", "witness-at"] });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
