import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { systemClock } from "#runtime";
import { writePrivateFile } from "../../../deploy/local/folder/private-files.ts";
import { ExchangePaths, reconcileOnce } from "../../../deploy/local/index.ts";
import { openAccountEdit } from "../../../deploy/local/reconcile/account-edit.ts";
import { lockNats } from "../../../deploy/local/reconcile/nats-lock.ts";

/** No server answers there, and no accounts lie in the folder. */
const natsUrl = "nats://127.0.0.1:1";
let paths: ExchangePaths;

beforeEach(async () => {
  paths = new ExchangePaths(await mkdtemp(join(tmpdir(), "tracepost-reconcile-")));
});
afterEach(async () => {
  await rm(paths.dataDir, { recursive: true, force: true });
});

async function codeOf(done: Promise<unknown>): Promise<string> {
  return await done.then(
    () => "done",
    (caught: unknown) => TracepostError.from(caught).code,
  );
}

it("plans nothing by a version older than the one that NATS follows (TP-RUN-8)", async () => {
  await writePrivateFile(paths.run.reconciled, "7\n");
  const planned = async (version: bigint): Promise<string> => {
    const register = { bytes: new Uint8Array(), view: { version, participants: [] } } as never;
    const order = { paths, natsUrl, register, clock: systemClock, planOnly: false };
    return await codeOf(reconcileOnce(order, () => undefined));
  };
  expect(await planned(6n)).toBe("VERIFICATION");
  expect(await planned(7n), "the same is read once more").toBe("KEY_FILE");
});

it("changes no account while somebody else does (TP-RUN-8)", async () => {
  const first = await lockNats(paths, systemClock);
  const edit = codeOf(openAccountEdit({ paths, natsUrl }, "NE"));
  expect(await Promise.race([edit, pause(250, "waits")])).toBe("waits");
  await first.release();
  expect(await edit).toBe("DATA_FOLDER");
  const next = await lockNats(paths, systemClock);
  await next.release();
});
