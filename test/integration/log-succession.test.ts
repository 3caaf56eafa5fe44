import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCheckpoint, parseCheckpoint, witnessesOf } from "#message-log";
import { Kind } from "#proto";
import { createLogger, systemClock } from "#runtime";
import { openSqliteStore } from "#store";
import { checkpointKeysOf, openOrThrow, type RegisterView } from "#trust";
import type { WitnessProcedures } from "#witness";
import { rootKeysOf } from "../../deploy/local/index.ts";
import { checkStoredLog } from "../../gateway/log-beginning.ts";
import { type RunningWitness, startWitness } from "../../services/witness/start-witness.ts";
import {
  openKnownCheckpoint,
  openKnownRegister,
  verifyEvidenceBag,
} from "../second-verifier/index.ts";
import { exportedEvidence } from "../support/exported-evidence.ts";
import { tracepostHere } from "../support/in-process.ts";
import { LoadedExchange, STATES } from "../support/loaded-exchange.ts";
import { readRows } from "../support/stored-post.ts";
import { openCaseworkDoors } from "../support/test-doors.ts";

/**
 * The hub is lost with its store, and another log succeeds the one that was in it (TP-SUCC-4 to
 * TP-SUCC-9): over one exchange, with three witnesses, from the first message to the evidence.
 */

const PATIENCE = { timeout: 60_000, interval: 100 };
const WITNESSES = STATES.slice(0, 3);
const [SENDER = ""] = STATES;

let loaded: LoadedExchange;
let dir = "";
let oldOrigin = "";
let newOrigin = "";
let evidenceBefore = "";
const running = new Map<string, RunningWitness>();
/** Acceptances of the old log, by message. */
const acceptedBefore = new Map<string, number>();
/** The newest checkpoint with a quorum. */
let cosigned = "";

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-succession-"));
  loaded = await LoadedExchange.open({ requestsMax: 40, pauseMs: 1 });
  oldOrigin = (await registerNow()).logOrigin;
  newOrigin = `${oldOrigin}/2`;
  for (const id of WITNESSES) running.set(id, await witness(id));
  await nameWitnesses();
  await load(10);
  const isCosigned = async () => (await newestCosigned()) > 20;
  await loaded.until("the log is cosigned", isCosigned);
  for (const [id, { url }] of running) ports.set(id, Number(new URL(url).port));
  for (const one of running.values()) await one.stop();
  cosigned = await fetched("/checkpoint?cosigned=true");
  // What the log accepts from now on is under no quorum.
  await load(10);
  evidenceBefore = join(dir, "before.zip");
  await writeFile(evidenceBefore, await exportedEvidence(loaded.exchange));
}, 240_000);

afterAll(async () => {
  for (const one of running.values()) await one.stop();
  await loaded?.close();
  await rm(dir, { recursive: true, force: true });
});

const ports = new Map<string, number>();

async function witness(id: string, port = 0): Promise<RunningWitness> {
  const { exchange } = loaded.exchange.paths;
  return await startWitness({
    config: {
      name: `witness.example/${id}`,
      dataDir: dir,
      keyFile: join(dir, `${id}.key`),
      registerFile: exchange.bundle,
      rootPublicKeyFiles: [...exchange.rootPublicKeys],
      http: { host: "127.0.0.1", port },
      logLevel: "silent",
    },
    logger: createLogger({ name: id, level: "silent" }),
    clock: systemClock,
    openStore: (file) =>
      openSqliteStore<WitnessProcedures>({
        file: `${file}.${id}`,
        module: new URL("../../services/witness/store.ts", import.meta.url),
      }),
  });
}

async function run(...args: readonly string[]): Promise<string> {
  const { code, err, out } = await tracepostHere(args);
  expect(code, err + out).toBe(0);
  return out;
}

async function sign(draft: string): Promise<void> {
  const { bundle, rootKeys } = loaded.exchange.paths.exchange;
  for (const key of rootKeys.slice(0, 2)) {
    await run("register", "sign", draft, "--against", bundle, "--key", key);
  }
}

