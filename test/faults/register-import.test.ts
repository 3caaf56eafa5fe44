import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { FIREARM_LIMITS, IMPORT_CRASH_POINTS } from "#runtime";
import { openSqliteStore } from "#store";
import { writeParticipantConfig } from "../../deploy/local/folder/service-configs.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import { exportRegister } from "../../services/focal-point/register/export-register.ts";
import { Spool } from "../../services/focal-point/register/spool.ts";
import type { FocalPointProcedures } from "../../services/focal-point/store.ts";
import { type LimitedService, startLimited } from "../support/limited-service.ts";
import { specsOf, startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";
import { randomFrom } from "../support/seeded-random.ts";
import { readRows } from "../support/stored-post.ts";

// An import of a register that is ended anywhere, or that the disk does not take, goes on by itself
// (TP-FIRE-11): nobody asks after it here, the store alone is looked at.

const PATIENCE = { timeout: 120_000, interval: 200 };
const PROGRAM = fileURLToPath(new URL("../../services/focal-point/main.ts", import.meta.url));
const MODULE = new URL("../../services/focal-point/store.ts", import.meta.url);
/** No limit that a test comes near. */
const PLENTY_KIB = 64 * 1024 * 1024;
/** Less than a focal point's empty store: whatever is written behind it fails. */
const FULL_KIB = 256;

let carrier: TestCarrier;
beforeAll(async () => {
  carrier = await startTestCarrier(["AT", "BR", "NE"]);
});
afterAll(async () => {
  await carrier.stop();
});

const folder = (id: string): string => carrier.paths.participant(id).dir;
const storeFile = (id: string): string => join(folder(id), "focal-point.sqlite");

async function start(id: string, env: Record<string, string> = {}): Promise<LimitedService> {
  const port = await findFreePort();
  const [spec] = specsOf([id]);
  if (spec === undefined) throw new TypeError("there is no such participant");
  await writeParticipantConfig(carrier.paths, spec, { natsUrl: carrier.url, httpPort: port }, {});
  const configFile = carrier.paths.participant(id).config;
  const url = `http://127.0.0.1:${port}`;
  return startLimited({ program: PROGRAM, configFile, url, fileKib: PLENTY_KIB, env });
}

const ready = (service: LimitedService) =>
  expect.poll(async () => (await service.readyz()).status, PATIENCE).toBe(200);

/** Each firearm with an event; every third line tells a second event of the one before. */
async function* linesOf(count: number): AsyncGenerator<Uint8Array> {
  for (let line = 0; line < count; line += 1) {
    const id = String(line - (line % 3 === 2 ? 1 : 0)).padStart(9, "0");
    const event = { kind: line % 3 === 2 ? "SOLD" : "MANUFACTURED", date: "1999" };
    const firearm = { id, make: "GLOCK", serial: `MU${id}`, madeUp: true, events: [event] };
    yield Buffer.from(`${JSON.stringify(firearm)}\n`);
  }
}

/** Puts a file down as the HTTP door does, while no service runs. */
async function putDown(id: string, lines: number): Promise<void> {
  const uploadId = "up_000000000001";
  const store = await openSqliteStore<FocalPointProcedures>({
    file: storeFile(id),
    module: MODULE,
  });
  try {
    const begun = { uploadId, name: "f", format: "jsonl", partial: false, actor: "r" } as const;
    await store.call("beginUpload", { ...begun, nowMs: Date.now(), repeat: undefined });
    const spool = new Spool(join(folder(id), "imports"));
    const { bytes: totalBytes } = await spool.append(uploadId, 0, linesOf(lines));
    await store.call("closeUpload", { uploadId, totalBytes });
  } finally {
    await store.close();
  }
}

const states = (id: string): Promise<{ state: string }[]> =>
  readRows(storeFile(id), (all) => all("SELECT state FROM register_upload"));
const isDone = (id: string) => expect.poll(() => states(id), PATIENCE).toEqual([{ state: "DONE" }]);

/** The register as it goes out, and its keys. */
async function registerOf(id: string): Promise<unknown> {
  const store = await openSqliteStore<FocalPointProcedures>({
    file: storeFile(id),
    module: MODULE,
  });
  try {
    const pieces: string[] = [];
    for await (const piece of exportRegister(store, "jsonl")) pieces.push(piece);
    const keys = await readRows(storeFile(id), (all) =>
      all(
        "SELECT key, firearm FROM firearm_look_alike UNION ALL SELECT key, firearm FROM firearm_tail",
      ),
    );
    return { lines: pieces.join(""), keys };
  } finally {
    await store.close();
  }
}

describe.skipIf(process.platform !== "linux")("an import of a register", () => {
  test("that is killed at every point of it ends with the register of one that was not", async () => {
    const lines = FIREARM_LIMITS.portionLines * 4;
    const random = randomFrom(inject("seed"));
    await putDown("AT", lines);
    await putDown("BR", lines);
    for (const point of IMPORT_CRASH_POINTS) {
      const passing = point.endsWith("pass-ended") ? 1 : 1 + Math.floor(random() * 2);
      const struck = await start("AT", { TRACEPOST_CRASH_AT: `${point}:${passing}` });
      expect(await struck.ended, struck.said()).toBe("SIGKILL");
    }
    const [restarted, undisturbed] = [await start("AT"), await start("BR")];
    try {
      await isDone("AT");
      await isDone("BR");
    } finally {
      await restarted.stop();
      await undisturbed.stop();
    }
    expect(await registerOf("AT")).toEqual(await registerOf("BR"));
  }, 600_000);

  test("that a full disk stops goes on by itself when there is room again", async () => {
    const lines = FIREARM_LIMITS.portionLines * 20;
    await putDown("NE", lines);
    const service = await start("NE");
    try {
      await ready(service);
      await service.limit(FULL_KIB);
      await expect
        .poll(() => service.said(), PATIENCE)
        .toMatch(/imports of the register stand still/);
      expect(await states("NE")).not.toEqual([{ state: "DONE" }]);
      await service.liftLimit();
      await isDone("NE");
      const totals = await readRows(storeFile("NE"), (all) =>
        all<{ records: number }>("SELECT records FROM firearm_total"),
      );
      expect(totals).toEqual([{ records: Math.ceil((lines * 2) / 3) }]);
      // It is said behind the last of what stood still, so after the import is seen as done.
      const goneOn = () => service.said().match(/imports of the register go on/g);
      await expect.poll(goneOn, PATIENCE).toHaveLength(1);
    } finally {
      await service.stop();
    }
  }, 600_000);
});
