import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getContainerRuntimeClient } from "testcontainers";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { ExchangePaths, initExchange } from "../../deploy/local/index.ts";
import { containerUser, giveToContainer } from "../support/compose.ts";
import { type ContainerEnd, runContainer, startContainer } from "../support/container-run.ts";
import { specsOf } from "../support/nats-carrier.ts";
import { REPOSITORY } from "../support/source-files.ts";

const { missing, product } = inject("containers");
const NODE = "/opt/tracepost/runtime/node";

/** Runs the image as a role. */
function role(...command: string[]): Promise<ContainerEnd> {
  return runContainer({ image: product, command });
}

/** Runs a piece of JavaScript on the image's own Node, and returns the JSON it prints. */
async function look(script: string): Promise<unknown> {
  const end = await runContainer({ image: product, entrypoint: [NODE, "-e"], command: [script] });
  expect(end).toMatchObject({ code: 0, err: "" });
  return JSON.parse(end.out);
}

describe.skipIf(missing !== "")("the image", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "tracepost-image-"));
    await giveToContainer(dir);
  });
  afterEach(() => rm(dir, { recursive: true }));

  it("is any role by its first argument, and lists them when it is no role (TP-CON-1)", async () => {
    const { version } = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8"));
    expect(await role("tracepost", "--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
    for (const command of [[], ["frobnicate"], ["constructor"]]) {
      const { code, err, out } = await role(...command);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(/^(No role is named\.|No such role: frobnicate|No such role: constr)/);
      for (const name of ["gateway", "focal-point", "tracepost", "health"]) {
        expect(err).toContain(`\n  ${name} `);
      }
    }
    expect(await role("gateway")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--config FILE/),
    });
  });

  it("runs as a user of its own that can do and write nothing (TP-CON-2)", async () => {
    const found = await look(`
      const fs = require("node:fs");
      const tried = ["/", "/data", "/etc", "/opt/tracepost", "/opt/tracepost/lib", "/usr/lib"];
      const writable = tried.filter((dir) => {
        try { fs.writeFileSync(dir + "/planted", ""); return true; } catch { return false; }
      });
      fs.writeFileSync("/tmp/planted", "");
      const status = fs.readFileSync("/proc/self/status", "utf8");
      const capabilities = /^CapEff:\\s*(\\w+)/m.exec(status)[1];
      console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), writable, capabilities }));
    `);
    const [uid, gid] = containerUser();
    expect(found).toEqual({ uid, gid, writable: [], capabilities: "0".repeat(16) });
    const { dockerode } = (await getContainerRuntimeClient()).container;
    const { Config } = await dockerode.getImage(product).inspect();
    expect(Config.User).toBe("65532:65532");
  });

  it("holds no shell, no file with special rights, and nothing that does not run (TP-CON-3)", async () => {
    const found = (await look(`
      const fs = require("node:fs");
      const { join } = require("node:path");
      const found = { special: [], programs: [], suspicious: [] };
      const walk = (dir) => {
        for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
          const path = join(dir, entry.name);
          if (path === "/proc" || path === "/sys" || path === "/dev") continue;
          if (entry.isDirectory()) { walk(path); continue; }
          if (!entry.isFile()) continue;
          const { mode } = fs.statSync(path);
          if ((mode & 0o6000) !== 0) found.special.push(path);
          // The engine itself makes /.dockerenv.
          const isLibrary = /\\.so(\\.|$)/.test(path) || path === "/.dockerenv";
          if ((mode & 0o111) !== 0 && !isLibrary) found.programs.push(path);
          const isOurs = !path.includes("/node_modules/");
          if (isOurs && /\\.test\\.ts$/.test(path)) found.suspicious.push(path);
          if (/\\.(key|creds|nk|age|token|sqlite)$/.test(path)) found.suspicious.push(path);
        }
      };
      walk("/");
      const packages = fs.readdirSync("/opt/tracepost/node_modules");
      const product = fs.readdirSync("/opt/tracepost").sort();
      console.log(JSON.stringify({ ...found, packages, product, node: process.version }));
    `)) as Record<string, string[]>;
    expect(found).toMatchObject({ special: [], programs: [NODE], suspicious: [] });
    expect(found.product).toEqual(
      ["LICENSE", "bin", "cli", "deploy", "gateway", "lib", "node_modules", "package.json"].concat([
        "proto",
        "runtime",
        "services",
      ]),
    );
    expect(found.packages).toEqual(expect.arrayContaining(["fastify", "nats", "age-encryption"]));
    for (const name of ["vitest", "typescript", "testcontainers", "@biomejs", ".bin"]) {
      expect(found.packages).not.toContain(name);
    }
    // The Node of the lock file, whatever the base is.
    expect(found.node).toBe(process.version);
  });

  it("says what is wrong with a configuration, and how to mend it", async () => {
    const config = join(dir, "config.json");
    await writeFile(config, JSON.stringify({ natsUrl: "http://nats", http: { port: 1 } }));
    await giveToContainer(config);
    const binds = [`${dir}:/data:ro`];
    const run = (name: string, env = {}): Promise<ContainerEnd> =>
      runContainer({
        image: product,
        command: [name, "--config", "/data/config.json"],
        binds,
        env,
      });
    const gateway = await run("gateway");
    expect(gateway).toMatchObject({ code: 2, out: "" });
    expect(gateway.err).toMatch(/^gateway: \/data\/config\.json/);
    expect(gateway.err).toMatch(/natsUrl/);
    // What the environment sets is named with its variable.
    const focalPoint = await run("focal-point", { TRACEPOST_HTTP_PORT: "http" });
    expect(focalPoint).toMatchObject({ code: 2, out: "" });
    expect(focalPoint.err).toMatch(/http\.port \(set by TRACEPOST_HTTP_PORT\)/);
    await rm(config);
    expect(await run("gateway")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/config\.json cannot be read/),
    });
  });

  it("ends at once when it is stopped while it starts (TP-CON-7)", async () => {
    const dataDir = join(dir, "exchange");
    await initExchange({ dataDir, participants: specsOf(["AT", "BE"]) });
    const { dir: own } = new ExchangePaths(dataDir).participant("AT");
    await giveAllToContainer(own);
    // There is no nats-server: it waits for one.
    const starting = await startContainer({
      image: product,
      command: ["focal-point", "--config", "/data/config.json"],
      binds: [`${own}:/data`],
    });
    let end: ContainerEnd | undefined;
    void starting.ended.then((it) => {
      end = it;
    });
    // The first process of a container hears a signal only once it listens to it.
    await expect
      .poll(() => starting.signal("SIGTERM").then(() => end?.code), { timeout: 30_000 })
      .toBe(0);
  });

  it("is not healthy while no role answers (TP-CON-4)", async () => {
    expect(await role("health")).toMatchObject({
      code: 5,
      err: expect.stringMatching(/127\.0\.0\.1:8080.*REFUSED/),
    });
    const asked = { image: product, command: ["health"], env: { TRACEPOST_HTTP_PORT: "0" } };
    expect(await runContainer(asked)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/TRACEPOST_HTTP_PORT/),
    });
  });
});

async function giveAllToContainer(folder: string): Promise<void> {
  await giveToContainer(folder);
  const entries = await readdir(folder, { recursive: true });
  await Promise.all(entries.map((entry) => giveToContainer(join(folder, entry))));
}
