import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import {
  createCheckpointSigner,
  formatAddCheckpoint,
  hashLeaf,
  parseCheckpoint,
} from "#message-log";
import { LogFollower, type ServiceProcedures } from "#participant";
import type { RegisterBundle } from "#proto";
import { createLogger, type Database, LOG_LIMITS } from "#runtime";
import { openSqliteStore } from "#store";
import {
  formatRegisterBundle,
  generateSigningKey,
  loadPublicKey,
  loadRegister,
  type RegisterView,
  savePublicKey,
  takeRegister,
} from "#trust";
import type { WitnessProcedures } from "#witness";
import { Witness } from "#witness";
import { startWitness } from "../../services/witness/start-witness.ts";
import { attack } from "../support/attack.ts";
import type { PostTestProcedures } from "../support/post-store.ts";
import { START_MS } from "../support/register-authority.ts";
import { NEW_ORIGIN, OLD_ORIGIN, SucceededExchange } from "../support/successions.ts";

// A log that somebody wants forgotten: successions that no disaster has asked for (TP-SUCC-2, -6).

const OPERATOR = "a hostile operator";
const clock = { now: () => START_MS };
const logger = createLogger({ name: "test", level: "silent" });
const exchange = new SucceededExchange();
const [one] = exchange.authority.roots.pairs;
let dir = "";
let store: Database<PostTestProcedures>;
let follower: LogFollower;
let before: RegisterView;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-succession-attacks-"));
  const module = new URL("../support/post-store.ts", import.meta.url);
  store = await openSqliteStore<PostTestProcedures>({ file: join(dir, "post.sqlite"), module });
  const shared = store as unknown as Database<ServiceProcedures>;
  follower = new LogFollower({ dataDir: dir, store: shared, clock, logger });
  const view = exchange.client().taken?.view;
  if (view === undefined) throw new TypeError("a register is in force");
  before = view;
  await follower.start(before);
});

afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

function verdictOn(bundle: RegisterBundle, state = exchange.client()): string {
  const taking = takeRegister(state, bundle, START_MS);
  return taking.outcome === "refused" ? taking.refusal.code : taking.outcome;
}

function taken(bundle: RegisterBundle, state = exchange.client()) {
  const taking = takeRegister(state, bundle, START_MS);
  if (taking.outcome !== "taken") throw new TypeError("the roots have signed it");
  return taking;
}

/** What a participant says that was shown a checkpoint of nine entries with a quorum. */
async function saidBy(checkpoint: string): Promise<string> {
  await writeFile(join(dir, "log-cosigned.checkpoint"), exchange.checkpoint(9));
  const next = taken(exchange.succeeded(exchange.statement({ checkpoint }))).taken.view;
  const refusal = await follower.check(before, next);
  const { incidents } = await store.call("postStatus", undefined);
  expect(incidents.LOG_FORKED ?? 0).toBeGreaterThan(0);
  expect(await store.call("postFollowedLog", undefined)).toMatchObject({ origin: OLD_ORIGIN });
  return refusal?.detail ?? "followed";
}

