import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { COMPOSE_AGENCY, COMPOSE_STATES, ComposeExchange } from "../support/compose-exchange.ts";
import { LoadedExchange } from "../support/loaded-exchange.ts";
import { tracepost } from "../support/run-command.ts";

const { compose, missing } = inject("containers");
const FOCAL_POINTS = COMPOSE_STATES.map((id) => `focal-point-${id.toLowerCase()}`);
const ROLES = ["steward", "gateway", ...FOCAL_POINTS];
/** A whole exchange of six containers is started, struck and drained on two cores. */
const WHOLE_MS = 300_000;

/** Prints the paths of all files below /data that the role may read. */
const LIST_FILES = `
  const fs = require("node:fs");
  const { join } = require("node:path");
  const files = [];
  const walk = (dir) => {
    let entries = [];
    try { entries = fs.readdirSync(dir, { withFileTypes: true }); } catch {}
    for (const entry of entries) {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) walk(path);
      else files.push(path);
    }
  };
  walk("/data");
  console.log(JSON.stringify(files.sort()));
`;

describe.skipIf(missing !== "" || compose === undefined)("the compose file", () => {
  let exchange: ComposeExchange;
  let loaded: LoadedExchange;

  beforeAll(async () => {
    exchange = await ComposeExchange.create();
    await exchange.init();
    loaded = await LoadedExchange.open({
      requestsMax: 3_000,
      dataDir: exchange.dataDir,
      runElsewhere: () => exchange.start(),
    });
  }, WHOLE_MS);
  afterAll(async () => {
    await loaded?.close();
    await exchange?.remove();
  }, WHOLE_MS);

  it("shows each role its own files only, and no one the root key (TP-CON-8)", async () => {
    const gateway = await exchange.look("gateway", LIST_FILES);
    expect(gateway).toEqual(
      expect.arrayContaining([
        "/data/exchange/register.bin",
        "/data/exchange/root/root-1.pub",
        "/data/exchange/root/root-2.pub",
        "/data/exchange/root/root-3.pub",
        "/data/gateway/config.json",
        "/data/gateway/keys/receipt.key",
        "/data/nats/creds/GATEWAY.gateway.creds",
      ]),
    );
    const steward = (await exchange.look("steward", LIST_FILES)) as string[];
    expect(steward.filter((file) => !file.startsWith("/data/nats/creds/"))).toEqual([
      "/data/exchange/participants.yaml",
      "/data/nats/storage.json",
      "/data/steward/streams-seen.json",
      "/data/tracepost.json",
    ]);
    const austria = (await exchange.look("focal-point-at", LIST_FILES)) as string[];
    expect(austria).toEqual(expect.arrayContaining(["/data/keys/seal.age", "/data/nats.creds"]));
    // Nothing of another role, of another State, or of the operator.
    expect(austria.filter((file) => /\/(gateway|nats|exchange|participants|run)\//.test(file))) //
      .toEqual([]);
    const all = [gateway, steward, austria].flat() as string[];
    expect(all.filter((file) => /root\.key|freshness\.key|\.nk$|operator\.jwt/.test(file))).toEqual(
      [],
    );
  });

  it("lets a focal point reach the nats-server and nobody else (TP-CON-9)", async () => {
    const targets: [name: string, host: string, port: number][] = [];
    for (const [name, port] of [
      ["nats", 4222],
      ["gateway", 8080],
      ["steward", 8080],
      ["focal-point-be", 8080],
      [COMPOSE_AGENCY, 8080],
    ] as const) {
      const { addresses = {} } = (await exchange.state(name)) ?? {};
      for (const host of [name, ...Object.values(addresses)]) targets.push([name, host, port]);
    }
    const reached = await exchange.look(
      "focal-point-at",
      `
      const net = require("node:net");
      const reach = ([name, host, port]) => new Promise((done) => {
        const socket = net.connect({ host, port });
        socket.setTimeout(2000, () => { socket.destroy(); done([]); });
        socket.on("connect", () => { socket.destroy(); done([name]); });
        socket.on("error", () => done([]));
      });
      Promise.all(${JSON.stringify(targets)}.map(reach)).then((found) => {
        console.log(JSON.stringify([...new Set(found.flat())]));
        process.exit();
      });
    `,
    );
    expect(targets.length).toBeGreaterThan(8);
    expect(reached).toEqual(["nats"]);
    // Its own network with the server is one of two, and the server is in no other's.
    const { addresses = {} } = (await exchange.state("focal-point-at")) ?? {};
    expect(Object.keys(addresses).sort()).toEqual(["door-at", "nats-at"]);
  });

  it("publishes doors that answer to names of loopback, and to no other (TP-CON-5)", async () => {
    const { url } = exchange.gateway;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url.replace("127.0.0.1", "localhost")}/readyz`)).status).toBe(200);
    const { status } = (await exchange.look(
      "gateway",
      `
      const { get } = require("node:http");
      const headers = { host: "exchange.example" };
      get({ port: 8080, path: "/readyz", headers }, (response) => {
        console.log(JSON.stringify({ status: response.statusCode }));
        process.exit();
      });
    `,
    )) as { status: number };
    expect(status).toBe(421);
  });

  it("carries requests and replies between focal points, in a log that verifies", async () => {
    loaded.startLoad();
    await loaded.untilSubmitted(6);
    await loaded.stopLoad();
    await loaded.drained();
    expect((await loaded.progress()).answered).toBeGreaterThanOrEqual(6);
    // The folder is one of every exchange: from outside, and in a container, while all run.
    const outside = await tracepost(["log", "verify", "--data", exchange.dataDir, "--json"]);
    expect(outside).toMatchObject({ code: 0, err: "" });
    const inside = await exchange.compose(
      ...["run", "--rm", "cli", "tracepost", "log", "verify", "--data", "/data", "--json"],
    );
    const { size } = JSON.parse(outside.out);
    expect(JSON.parse(inside)).toMatchObject({ verified: true });
    expect(size).toBeGreaterThanOrEqual(12);
  });

  it(
    "loses nothing and doubles nothing when containers are killed under load (TP-CON-7)",
    async () => {
      loaded.startLoad();
      for (const name of ["gateway", "AT", "nats", "BE", "gateway"]) {
        await loaded.untilSubmitted(10);
        await exchange.process(name).kill();
        await exchange.process(name).start();
      }
      await loaded.untilSubmitted(10);
      await loaded.stopLoad();
      await loaded.drained();
      // `docker stop` of everything: the drain ends each role with code 0.
      const after = await loaded.aftermath();
      expect(after.problems).toEqual([]);
      expect(after).toMatchObject({ lost: 0, duplicated: 0, receipted: after.messages });
      const ends = await Promise.all(
        [...ROLES, "nats"].map(async (service) => {
          const state = await exchange.state(service);
          return [service, state?.running, state?.exitCode];
        }),
      );
      expect(ends).toEqual([...ROLES, "nats"].map((service) => [service, false, 0]));
      const { code, out } = await tracepost(["log", "verify", "--data", exchange.dataDir]);
      expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/^Verified/) });
    },
    WHOLE_MS,
  );
});
