import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createCheckpointSigner,
  formatAddCheckpoint,
  hashLeaf,
  openCheckpoint,
  witnessesOf,
} from "#message-log";
import { LogWitnessSet } from "#proto";
import { createLogger } from "#runtime";
import { openSqliteStore } from "#store";
import {
  CurrentRegister,
  generateSigningKey,
  openRegister,
  type RegisterView,
  savePublicKey,
} from "#trust";
import type { WitnessProcedures } from "#witness";
import type { SignedHead } from "../../../gateway/checkpoint-keeper.ts";
import { ALONE } from "../../../gateway/instances/duty.ts";
import type { GatewayProcedures } from "../../../gateway/store.ts";
import { WitnessCollector } from "../../../gateway/witness-collector.ts";
import { type RunningWitness, startWitness } from "../../../services/witness/start-witness.ts";
import { type FilledGateway, fillGateway } from "../../support/filled-gateway.ts";
import { reissue } from "../../support/parties.ts";

const logger = createLogger({ name: "test", level: "silent" });
const IDS = ["NE", "BR", "AT"];
let gateway: FilledGateway;
let dir: string;
const running = new Map<string, RunningWitness>();
let register: RegisterView;

beforeAll(async () => {
  gateway = await fillGateway();
  dir = await mkdtemp(join(tmpdir(), "tracepost-witnesses-"));
  await gateway.copyTo(join(dir, "older.sqlite"), "SELECT 1");
  await writeFile(join(dir, "register.bin"), gateway.parties.registerBytes);
  await savePublicKey(join(dir, "root.pub"), gateway.parties.root);
  for (const id of IDS) running.set(id, await start(id));
  register = watched(2);
});
afterAll(async () => {
  for (const witness of running.values()) await witness.stop();
  await gateway.close();
  await rm(dir, { recursive: true, force: true });
});

async function start(id: string, port = 0): Promise<RunningWitness> {
  return await startWitness({
    config: {
      name: `witness.example/${id}`,
      dataDir: join(dir),
      keyFile: join(dir, `${id}.key`),
      registerFile: join(dir, "register.bin"),
      rootPublicKeyFiles: [join(dir, "root.pub")],
      http: { host: "127.0.0.1", port },
      logLevel: "silent",
    },
    logger,
    clock: gateway.bench.clock,
    openStore: (file) =>
      openSqliteStore<WitnessProcedures>({
        file: `${file}.${id}`,
        module: new URL("../../../services/witness/store.ts", import.meta.url),
      }),
  });
}

/** The register with the running witnesses in it. */
function watched(quorum: number): RegisterView {
  const { parties } = gateway;
  const witnesses = [...running].map(([id, { publicRaw, url }]) => {
    return { name: `witness.example/${id}`, participant: id, publicKey: publicRaw, url };
  });
  const set = LogWitnessSet.create({ quorum, witnesses });
  const bytes = reissue(parties, parties.registerBytes, () => ({ witnesses: set }));
  const opened = openRegister(bytes, [parties.root.publicKey]);
  if (!opened.ok) throw new TypeError(`${opened.refusal.field} ${opened.refusal.detail}`);
  return opened.value;
}

const collector = (published: () => SignedHead | undefined, store = gateway.bench.store) =>
  new WitnessCollector({
    ...{ store, duty: ALONE, clock: gateway.bench.clock, logger },
    register: new CurrentRegister(register),
    checkpoints: {
      get published() {
        return published();
      },
    },
  });

const newest = () => gateway.bench.checkpoints.published;
const urlOf = (id: string) => running.get(id)?.url ?? "";
const ask = async (id: string, body: string) => {
  const response = await fetch(`${urlOf(id)}/add-checkpoint`, { method: "POST", body });
  return {
    status: response.status,
    text: await response.text(),
    type: response.headers.get("content-type"),
  };
};

async function grow(messages: number): Promise<void> {
  const { bench } = gateway;
  const held = Array.from({ length: messages }, (_, n) => ({ sender: `Y${n}`, messages: 1 }));
  const nowMs = bench.nowMs + 200_000;
  bench.checkpoints.note(
    await bench.store.call("logOverQuota", { nowMs, registerVersion: 1, held }),
  );
  await bench.checkpoints.stop();
}

describe("a log with witnesses (TP-LOG-19)", () => {
  test("is cosigned by a quorum, again as it grows, and knows so after a restart", async () => {
    const first = collector(newest);
    await first.ask();
    const { witnesses } = register.witnesses;
    expect(first.cosigned?.size).toBe(newest()?.size);
    expect(witnessesOf(first.cosigned?.note ?? "", witnesses)).toHaveLength(3);
    const keys = [gateway.parties.checkpointKey.publicKey];
    expect(openCheckpoint(first.cosigned?.note ?? "", register.logOrigin, keys)).toBeDefined();
    await grow(300);
    await first.ask();
    expect(first.cosigned?.size).toBe(newest()?.size);
    await grow(7);
    const second = collector(newest);
    await second.start();
    expect(second.cosigned).toEqual(first.cosigned);
    await second.ask();
    await second.stop();
    expect(second.cosigned?.size).toBe(newest()?.size);
  });

  test("has a quorum with one witness away, none with two, and goes on when they are back", async () => {
    const one = collector(newest);
    await running.get("AT")?.stop();
    await grow(3);
    await one.ask();
    expect(witnessesOf(one.cosigned?.note ?? "", register.witnesses.witnesses)).toHaveLength(2);
    const { port } = new URL(urlOf("BR"));
    await running.get("BR")?.stop();
    await grow(3);
    const covered = one.cosigned?.size;
    await one.ask();
    expect(one.cosigned?.size).toBe(covered);
    expect(await gateway.bench.store.call("entryRecordedAt", covered ?? 0)).toBeGreaterThan(0);
    running.set("BR", await start("BR", Number(port)));
    await one.ask();
    expect(one.cosigned?.size).toBe(newest()?.size);
  });
});