describe("a log that somebody wants forgotten", () => {
  attack(
    {
      attacker: OPERATOR,
      attack: "succeeds the log with the signature of one root key",
      outcome: "refused",
      answer: "participants: SUCCESSION",
    },
    async () => {
      const signers = one === undefined ? [] : [one];
      expect(verdictOn(exchange.succeeded(exchange.statement({}, signers)))).toBe("SUCCESSION");
    },
  );
  attack(
    {
      attacker: OPERATOR,
      attack: "gives the log another name, with no statement at all",
      outcome: "refused",
      answer: "participants: SUCCESSION",
    },
    async () => {
      expect(verdictOn(exchange.next(exchange.first, { logOrigin: NEW_ORIGIN }))).toBe(
        "SUCCESSION",
      );
    },
  );
  attack(
    {
      attacker: OPERATOR,
      attack: "shows a statement again that was followed long ago",
      outcome: "refused",
      answer: "participants: SUCCESSION",
    },
    async () => {
      const statement = exchange.statement();
      const second = exchange.succeeded(statement);
      const logSuccessions = [statement, exchange.statement({ newOrigin: `${OLD_ORIGIN}/3` })];
      const third = exchange.next(second, { logOrigin: `${OLD_ORIGIN}/3`, logSuccessions });
      expect(verdictOn(third, taken(second).state)).toBe("SUCCESSION");
    },
  );
  attack(
    {
      attacker: "a hostile operator with two root keys",
      attack: "ends the log before what participants hold under a quorum",
      outcome: "detected",
      answer: "participants: LOG_FORKED, and they do not follow",
    },
    async () => expect(await saidBy(exchange.checkpoint(7))).toContain("BEHIND"),
  );
  attack(
    {
      attacker: "a hostile operator with two root keys",
      attack: "says that no cosigned checkpoint is known, though participants hold one",
      outcome: "detected",
      answer: "participants: LOG_FORKED, and they do not follow",
    },
    async () => expect(await saidBy("")).toContain("BEHIND"),
  );
  attack(
    {
      attacker: "a hostile operator with two root keys",
      attack: "replaces all witnesses first, and says then that no cosigned checkpoint is known",
      outcome: "detected",
      answer: "participants: LOG_FORKED, and they do not follow",
    },
    async () => {
      await writeFile(join(dir, "log-cosigned.checkpoint"), exchange.checkpoint(9));
      const others = exchange.otherWitnesses();
      const second = exchange.next(exchange.first, { witnesses: others });
      const statement = exchange.statement({ checkpoint: "", registerVersion: 3n });
      const change = { logOrigin: NEW_ORIGIN, logSuccessions: [statement], witnesses: others };
      const { state, taken: replaced } = taken(second);
      const { view } = taken(exchange.next(second, change), state).taken;
      expect((await follower.check(replaced.view, view))?.detail).toContain("BEHIND");
      // Nor does a register in a file, given at a start.
      await expect(follower.start(view)).rejects.toThrow("not followed here");
      expect(await store.call("postFollowedLog", undefined)).toMatchObject({ origin: OLD_ORIGIN });
    },
  );
  attack(
    {
      attacker: "a hostile operator with two root keys",
      attack: "ends the log with another tree of the size that has a quorum",
      outcome: "detected",
      answer: "participants: LOG_FORKED, and they do not follow",
    },
    async () => expect(await saidBy(exchange.checkpoint(9, 2, "another"))).toContain("FORK"),
  );
  attack(
    {
      attacker: "a hostile operator with two root keys",
      attack: "ends the log with a checkpoint that one witness has cosigned",
      outcome: "detected",
      answer: "participants: LOG_FORKED, and they do not follow",
    },
    async () => expect(await saidBy(exchange.checkpoint(12, 1))).toContain("UNCOSIGNED"),
  );
  attack(
    {
      attacker: OPERATOR,
      attack: "has a witness cosign a log of another name, and then the old one again",
      outcome: "refused",
      answer: "witnesses: no cosignature (TP-SUCC-8)",
    },
    witnessStays,
  );
  attack(
    {
      attacker: "a hostile operator with two root keys",
      attack: "ends the log with another tree of the size that a witness has cosigned",
      outcome: "detected",
      answer: "witnesses: both checkpoints, for ever (TP-LOG-18)",
    },
    witnessShowsProof,
  );
});

/** As a newcomer is shown it: the last manifest alone. */
async function showRegister({ manifests, ...rest }: RegisterBundle): Promise<void> {
  const shown = formatRegisterBundle({ ...rest, manifests: manifests.slice(-1) });
  await writeFile(join(dir, "register.bundle"), shown);
}

async function witnessFiles() {
  const rootPublicKeyFiles = await Promise.all(
    exchange.authority.roots.pairs.map(async (pair, at) => {
      await savePublicKey(join(dir, `root-${at}.pub`), pair);
      return join(dir, `root-${at}.pub`);
    }),
  );
  return { registerFile: join(dir, "register.bundle"), rootPublicKeyFiles };
}

