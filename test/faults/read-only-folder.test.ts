import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExchangePaths, initExchange } from "../../deploy/local/index.ts";
import { specsOf } from "../support/nats-carrier.ts";
import { REPOSITORY } from "../support/source-files.ts";

// A data folder that cannot be written: a service does not start, and says what to do (TP-OPS-19).

let dataDir: string;
let paths: ExchangePaths;

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-read-only-")), "data");
  await initExchange({ dataDir, participants: specsOf(["BR", "NE"]) });
  paths = new ExchangePaths(dataDir);
});
afterAll(async () => {
  for (const dir of [paths.gateway.dir, paths.participant("BR").dir]) await chmod(dir, 0o700);
  await rm(join(dataDir, ".."), { recursive: true });
});

/** Root writes wherever it likes, unless it lays that right down. */
const WITHOUT_OVERRIDE =
  process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];

/** Starts a service that is to end by itself; what it says, and its exit code. */
function startService(program: string, config: string): Promise<{ code: unknown; said: string }> {
  const node = [process.execPath, "--disable-warning=ExperimentalWarning"];
  const [command = "", ...args] = [
    ...WITHOUT_OVERRIDE,
    ...node,
    join(REPOSITORY, program),
    "--config",
    config,
  ];
  return new Promise((resolve) => {
    execFile(command, args, (fault, _out, said) => resolve({ code: fault?.code ?? 0, said }));
  });
}

describe.skipIf(process.platform !== "linux")("a service whose folder is read-only", () => {
  for (const [name, program, of] of [
    ["the gateway", "gateway/main.ts", () => paths.gateway],
    ["a focal point", "services/focal-point/main.ts", () => paths.participant("BR")],
  ] as const) {
    test(`${name} does not start, names the file and what to do, and leaves the folder`, async () => {
      const { dir, config } = of();
      const before = await readdir(dir);
      await chmod(dir, 0o500);
      const { code, said } = await startService(program, config);
      expect(code).toBe(3);
      expect(said).toContain(`cannot open the store ${dir}`);
      expect(said).toContain("Check that the data folder exists and is writable for this user.");
      expect(await readdir(dir)).toEqual(before);
    });
  }
});