describe("a witness (TP-LOG-18)", () => {
  const signer = () => createCheckpointSigner(gateway.parties.checkpointKey, register.logOrigin);

  test("answers as C2SP tlog-witness has it", async () => {
    const { note: checkpoint = "", size = 0 } = newest() ?? {};
    const root = hashLeaf(Buffer.of(1));
    const proof = [root];
    const foreign = createCheckpointSigner(generateSigningKey(), register.logOrigin);
    const elsewhere = createCheckpointSigner(gateway.parties.checkpointKey, "other.example/log");
    const later = signer().sign(size + 1, root);
    const asked = {
      "no request at all": ["nothing", 400],
      "an old size above the new one": [{ oldSize: size + 1, proof, checkpoint }, 400],
      "an unknown log": [{ oldSize: 0, proof: [], checkpoint: elsewhere.sign(1, root) }, 404],
      "a foreign signature": [{ oldSize: 0, proof: [], checkpoint: foreign.sign(1, root) }, 403],
      "another old size": [{ oldSize: 0, proof: [], checkpoint: later }, 409],
      "a proof that does not hold": [{ oldSize: size, proof, checkpoint: later }, 422],
      "the same checkpoint again": [{ oldSize: size, proof: [], checkpoint }, 200],
    } as const;
    for (const [what, [request, status]] of Object.entries(asked)) {
      const body = typeof request === "string" ? request : formatAddCheckpoint(request);
      const answer = await ask("NE", body);
      expect(answer.status, what).toBe(status);
      if (status !== 409) continue;
      expect(answer).toMatchObject({ text: `${size}\n`, type: "text/x.tlog.size" });
    }
  });

  test("hands out what it has cosigned, with both signatures", async () => {
    const hash = createHash("sha256").update(register.logOrigin).digest("hex");
    const text = await (await fetch(`${urlOf("NE")}/${hash}/checkpoint`)).text();
    expect(witnessesOf(text, register.witnesses.witnesses)).toEqual(["witness.example/NE"]);
    const other = await fetch(`${urlOf("NE")}/${"0".repeat(64)}/checkpoint`);
    expect(other.status).toBe(404);
  });

  test("finds a split view, and keeps both signed checkpoints for everybody", async () => {
    const { size = 0 } = newest() ?? {};
    const shown = signer().sign(size, hashLeaf(Buffer.from("what BR alone is shown")));
    const body = formatAddCheckpoint({ oldSize: size, proof: [], checkpoint: shown });
    expect((await ask("BR", body)).status).toBe(422);
    const { conflicts } = (await (await fetch(`${urlOf("BR")}/conflicts`)).json()) as {
      conflicts: { size: number; kept: string; other: string }[];
    };
    expect(conflicts).toHaveLength(1);
    const [pair] = conflicts;
    const keys = [gateway.parties.checkpointKey.publicKey];
    const heads = [pair?.kept, pair?.other].map((note) =>
      openCheckpoint(note ?? "", register.logOrigin, keys),
    );
    expect(heads.map((head) => head?.size)).toEqual([size, size]);
    expect(heads[0]?.rootHash).not.toEqual(heads[1]?.rootHash);
    expect((await (await fetch(`${urlOf("NE")}/conflicts`)).json()) as object).toEqual({
      conflicts: [],
    });
  });

  test("alarms the operator of a gateway whose store is an older one (TP-LOG-19)", async () => {
    const { store } = gateway.bench;
    const size = (newest()?.size ?? 0) - 5;
    const counts = async () => JSON.stringify(await store.call("eventCounts", undefined));
    const behind = () => ({ size, note: signer().sign(size, hashLeaf(Buffer.of(9))) });
    await collector(behind).ask();
    // The log itself has reached what the witnesses know: that is no alarm.
    expect(await counts()).not.toContain("LOG_FORKED");
    const older = await openSqliteStore<GatewayProcedures>({
      file: join(dir, "older.sqlite"),
      module: new URL("../../../gateway/store.ts", import.meta.url),
    });
    const head = await older.call("logHead", undefined);
    const note = signer().sign(head.size, head.rootHash);
    await collector(() => ({ size: head.size, note }), older).ask();
    expect(JSON.stringify(await older.call("eventCounts", undefined))).toContain("LOG_FORKED");
    await older.close();
  });
});
