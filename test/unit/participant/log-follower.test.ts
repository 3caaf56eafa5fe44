import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LogFollower } from "#participant";
import type { RegisterBundle } from "#proto";
import { createLogger } from "#runtime";
import { type RegisterView, takeRegister } from "#trust";
import { START_MS } from "../../support/register-authority.ts";
import { NEW_ORIGIN, OLD_ORIGIN, SucceededExchange } from "../../support/successions.ts";

const exchange = new SucceededExchange();
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-follower-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** One whose post has followed the first log alone. */
function follower(): LogFollower {
  const call = async (name: string) =>
    name === "postFollowedLog" ? { position: 0, origin: OLD_ORIGIN } : undefined;
  const logger = createLogger({ name: "test", level: "silent" });
  return new LogFollower({
    ...{ dataDir: dir, clock: { now: () => START_MS }, logger },
    store: { call: call as never },
  });
}

function view(bundle: RegisterBundle): RegisterView {
  const taking = takeRegister(exchange.client(), bundle, START_MS);
  if (taking.outcome === "taken") return taking.taken.view;
  if (taking.outcome === "refused") throw new TypeError(taking.refusal.detail);
  return exchange.client().taken?.view as RegisterView;
}

describe("a participant whose log is to be succeeded (TP-SUCC-6)", () => {
  const before = view(exchange.first);

  test("goes over where nothing speaks against it", async () => {
    expect(await follower().check(before, view(exchange.succeeded()))).toBeUndefined();
    await writeFile(join(dir, "log-cosigned.checkpoint"), exchange.checkpoint(7));
    expect(await follower().check(before, view(exchange.succeeded()))).toBeUndefined();
  });

  test("lets no register vouch for itself, unless versions were skipped", async () => {
    const witnesses = exchange.otherWitnesses();
    const checkpoint = exchange.checkpoint(12, 2, "root", "otherKey");
    const brought = (after: RegisterBundle, registerVersion: bigint) => {
      const logSuccessions = [exchange.statement({ checkpoint, registerVersion })];
      return view(exchange.next(after, { logOrigin: NEW_ORIGIN, logSuccessions, witnesses }));
    };
    const next = brought(exchange.first, 2n);
    expect((await follower().check(before, next))?.detail).toContain("UNCOSIGNED");
    const skipped = exchange.next(exchange.first, { witnesses });
    expect(await follower().check(before, brought(skipped, 3n))).toBeUndefined();
  });

  test("takes nothing while what it was shown cannot be read", async () => {
    const file = join(dir, "log-cosigned.checkpoint");
    await writeFile(file, "damaged");
    const next = view(exchange.succeeded());
    await expect(follower().check(before, next)).rejects.toThrow("cannot be read");
    await rm(file);
    await mkdir(file);
    await expect(follower().check(before, next)).rejects.toThrow("cannot be read");
  });
});
