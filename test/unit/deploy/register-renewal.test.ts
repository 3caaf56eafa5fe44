import { copyFile, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openOrThrow, parseRegisterBundle } from "#trust";
import { sha256 } from "#wire";
import { writePrivateFile } from "../../../deploy/local/folder/private-files.ts";
import {
  ExchangePaths,
  initExchange,
  openExchangeFolder,
  rootKeysOf,
} from "../../../deploy/local/index.ts";
import { renewBeforeStart } from "../../../deploy/local/register/renew-before-start.ts";
import { freshenHere, signNextHere } from "../../../deploy/local/register/sign-here.ts";
import { specsOf } from "../../support/nats-carrier.ts";

const DAY_MS = 86_400_000;
/** When the register of a new exchange is to be renewed, is in grace, and has closed. */
const [DUE, GRACE, CLOSED] = [6, 20, 50].map((days) => Date.now() + days * DAY_MS) as [
  number,
  number,
  number,
];

let dir = "";
let paths: ExchangePaths;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-renewal-"));
  paths = new ExchangePaths(join(dir, "exchange"));
  await initExchange({ dataDir: paths.dataDir, participants: specsOf(["NE", "BR"]) });
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function registerIn(file: string) {
  return openOrThrow(await readFile(file), file, await rootKeysOf(paths));
}

async function versions(): Promise<string> {
  const { bundle, register } = paths.exchange;
  const files = [bundle, register, ...["NE", "BR"].map((id) => paths.participant(id).register)];
  const all = await Promise.all(files.map(async (file) => (await registerIn(file)).view.version));
  return all.join(" ");
}

const renew = async (nowMs: number, mayRenew = true) => {
  const { participants } = await openExchangeFolder(paths.dataDir);
  return (await renewBeforeStart({ paths, participants, mayRenew, nowMs })).join("\n");
};

describe("a folder whose register ends (TP-REG-15)", () => {
  it("begins with a bundle that nobody has to sign before it is due", async () => {
    const first = await registerIn(paths.exchange.register);
    expect(first.state?.taken?.freshAtMs).toBeLessThanOrEqual(Date.now());
    expect(first.view.expiresAtMs - Date.now()).toBeLessThanOrEqual(7 * DAY_MS);
    expect(await renew(Date.now())).toBe("");
    expect(await versions()).toBe("1 1 1 1");
  });

  it("is told the countdown where its root keys may not sign, or lie elsewhere", async () => {
    expect(await renew(DUE, false)).toMatch(/to be renewed: .* Ask the root holders/u);
    expect(await renew(GRACE, false)).toMatch(/has expired: .*REGISTER_EXPIRED/u);
    expect(await renew(CLOSED, false)).toMatch(/has closed .* ago/u);
    const [first = "", second = ""] = paths.exchange.rootKeys;
    await rename(first, `${first}.away`);
    await rename(second, `${second}.away`);
    expect(await renew(DUE)).toContain("Ask the root holders");
    await rename(`${first}.away`, first);
    await rename(`${second}.away`, second);
    expect(await versions()).toBe("1 1 1 1");
  });

  it("is given the next version, which says the same and is laid where all begin", async () => {
    const before = await registerIn(paths.exchange.register);
    expect(await renew(GRACE)).toContain(
      "version 2, with the same content, was signed with 2 root",
    );
    expect(await versions()).toBe("2 2 2 2");
    const after = await registerIn(paths.exchange.register);
    expect(after.view.participants).toEqual(before.view.participants);
    expect(after.view.expiresAtMs).toBe(GRACE + 7 * DAY_MS);
    expect(await renew(GRACE + 1)).toBe("");
  });

  it("is given the same bytes again when that was interrupted, never another version 3", async () => {
    const { bundle, register } = paths.exchange;
    await copyFile(register, `${register}.before`);
    await renew(CLOSED);
    const third = await readFile(bundle);
    await rename(`${register}.before`, register);
    expect(await versions()).toBe("3 2 3 3");
    expect(await renew(CLOSED + DAY_MS)).toContain("version 3, signed before, is in force");
    expect(await readFile(register)).toEqual(third);
    expect(await versions()).toBe("3 3 3 3");
  });

  it("signs after a version that nobody began with before it ended, never another one", async () => {
    const { bundle, register } = paths.exchange;
    await copyFile(register, `${register}.before`);
    await renew(CLOSED + 7 * DAY_MS);
    const fourth = (await registerIn(bundle)).digest;
    await rename(`${register}.before`, register);
    expect(await versions()).toBe("4 3 4 4");
    expect(await renew(CLOSED + 20 * DAY_MS)).toContain("version 5, with the same content");
    expect(await versions()).toBe("5 5 5 5");
    const chain = parseRegisterBundle(await readFile(register));
    const told = (chain.ok ? chain.value.manifests : []).map(({ manifest }) => sha256(manifest));
    expect(told.at(-2)).toEqual(fourth);
  });

  it("signs nothing after a version older than the one that NATS follows", async () => {
    const inForce = await registerIn(paths.exchange.register);
    await writePrivateFile(paths.run.reconciled, "5\n");
    expect(await signNextHere(paths, inForce, CLOSED + 27 * DAY_MS)).toBeDefined();
    await writePrivateFile(paths.run.reconciled, "6\n");
    expect(await signNextHere(paths, inForce, CLOSED + 27 * DAY_MS)).toBeUndefined();
    await rm(paths.run.reconciled);
  });

  it("is said to be the newest when half a day has passed, with the key that it names", async () => {
    const inForce = await registerIn(paths.exchange.register);
    const issuedAtMs = inForce.state?.taken?.manifest.issuedAtMs ?? 0;
    expect(await freshenHere(paths, inForce, issuedAtMs + DAY_MS / 4)).toBeUndefined();
    expect(await freshenHere(paths, inForce, issuedAtMs + DAY_MS)).toBeDefined();
    const { freshnessKey, rootKeys } = paths.exchange;
    await rename(freshnessKey, `${freshnessKey}.away`);
    expect(await freshenHere(paths, inForce, issuedAtMs + DAY_MS)).toBeUndefined();
    await copyFile(rootKeys[0] ?? "", freshnessKey);
    expect(await freshenHere(paths, inForce, issuedAtMs + DAY_MS)).toBeUndefined();
    const whole = { ...inForce, state: undefined };
    expect(await signNextHere(paths, whole as never, CLOSED)).toBeUndefined();
  });
});
