import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  appendToTree,
  CompactRange,
  cosign,
  createCheckpointSigner,
  hashLeaf,
  openCheckpoint,
  parseTilePath,
} from "#message-log";
import type { PostProcedures } from "#post";
import { LogWitnessSet } from "#proto";
import { createLogger, type Database, LOG_LIMITS } from "#runtime";
import { openSqliteStore } from "#store";
import { generateSigningKey, openRegister, type RegisterView } from "#trust";
import { LogWatch } from "../../../lib/participant/log-watch.ts";
import { ManualTime } from "../../support/manual-time.ts";
import { makeParties, type Parties, reissue } from "../../support/parties.ts";

const logger = createLogger({ name: "test", level: "silent" });
const leafOf = (index: number, salt: string): Uint8Array =>
  hashLeaf(Buffer.from(`${salt} ${index}`));

/** A log of fewer than 257 entries, as an exchange hands it out; it may come to lie. */
class ShownLog {
  readonly #parties: Parties;
  leaves: Uint8Array[] = [];
  cosigned: string | undefined;

  constructor(parties: Parties) {
    this.#parties = parties;
  }

  get checkpoint(): string {
    const { rootHash } = appendToTree(new CompactRange(), this.leaves);
    const { checkpointKey, register } = this.#parties;
    return createCheckpointSigner(checkpointKey, register.logOrigin).sign(
      this.leaves.length,
      rootHash,
    );
  }

  readonly fetchPath = async (path: string): Promise<Uint8Array | undefined> => {
    if (path === "checkpoint") return Buffer.from(this.checkpoint);
    if (path.startsWith("checkpoint?")) {
      return this.cosigned === undefined ? undefined : Buffer.from(this.cosigned);
    }
    const name = parseTilePath(path.slice("tile/".length));
    return name?.level === 0 ? Buffer.concat(this.leaves.slice(0, name.width)) : undefined;
  };
}

/** Of the store, and in it one data folder for each test. */
let folder: string;
let dir: string;
let forksBefore = 0;
let parties: Parties;
let register: RegisterView;
let store: Database<PostProcedures>;
let log: ShownLog;
const witnessKey = generateSigningKey();
const NAME = "witness.example/w1";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-watch-"));
  parties = makeParties([{ id: "NE" }]);
  const witness = { name: NAME, participant: "NE", publicKey: witnessKey.publicRaw, url: "" };
  const witnesses = LogWitnessSet.create({ quorum: 1, witnesses: [witness] });
  const bytes = reissue(parties, parties.registerBytes, () => ({ witnesses }));
  const opened = openRegister(bytes, [parties.root.publicKey]);
  if (!opened.ok) throw new TypeError(opened.refusal.detail);
  register = opened.value;
  const module = new URL("../../support/post-store.ts", import.meta.url);
  store = await openSqliteStore<PostProcedures>({ file: join(folder, "post.sqlite"), module });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  dir = await mkdtemp(join(folder, "data-"));
  log = new ShownLog(parties);
  log.leaves = Array.from({ length: 20 }, (_, index) => leafOf(index, "true"));
  forksBefore = 0;
  forksBefore = await forks();
});

function watch(time = new ManualTime()): LogWatch {
  return new LogWatch({
    ...{ dataDir: dir, fetchPath: log.fetchPath, register: () => register, logger },
    ...{ store: store as never, clock: time, timers: time },
  });
}

const forks = async (): Promise<number> =>
  ((await store.call("postStatus", undefined)).incidents.LOG_FORKED ?? 0) - forksBefore;

async function keptPair(): Promise<string[]> {
  const [folder = ""] = await readdir(join(dir, "log-conflicts"));
  const files = ["before.checkpoint", "shown.checkpoint"];
  return await Promise.all(
    files.map((file) => readFile(join(dir, "log-conflicts", folder, file), "utf8")),
  );
}