async function nameWitnesses(): Promise<void> {
  const { exchange, gateway } = loaded.exchange.paths;
  const draft = join(dir, "witnesses.bundle");
  await run("register", "draft", exchange.bundle, "--out", draft);
  for (const [id, { publicRaw, url }] of running) {
    const key = ["--key", Buffer.from(publicRaw).toString("base64")];
    const named = ["--name", `witness.example/${id}`, ...key, "--url", url];
    await run("register", "witness", id, "--draft", draft, ...named);
  }
  await sign(draft);
  const by = ["--url", loaded.exchange.gateway.url, "--token-file", gateway.apiToken];
  await run("register", "publish", draft, "--root", ...exchange.rootPublicKeys, ...by);
  // What the secretariat keeps is what it has published.
  await copyFile(draft, exchange.bundle);
}

async function fetched(path: string): Promise<string> {
  return await (await fetch(`${loaded.exchange.gateway.url}${path}`)).text();
}

async function registerNow(): Promise<RegisterView> {
  const bytes = await (await fetch(`${loaded.exchange.gateway.url}/register`)).arrayBuffer();
  const roots = await rootKeysOf(loaded.exchange.paths);
  return openOrThrow(new Uint8Array(bytes), "the gateway", roots).view;
}

async function newestCosigned(): Promise<number> {
  return parseCheckpoint(await fetched("/checkpoint?cosigned=true"))?.size ?? 0;
}

async function load(requests: number): Promise<void> {
  loaded.startLoad();
  await loaded.untilSubmitted(requests);
  await loaded.stopLoad();
  await loaded.drained();
}

const storeOf = (state: string): string =>
  join(loaded.exchange.paths.participant(state).dir, "focal-point.sqlite");

interface Sent {
  readonly message_id: string;
  readonly state: string;
  readonly log_index: number | null;
  readonly next_attempt_at: number | null;
}

async function outboxOf(state: string): Promise<Sent[]> {
  return await readRows(storeOf(state), (all) =>
    all<Sent>("SELECT message_id, state, log_index, next_attempt_at FROM post_outbox"),
  );
}

/** Messages that each State has taken in, by sender and id; each once, or a row too many. */
async function takenIn(): Promise<string[]> {
  const rows = await Promise.all(
    STATES.map((state) =>
      readRows(storeOf(state), (all) =>
        all<{ sender: string; message_id: string }>(
          `SELECT sender, message_id FROM post_inbox WHERE kind <> ${Kind.VOID}`,
        ),
      ).then((found) => found.map((row) => `${state} ${row.sender} ${row.message_id}`)),
    ),
  );
  return rows.flat().toSorted();
}

