/** What is known of the log outside the store, so that an older store is seen (TP-BACK-8). */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { openCheckpoint, type TreeHead, verifyConsistency } from "#message-log";
import { boundedBody, type Database, LOG_LIMITS, Rounds } from "#runtime";
import { checkpointKeysOf, type RegisterView, writePublic } from "#trust";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { GatewayProcedures } from "./store.ts";

/** The newest checkpoint, beside the store. */
const KNOWN = "log-known.checkpoint";
/** Pairs of signed checkpoints that cannot both be true. */
const CONFLICTS = "log-conflicts";

/** A checkpoint under the log's own signature, and who has it. */
interface Known extends TreeHead {
  readonly by: string;
  readonly note: string;
}

/** Keeps the newest checkpoint beside the store, from time to time and at the end. */
export class KnownLogKeeper {
  readonly #file: string;
  readonly #checkpoints: Pick<CheckpointKeeper, "published">;
  readonly #rounds = new Rounds(LOG_LIMITS.knownPeriodMs, () => this.keep());
  #kept = "";

  constructor(dataDir: string, checkpoints: Pick<CheckpointKeeper, "published">) {
    this.#file = join(dataDir, KNOWN);
    this.#checkpoints = checkpoints;
  }

  /** Begins to keep it. */
  start(): void {
    this.#rounds.now();
    this.#rounds.start();
  }

  /** Keeps the last one; to be called when no further checkpoint comes. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
    await this.keep();
  }

  /** Keeps it unless it is kept. A disk that says no is told by the store, and is tried again. */
  async keep(): Promise<void> {
    const note = this.#checkpoints.published?.note ?? "";
    if (note === this.#kept) return;
    const isKept = await writePublic(this.#file, note).then(
      () => true,
      () => false,
    );
    if (isKept) this.#kept = note;
  }
}

/**
 * Refuses a store whose log does not go on from a checkpoint that the log has signed and that the
 * folder or a witness of the register knows: an older store was restored, or another one laid here.
 * Both signed checkpoints are kept as files. Throws TracepostError VERIFICATION.
 */
export async function refuseOlderLog(
  store: Pick<Database<GatewayProcedures>, "call">,
  register: RegisterView,
  dataDir: string,
): Promise<void> {
  // An empty store is no older log: it is one that begins.
  if ((await store.call("logHead", undefined)).size === 0) return;
  const all = await knownLogs(register, dataDir);
  // After what is known of it: another instance may be recording meanwhile (TP-INST-1).
  const head = await store.call("logHead", undefined);
  for (const known of all) {
    const conflict = await conflictOf(store, known, head);
    if (conflict === undefined) continue;
    const here = await store.call("keptCheckpoint", undefined);
    const folder = await keepBoth(dataDir, known.note, here?.note ?? "");
    throw new TracepostError("VERIFICATION", "the log in the store is older than the one known", {
      problems: [`${known.by} knows ${known.size} entries signed by this log; ${conflict}`],
      remedy:
        "Nothing was recorded or sent. Restore a later backup; without one the log has ended, " +
        "and another succeeds it (docs/operations/hub-lost.md). " +
        `Both signed checkpoints are in ${folder}.`,
    });
  }
}

/** How the store's log contradicts a checkpoint; undefined when it goes on from there. */
async function conflictOf(
  store: Pick<Database<GatewayProcedures>, "call">,
  known: Known,
  head: TreeHead,
): Promise<string | undefined> {
  if (known.size === 0) return undefined;
  if (head.size < known.size) return `the store has ${head.size}`;
  const sizes = { size1: known.size, size2: head.size };
  const proof = await store.call("logConsistency", sizes);
  const roots = { root1: known.rootHash, root2: head.rootHash };
  if (verifyConsistency({ ...sizes, ...roots, proof })) return undefined;
  return `the store has ${head.size}, and others at their places`;
}

/** What the folder and the witnesses of a register know of its log. */
export async function knownLogs(
  register: RegisterView,
  dataDir: string,
): Promise<readonly Known[]> {
  const { logOrigin: origin, witnesses } = register;
  const file = join(dataDir, KNOWN);
  const asked = witnesses.witnesses
    .filter(({ url }) => url !== "")
    .map(async ({ name, url }) => ({ by: `witness ${name}`, note: await witnessed(url, origin) }));
  const notes = [{ by: file, note: await readFile(file, "utf8").catch(() => "") }];
  notes.push(...(await Promise.all(asked)));
  return notes.flatMap((one) => {
    const head = openCheckpoint(one.note, origin, checkpointKeysOf(register));
    return head === undefined ? [] : [{ ...one, ...head }];
  });
}

/** What a witness has cosigned last of a log; empty when it says nothing. */
async function witnessed(url: string, origin: string): Promise<string> {
  const hash = createHash("sha256").update(origin).digest("hex");
  const base = url.endsWith("/") ? url : `${url}/`;
  try {
    const response = await fetch(new URL(`${hash}/checkpoint`, base), {
      redirect: "error",
      signal: AbortSignal.timeout(LOG_LIMITS.witnessedMs),
    });
    const body = await boundedBody(response, LOG_LIMITS.noteBytesMax);
    return response.status === 200 ? (body?.toString("utf8") ?? "") : "";
  } catch {
    return "";
  }
}

/** What is known, and what was kept here: each is signed, and they cannot both be true. */
async function keepBoth(dataDir: string, known: string, here: string): Promise<string> {
  const all = join(dataDir, CONFLICTS);
  const digest = createHash("sha256").update(known).update(here).digest("hex");
  const folder = join(all, digest.slice(0, 16));
  const others = await readdir(all).catch(() => []);
  if (others.length >= LOG_LIMITS.conflictsKeptMax) return all;
  await mkdir(folder, { recursive: true });
  await writePublic(join(folder, "known.checkpoint"), known);
  await writePublic(join(folder, "here.checkpoint"), here);
  return folder;
}
