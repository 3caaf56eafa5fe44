import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkLayers } from "../../scripts/check-layers.js";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = ["lib", "proto", "gateway", "services", "cli", "scenario", "deploy", "bin"];
const run = promisify(execFile);

/** File → what it wrongly imports, and the rule that must say so. */
const BREACHES: readonly (readonly [file: string, source: string, rule: string])[] = [
  ["lib/errors/upward.ts", 'import "#runtime";', "layer-of-lib-errors"],
  ["lib/runtime/upward.ts", 'import "#wire";', "layer-of-lib-runtime"],
  ["lib/reference/sideways.ts", 'import "#proto";', "layer-of-lib-reference"],
  ["lib/wire/upward.ts", 'import "#trust";', "layer-of-lib-wire"],
  ["lib/trust/upward.ts", 'import "#message-log";', "layer-of-lib-trust"],
  ["lib/message-log/upward.ts", 'import "#post";', "layer-of-lib-message-log"],
  ["lib/records/upward.ts", 'import "#post";', "layer-of-lib-records"],
  ["lib/post/sideways.ts", 'import "#casework";', "layer-of-lib-post"],
  ["lib/casework/types.ts", 'export type { Outbox } from "#post";', "layer-of-lib-casework"],
  ["lib/http/upward.ts", 'import "../../gateway/gateway.ts";', "layer-of-lib-http"],
  ["lib/http/participants.ts", 'import "#participant";', "layer-of-lib-http"],
  ["gateway/sideways.ts", 'import "../scenario/main.ts";', "layer-of-gateway"],
  ["cli/sideways.ts", 'import "../services/focal-point/main.ts";', "layer-of-cli"],
  ["lib/participant/upward.ts", 'import "../../cli/main.ts";', "layer-of-lib-participant"],
  ["services/planted/other.ts", 'import "../focal-point/main.ts";', "services-apart"],
  ["gateway/store-here.ts", 'import "#store";', "store-and-bus-at-the-root-only"],
  ["services/focal-point/bus-here.ts", 'import "#bus";', "store-and-bus-at-the-root-only"],
  ["lib/store/too-much.ts", 'import "#trust";', "store-and-bus-know-interfaces-only"],
  ["lib/post/nats-here.ts", 'import "nats";', "nats-behind-the-bus"],
  ["gateway/jetstream-here.ts", 'import "@nats-io/jetstream";', "nats-behind-the-bus"],
  ["gateway/sqlite-here.ts", 'import "node:sqlite";', "sqlite-behind-the-store"],
  ["lib/post/age-here.ts", 'import "age-encryption";', "age-behind-trust"],
  ["gateway/asn1-here.ts", 'import "@peculiar/asn1-tsp";', "asn1-behind-timestamps"],
  ["gateway/fastify-here.ts", 'import "fastify";', "fastify-behind-http"],
  ["gateway/deep.ts", 'import "../lib/runtime/clock.ts";', "doors-only"],
  ["test/integration/deep.ts", 'import "../../lib/runtime/clock.ts";', "doors-only"],
  ["test/unit/post/deep.ts", 'import "../../../lib/wire/lanes.ts";', "doors-only-from-tests"],
  ["lib/post/deep.ts", 'import "../runtime/clock.ts";', "doors-only-within-lib"],
  [
    "lib/wire/generated.ts",
    'import "../../proto/gen/tracepost/v1/log.ts";',
    "generated-behind-its-door",
  ],
  ["cli/provision.ts", 'import "../deploy/local/fetch-nats.ts";', "deploy-behind-its-door"],
  ["cli/contained.ts", 'import "../deploy/container/health.ts";', "container-on-top"],
  ["lib/wire/tested.ts", 'import "../../test/support/planted.ts";', "nothing-imports-tests"],
  ["test/second-verifier/related.ts", 'import "#wire";', "second-verifier-apart"],
  ["test/second-verifier/helped.ts", 'import "protobufjs";', "second-verifier-apart"],
  ["lib/wire/scripted.ts", 'import "../../scripts/planted.js";', "no-scripts-in-the-product"],
  ["lib/wire/circle-back.ts", 'import "./circle.ts";', "no-cycles"],
  ["lib/wire/development.ts", 'import "fast-check";', "no-development-packages"],
  ["lib/wire/astray.ts", 'import "#nowhere";', "nothing-unresolved"],
];

/** What some of the breaches need to lead somewhere. */
const COMPANIONS: readonly (readonly [file: string, source: string])[] = [
  ["test/support/planted.ts", "export const planted = 1;"],
  ["scripts/planted.js", "export const planted = 1;"],
  ["lib/wire/circle.ts", 'import "./circle-back.ts";'],
];

describe("the layers gate", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tracepost-layers-"));
    for (const source of SOURCES)
      await cp(join(ROOT, source), join(folder, source), { recursive: true });
    for (const file of ["package.json", "tsconfig.json"])
      await cp(join(ROOT, file), join(folder, file));
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    for (const [file, source] of [...BREACHES, ...COMPANIONS]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), `${source}\n`);
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("finds no breach in this checkout, and has looked at all of it", async () => {
    const { modules, breaches } = await checkLayers(ROOT);
    expect(breaches).toEqual([]);
    expect(modules).toBeGreaterThan(300);
  });

  it("finds every planted breach under the rule that forbids it", async () => {
    const { breaches } = await checkLayers(folder);
    const found = new Set(breaches.map(({ rule, from }) => `${rule}: ${from}`));
    const missed = BREACHES.map(([file, , rule]) => `${rule}: ${file}`).filter(
      (breach) => !found.has(breach),
    );
    expect(missed).toEqual([]);
  });

  it("fails as a command when there is a breach", async () => {
    const attempt = run("node", [join(ROOT, "scripts/check-layers.js"), folder]);
    await expect(attempt).rejects.toMatchObject({ code: 1 });
  });

  it("fails as a command when it has looked at nothing", async () => {
    const empty = await mkdtemp(join(tmpdir(), "tracepost-layers-"));
    await cp(join(ROOT, "tsconfig.json"), join(empty, "tsconfig.json"));
    const attempt = run("node", [join(ROOT, "scripts/check-layers.js"), empty]);
    await expect(attempt).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the gate is not looking"),
    });
    await rm(empty, { recursive: true });
  });
});