describe("a participant that watches the log by itself (TP-LOG-20)", () => {
  test("follows a log that grows, and keeps what it was shown, over a restart too", async () => {
    await watch().look();
    log.leaves.push(...Array.from({ length: 100 }, (_, index) => leafOf(index + 20, "true")));
    await watch().look();
    expect(await readFile(join(dir, "log-seen.checkpoint"), "utf8")).toBe(log.checkpoint);
    expect(await forks()).toBe(0);
  });

  test.each([
    ["was cut off", (leaves: Uint8Array[]) => leaves.slice(0, 15)],
    [
      "has another entry at the same size",
      (leaves: Uint8Array[]) => [...leaves.slice(1), leafOf(1, "x")],
    ],
    [
      "grew out of another",
      (leaves: Uint8Array[]) => [leafOf(0, "x"), ...leaves.slice(1), leafOf(20, "true")],
    ],
  ])("alarms when the log %s, and keeps both signed checkpoints", async (_, change) => {
    await watch().look();
    const before = log.checkpoint;
    log.leaves = change(log.leaves);
    await watch().look();
    expect(await forks()).toBe(1);
    expect(await keptPair()).toEqual([before, log.checkpoint]);
    for (const note of await keptPair()) {
      const keys = [parties.checkpointKey.publicKey];
      expect(openCheckpoint(note, register.logOrigin, keys)).toBeDefined();
    }
    expect(await readFile(join(dir, "log-seen.checkpoint"), "utf8")).toBe(before);
  });

  test("believes no checkpoint that the log has not signed, and is quiet when nobody answers", async () => {
    await watch().look();
    const foreign = makeParties([{ id: "NE" }]);
    const other = new ShownLog(foreign);
    other.leaves = [leafOf(1, "x")];
    const time = new ManualTime();
    const looking = new LogWatch({
      ...{ dataDir: dir, fetchPath: other.fetchPath, register: () => register, logger },
      ...{ store: store as never, clock: time, timers: time },
    });
    await looking.look();
    expect(await forks()).toBe(0);
    expect(await readFile(join(dir, "log-seen.checkpoint"), "utf8")).toBe(log.checkpoint);
  });

  test("knows how far a quorum has cosigned, and takes no less than a quorum", async () => {
    const looking = watch();
    log.cosigned = log.checkpoint;
    await looking.look();
    expect(looking.cosignedSize).toBe(0);
    log.cosigned = log.checkpoint + cosign(log.checkpoint, { ...witnessKey, name: NAME }, 1);
    log.leaves.push(leafOf(20, "true"));
    await looking.look();
    expect(looking.cosignedSize).toBe(20);
    log.cosigned = undefined;
    const later = watch();
    await later.look();
    expect(later.cosignedSize).toBe(20);
  });

  test("keeps the newest one with a quorum, whatever older one it is shown (TP-SUCC-6)", async () => {
    const all = log.leaves;
    const cosigned = () =>
      log.checkpoint + cosign(log.checkpoint, { ...witnessKey, name: NAME }, 1);
    log.leaves = all.slice(0, 10);
    const older = cosigned();
    log.leaves = all;
    log.cosigned = cosigned();
    const looking = watch();
    await looking.look();
    log.cosigned = older;
    await looking.look();
    const kept = await readFile(join(dir, "log-cosigned.checkpoint"), "utf8");
    expect(openCheckpoint(kept, register.logOrigin, [parties.checkpointKey.publicKey])?.size).toBe(
      all.length,
    );
  });

  test("alarms after a day without a quorum, once, over a restart too (TP-LOG-20)", async () => {
    const time = new ManualTime();
    const told = async () => {
      const { incidents } = await store.call("postStatus", undefined);
      return incidents.UNWITNESSED ?? 0;
    };
    const before = await told();
    const looking = watch(time);
    log.cosigned = log.checkpoint + cosign(log.checkpoint, { ...witnessKey, name: NAME }, 1);
    await looking.look();
    log.leaves.push(leafOf(20, "true"));
    await looking.look();
    time.advance(LOG_LIMITS.unwitnessedAlarmMs - 1);
    log.leaves.push(leafOf(21, "true"));
    await looking.look();
    expect(await told()).toBe(before);
    time.advance(1);
    const later = watch(time);
    await later.look();
    await later.look();
    expect(await told()).toBe(before + 1);
    log.cosigned = log.checkpoint + cosign(log.checkpoint, { ...witnessKey, name: NAME }, 1);
    time.advance(LOG_LIMITS.unwitnessedAlarmMs);
    await later.look();
    expect(await told()).toBe(before + 1);
  });

  test("is not put to rest by silence, nor by an old checkpoint (TP-LOG-20)", async () => {
    const told = async () => (await store.call("postStatus", undefined)).incidents.UNWITNESSED ?? 0;
    const before = await told();
    const time = new ManualTime();
    log.cosigned = log.checkpoint + cosign(log.checkpoint, { ...witnessKey, name: NAME }, 1);
    await watch(time).look();
    const silentWatch = () =>
      new LogWatch({
        ...{ dataDir: dir, register: () => register, logger, fetchPath: async () => undefined },
        ...{ store: store as never, clock: time, timers: time },
      });
    const silent = silentWatch();
    await silent.look();
    time.advance(LOG_LIMITS.unwitnessedAlarmMs);
    await silent.look();
    expect(await told(), "nothing was seen that is not cosigned").toBe(before);
    const rows = new DatabaseSync(join(folder, "post.sqlite"));
    const shown = "INSERT INTO post_seen_checkpoint (only_row, size, root_hash) VALUES (1, 25, ?)";
    rows.prepare(shown).run(new Uint8Array(32));
    try {
      await silent.look();
      time.advance(LOG_LIMITS.unwitnessedAlarmMs);
      await silentWatch().look();
      expect(await told(), "the way may not be there right after a start").toBe(before);
      await silent.look();
      expect(await told(), "a receipt has shown more").toBe(before + 1);
      await watch(time).look();
      expect(await told(), "counted again by each start").toBe(before + 2);
    } finally {
      rows.exec("DELETE FROM post_seen_checkpoint");
      rows.close();
    }
  });

  test("alarms when the log has not what receipts have shown", async () => {
    const shown = appendToTree(new CompactRange(), log.leaves.slice(0, 9).toReversed());
    const rows = new DatabaseSync(join(folder, "post.sqlite"));
    const insert = "INSERT INTO post_seen_checkpoint (only_row, size, root_hash) VALUES (1, 9, ?)";
    rows.prepare(insert).run(shown.rootHash);
    rows.close();
    await watch().look();
    expect(await forks()).toBe(1);
  });
});