/** A running witness that has cosigned three entries is given a statement that forks the log. */
async function witnessShowsProof(): Promise<void> {
  let nowMs = START_MS;
  await showRegister(exchange.first);
  const config = {
    ...{ name: "witness.example/p", dataDir: dir, keyFile: join(dir, "proof.key") },
    ...{ http: { host: "127.0.0.1", port: 0 }, logLevel: "silent" as const },
    ...(await witnessFiles()),
  };
  const module = new URL("../../services/witness/store.ts", import.meta.url);
  const openStore = async (file: string) =>
    await openSqliteStore<WitnessProcedures>({ file: `${file}.proof`, module });
  const { stop, url } = await startWitness({
    ...{ config, logger, openStore },
    clock: { now: () => nowMs },
  });
  try {
    const asked = async (checkpoint: string, oldSize: number) => {
      const body = formatAddCheckpoint({ oldSize, proof: [], checkpoint });
      return (await fetch(`${url}/add-checkpoint`, { method: "POST", body })).status;
    };
    const hash = createHash("sha256").update(OLD_ORIGIN).digest("hex");
    const shown = async () => ({
      conflicts: ((await (await fetch(`${url}/conflicts`)).json()) as { conflicts: object[] })
        .conflicts,
      last: parseCheckpoint(await (await fetch(`${url}/${hash}/checkpoint`)).text()),
    });
    expect(await asked(exchange.checkpoint(3, 0), 0)).toBe(200);
    const last = parseCheckpoint(exchange.checkpoint(3));
    const other = exchange.checkpoint(3, 2, "another");
    nowMs += LOG_LIMITS.registerReadMs;
    await showRegister(exchange.succeeded(exchange.statement({ checkpoint: other })));
    expect(await asked(exchange.checkpoint(3, 0), 3)).toBeGreaterThanOrEqual(500);
    expect(await shown()).toMatchObject({ conflicts: [{ size: 3, other }], last });
    const checkpoint = exchange.checkpoint(3);
    await showRegister(exchange.succeeded(exchange.statement({ checkpoint })));
    expect(await asked(exchange.checkpoint(3, 0), 3)).toBe(404);
    expect(await shown()).toMatchObject({ conflicts: [{ size: 3, other }], last });
  } finally {
    await stop();
  }
}

async function witnessStays(): Promise<void> {
  const show = showRegister;
  const { registerFile, rootPublicKeyFiles } = await witnessFiles();
  const module = new URL("../../services/witness/store.ts", import.meta.url);
  const file = join(dir, "witness.sqlite");
  const kept = await openSqliteStore<WitnessProcedures>({ file, module });
  const trust = async () => ({
    register: await loadRegister(registerFile, rootPublicKeyFiles),
    rootKeys: await Promise.all(rootPublicKeyFiles.map((one) => loadPublicKey(one))),
  });
  // Each asks as after a start: the register is read anew.
  const asked = async (origin: string, size: number, oldSize = 0) => {
    const deps = { name: "witness.example/w", key: generateSigningKey(), trust };
    const witness = new Witness({ ...deps, store: kept, clock, logger });
    const signer = createCheckpointSigner(exchange.authority.checkpointKey, origin);
    const checkpoint = signer.sign(size, hashLeaf(Buffer.of(size)));
    const body = formatAddCheckpoint({ oldSize, proof: [], checkpoint });
    return await witness.add(body).then(
      ({ status }) => status,
      (caught: Error) => caught.message,
    );
  };
  await show(exchange.first);
  expect(await asked(OLD_ORIGIN, 3)).toBe(200);
  await show(exchange.next(exchange.first, { logOrigin: NEW_ORIGIN }));
  expect(await asked(NEW_ORIGIN, 1)).toContain("by no statement");
  const signers = one === undefined ? [] : [one];
  await show(exchange.succeeded(exchange.statement({}, signers)));
  expect(await asked(NEW_ORIGIN, 1)).toContain("too few root keys");
  await show(exchange.succeeded());
  expect(await asked(NEW_ORIGIN, 1)).toBe(200);
  expect(await asked(OLD_ORIGIN, 3, 3)).toBe(404);
  await show(exchange.first);
  expect(await asked(OLD_ORIGIN, 3, 3)).toContain("has ended");
  await kept.close();
  expect(await readdir(dir)).toContain("witness.sqlite");
}