describe("after the loss of the hub", () => {
  let before: string[] = [];
  const statement = () => join(dir, "succession.bin");
  const next = () => join(dir, "next.bundle");

  test("a gateway does not begin the old log again where witnesses know it (TP-SUCC-4)", async () => {
    before = await takenIn();
    for (const state of STATES) {
      for (const { log_index: at, message_id: id } of await outboxOf(state)) {
        if (at !== null) acceptedBefore.set(id, at);
      }
    }
    const view = await registerNow();
    const { gateway } = loaded.exchange.paths;
    await loaded.exchange.stop();
    await copyFile(gateway.store, join(dir, "found-again.sqlite"));
    for (const end of ["", "-wal", "-shm"]) await rm(`${gateway.store}${end}`, { force: true });
    const empty = { size: 0, origin: null };
    const begin = (dataDir: string) => checkStoredLog(empty, view, dataDir);
    await expect(begin(gateway.dir)).rejects.toThrow("log-known.checkpoint knows");
    await rm(join(gateway.dir, "log-known.checkpoint"));
    for (const [id, port] of ports) running.set(id, await witness(id, port));
    await expect(begin(gateway.dir)).rejects.toThrow(/witness\.example\/.* knows \d+ entries/u);
  }, 60_000);

  test("a statement is drafted, signed by two roots, and brought by the register", async () => {
    const { exchange, dataDir } = loaded.exchange.paths;
    const checkpoint = join(dir, "cosigned.checkpoint");
    await writeFile(checkpoint, cosigned);
    await run("register", "draft", exchange.bundle, "--out", next());
    const to = ["--origin", newOrigin, "--reason", "The hub is lost (made up)"];
    const draft = ["log", "succession", "draft", next(), ...to, "--out", statement()];
    // One witness is no quorum, and a checkpoint without lines neither.
    const bare = join(dir, "bare.checkpoint");
    await writeFile(bare, `${cosigned.split("\n— witness")[0]}\n`);
    const refused = await tracepostHere([...draft, "--checkpoint", bare]);
    expect(refused.err).toContain("UNCOSIGNED");
    expect(refused.code).not.toBe(0);
    await run(...draft, "--checkpoint", checkpoint);
    const [one = "", two = ""] = exchange.rootKeys;
    const signing = (key: string) =>
      run("log", "succession", "sign", statement(), "--key", key, "--out", statement());
    await signing(one);
    const bring = ["register", "succession", statement(), "--draft", next()];
    // By one root alone nothing is brought (TP-SUCC-2).
    expect((await tracepostHere(bring)).err).toContain("too few");
    await signing(two);
    const shown = await run("log", "succession", "show", statement(), "--register", next());
    expect(shown).toContain("Signed by 2 root keys of the 2 that must sign.");
    expect(shown).toContain(`The log ${oldOrigin} has ended.`);
    await run(...bring);
    await sign(next());
    const begin = ["log", "succession", "begin", next(), "--data", dataDir];
    const said = await run(...begin, "--root", ...exchange.rootPublicKeys);
    expect(said).toContain(`The gateway begins ${newOrigin}`);
    await run(...begin, "--root", ...exchange.rootPublicKeys);
  }, 60_000);

  test("the gateway begins the new log with the statement, and all follow (TP-SUCC-4)", async () => {
    await loaded.start();
    for (const state of STATES) {
      const version = async () =>
        JSON.stringify(await loaded.focalPoints.summary(state).catch(() => ""));
      await expect.poll(version, PATIENCE).toContain('"version":"3"');
    }
    const end = parseCheckpoint(cosigned)?.size ?? 0;
    const isAgain = (at: number): boolean => at >= end;
    expect([...acceptedBefore.values()].some(isAgain)).toBe(true);
    expect([...acceptedBefore.values()].some((at) => !isAgain(at))).toBe(true);
    for (const state of STATES) {
      const open = async () =>
        (await outboxOf(state)).filter(({ next_attempt_at: at }) => at !== null).length;
      await expect.poll(open, PATIENCE).toBe(0);
    }
    await load(5);
    const [first] = await readRows(loaded.exchange.paths.gateway.store, (all) =>
      all<{ statement: Uint8Array }>("SELECT statement FROM log_succession"),
    );
    expect(Buffer.from(first?.statement ?? [])).toEqual(await readFile(statement()));
  }, 120_000);

  test("what the old log accepted beyond its end is recorded again, in effect once (TP-SUCC-5, TP-SUCC-7)", async () => {
    const end = parseCheckpoint(cosigned)?.size ?? 0;
    const { store } = loaded.exchange.paths.gateway;
    const recorded = await readRows(store, (all) =>
      all<{ message_id: string; code: number }>("SELECT message_id, code FROM messages"),
    );
    const again = new Set(recorded.map(({ message_id: id }) => id));
    for (const [id, at] of acceptedBefore) expect(again.has(id), `${id} at ${at}`).toBe(at >= end);
    expect(recorded.filter(({ code }) => code !== 0)).toEqual([]);
    const now = await takenIn();
    expect(new Set(now).size).toBe(now.length);
    expect(now.filter((one) => before.includes(one))).toEqual(before);
    for (const state of STATES) {
      const incidents = await readRows(storeOf(state), (all) =>
        all<{ kind: string; detail: string }>("SELECT kind, detail FROM post_incident"),
      );
      expect(incidents.filter(({ kind }) => kind === "LOG_FORKED")).toEqual([]);
    }
  });

  test("receipts of both logs are shown, each with its log (TP-SUCC-6)", async () => {
    const end = parseCheckpoint(cosigned)?.size ?? 0;
    const sent = (await outboxOf(SENDER)).map(({ message_id: id }) => id);
    const beyond = sent.find((id) => (acceptedBefore.get(id) ?? -1) >= end);
    const within = sent.find((id) => (acceptedBefore.get(id) ?? end) < end);
    const { token, url } = (await openCaseworkDoors(loaded.exchange))(SENDER);
    const receipts = async (id = "") => {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${url}/v1/messages/${id}/receipts`, { headers });
      const { receipts: found } = (await answer.json()) as {
        receipts: { type: string; log?: string; afterEnd?: boolean }[];
      };
      return found.filter(({ type }) => type === "ACCEPTED");
    };
    expect(await receipts(within)).toMatchObject([{ log: oldOrigin }]);
    expect(await receipts(beyond)).toMatchObject([
      { log: oldOrigin, afterEnd: true },
      { log: newOrigin },
    ]);
  });

  test("witnesses follow, and never go back (TP-SUCC-8)", async () => {
    await expect.poll(newestCosigned, PATIENCE).toBeGreaterThan(5);
    const note = await fetched("/checkpoint?cosigned=true");
    const view = await registerNow();
    expect(parseCheckpoint(note)?.origin).toBe(newOrigin);
    expect(openCheckpoint(note, newOrigin, checkpointKeysOf(view))).toBeDefined();
    expect(witnessesOf(note, view.witnesses.witnesses).length).toBeGreaterThanOrEqual(2);
    const [one] = running.values();
    const hash = createHash("sha256").update(oldOrigin).digest("hex");
    const last = await (await fetch(`${one?.url}/${hash}/checkpoint`)).text();
    expect(parseCheckpoint(last)?.origin).toBe(oldOrigin);
    const again = await fetch(`${one?.url}/add-checkpoint`, {
      method: "POST",
      body: `old ${parseCheckpoint(cosigned)?.size}\n\n${cosigned}`,
    });
    expect(again.status).toBe(404);
  }, 60_000);

  test("both logs verify, and so does evidence from before and after (TP-SUCC-9)", async () => {
    const { dataDir, exchange } = loaded.exchange.paths;
    const roots = await Promise.all(
      exchange.rootPublicKeys.map(async (file) =>
        createHash("sha256")
          .update(
            Buffer.from((await readFile(file, "utf8")).split("\n")[1] ?? "", "base64").subarray(
              -32,
            ),
          )
          .digest("hex"),
      ),
    );
    const after = join(dir, "after.zip");
    await writeFile(after, await exportedEvidence(loaded.exchange));
    for (const file of [evidenceBefore, after]) {
      expect(await run("evidence", "verify", file, "--roots", roots.join(","))).toContain("proven");
    }
    // The second verifier shares no code with the product; it reads the statement as well.
    const pem = await readFile(exchange.rootPublicKeys[0] ?? "", "utf8");
    const known = openKnownRegister(await readFile(next()), pem);
    expect([...known.endedLogs]).toEqual([
      [oldOrigin, BigInt(parseCheckpoint(cosigned)?.size ?? 0)],
    ]);
    expect(openKnownCheckpoint(cosigned, known).size).toBeGreaterThan(20n);
    expect(verifyEvidenceBag(await readFile(after), roots[0]?.slice(0, 32) ?? "")).toHaveLength(1);
    await loaded.exchange.stop();
    const verified = await run("log", "verify", "--data", dataDir);
    expect(verified).toContain(`Verified: the log ${newOrigin}`);
    await run("log", "fsck", "--data", dataDir);
    // The old store was found again: what the old log recorded is proven out of it (TP-EVID-11).
    const aside = join(loaded.exchange.paths.gateway.logsBefore, "1");
    await mkdir(aside, { recursive: true });
    await copyFile(join(dir, "found-again.sqlite"), join(aside, "gateway.sqlite"));
    const [recorded] = await readRows(join(aside, "gateway.sqlite"), (all) =>
      all<{ sender: string; message_id: string }>("SELECT * FROM messages ORDER BY id LIMIT 1"),
    );
    const old = join(dir, "old.zip");
    const of = ["--sender", recorded?.sender ?? "", "--log-before", "1", "--data", dataDir];
    await run("evidence", "export", recorded?.message_id ?? "", ...of, "--out", old);
    const told = await run("evidence", "verify", old, "--roots", roots.join(","));
    expect(told).toContain("PROVEN");
    expect(told).toMatch(new RegExp(`${oldOrigin}.*has ended`, "u"));
  }, 60_000);
});
