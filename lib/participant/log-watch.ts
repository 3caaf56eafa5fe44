import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  compareHeads,
  FetchedTiles,
  type FetchPath,
  fetchCheckpoint,
  type LogRelation,
  openCheckpoint,
  type TreeHead,
  witnessesOf,
} from "#message-log";
import { type Clock, type Database, LOG_LIMITS, type Logger, type Timers } from "#runtime";
import { checkpointKeysOf, type RegisterView, writePublic } from "#trust";
import { sha256 } from "#wire";
import { COSIGNED, keptCosigned } from "./cosigned-note.ts";
import type { ServiceProcedures } from "./store/service-store.ts";

/** What the watch works with. */
export interface LogWatchParts {
  readonly dataDir: string;
  /** Reads below the address of the exchange. */
  readonly fetchPath: FetchPath;
  readonly register: () => RegisterView;
  readonly store: Pick<Database<ServiceProcedures>, "call">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** A checkpoint whose signature holds. */
interface SignedCheckpoint extends TreeHead {
  readonly note: string;
}

/**
 * A participant's own look at the message log (TP-LOG-20): the newest checkpoint must begin with
 * all that it was shown before, by proofs made from hashes that are fetched and not believed. What
 * it has seen lies in files of the data folder, ready to be shown to others.
 */
export class LogWatch {
  readonly #parts: LogWatchParts;
  /** When it began to look. */
  readonly #sinceMs: number;
  #cosignedSize = 0;
  /** Log that the sizes are of: another may succeed it (TP-SUCC-6). */
  #origin = "";
  #toldSize = 0;
  #callOff: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(parts: LogWatchParts) {
    this.#parts = parts;
    this.#sinceMs = parts.clock.now();
  }

  /** Size of the newest checkpoint that a quorum of witnesses has cosigned, as far as is known. */
  get cosignedSize(): number {
    return this.#origin === this.#parts.register().logOrigin ? this.#cosignedSize : 0;
  }

  /** Looks now and from time to time; does not wait for the first look. */
  start(): void {
    const again = (): void => {
      this.#looking = this.look();
      this.#callOff = this.#parts.timers.after(LOG_LIMITS.watchPeriodMs, again);
    };
    this.#callOff = this.#parts.timers.after(LOG_LIMITS.watchFirstMs, again);
  }

  /** Waits for the look that is under way. */
  async stop(): Promise<void> {
    this.#callOff?.();
    await this.#looking;
  }

  /** One look. Never throws: an exchange that cannot be reached is looked at again later. */
  async look(): Promise<void> {
    const { clock, logger, register } = this.#parts;
    if (this.#origin !== register().logOrigin) {
      this.#origin = register().logOrigin;
      this.#cosignedSize = 0;
      this.#toldSize = 0;
    }
    const warn = (caught: unknown): void => {
      logger.warn({ err: caught }, "the log could not be looked at; it is tried again");
    };
    const answer = this.#lookAtNewest().then(() => true);
    const isShown = await answer.catch((caught: unknown) => {
      warn(caught);
      return false;
    });
    // Silence is not to hide what nobody has cosigned; after a start the way may not be there yet.
    const isEarly = !isShown && clock.now() - this.#sinceMs < LOG_LIMITS.unwitnessedMs;
    if (!isEarly) await this.#lookHowLong().catch(warn);
  }

  async #lookAtNewest(): Promise<void> {
    const { fetchPath, logger } = this.#parts;
    const newest = this.#opened(await fetchCheckpoint(fetchPath));
    if (newest === undefined) {
      logger.warn("the checkpoint of the exchange is not signed by a key of the register");
      return;
    }
    if (!(await this.#extendsKept(newest)) || !(await this.#extendsSeen(newest))) return;
    await writePublic(this.#file(SEEN), newest.note);
    await this.#lookForQuorum(newest);
  }

  /** The checkpoint kept by the last look is the beginning of this one. */
  async #extendsKept(newest: SignedCheckpoint): Promise<boolean> {
    const kept = await this.#kept(SEEN);
    if (kept === undefined) return true;
    const relation = await this.#compare(kept, newest);
    if (relation === "same" || relation === "grown") return true;
    await this.#alarm(relation, newest, kept);
    return false;
  }

  /** So is the newest tree that receipts, dispatches or another State's seals have shown us. */
  async #extendsSeen(newest: SignedCheckpoint): Promise<boolean> {
    const seen = await this.#parts.store.call("postSeenCheckpoint", undefined);
    // What was shown is newer than what is handed out: it is compared at a later look.
    if (seen === null || seen.size > newest.size) return true;
    const relation = await this.#compare(seen, newest);
    if (relation !== "fork") return true;
    await this.#alarm(relation, newest, undefined);
    return false;
  }

  async #lookForQuorum(newest: SignedCheckpoint): Promise<void> {
    const { dataDir, fetchPath, register } = this.#parts;
    const { quorum, witnesses } = register().witnesses;
    if (quorum === 0) return;
    const bytes = await fetchPath("checkpoint?cosigned=true", LOG_LIMITS.noteBytesMax);
    const note = bytes === undefined ? "" : Buffer.from(bytes).toString("utf8");
    const cosigned = this.#opened(note) ?? (await this.#kept(COSIGNED));
    if (cosigned === undefined || cosigned.size > newest.size) return;
    if (witnessesOf(cosigned.note, witnesses).length < quorum) return;
    const relation = await this.#compare(cosigned, newest);
    if (relation === "fork") {
      await this.#alarm(relation, newest, cosigned);
      return;
    }
    this.#cosignedSize = Math.max(this.#cosignedSize, cosigned.size);
    // An older one, or one of other witnesses, does not take the place of what is known to be more.
    const kept = await keptCosigned(dataDir, register().logOrigin);
    if (cosigned.size < (kept?.size ?? 0)) return;
    await writePublic(this.#file(COSIGNED), cosigned.note);
  }

  /** What no quorum has cosigned for a day is an incident; counted again by each start. */
  async #lookHowLong(): Promise<void> {
    const { clock, logger, register, store } = this.#parts;
    if (register().witnesses.quorum === 0) return;
    const nowMs = clock.now();
    const newestSize = await this.#sizeSeen();
    const cosignedSize = Math.max(this.#cosignedSize, await this.#sizeKeptCosigned());
    const open = (await this.#uncosigned()) ?? { size: newestSize, sinceMs: nowMs };
    if (cosignedSize >= open.size) {
      const isOpen = newestSize > cosignedSize;
      const next = isOpen ? `${newestSize} ${nowMs} ${this.#origin}` : "";
      await writePublic(this.#file(UNCOSIGNED), next);
      return;
    }
    await writePublic(this.#file(UNCOSIGNED), `${open.size} ${open.sinceMs} ${this.#origin}`);
    const isLong = nowMs - open.sinceMs >= LOG_LIMITS.unwitnessedAlarmMs;
    if (!isLong || this.#toldSize === open.size) return;
    const since = new Date(open.sinceMs).toISOString();
    const detail = `entry ${open.size - 1}, seen ${since}: no cosignatures of a quorum were shown`;
    logger.error({ size: open.size, since }, "no quorum of witnesses has cosigned the log");
    const digest = sha256(Buffer.from(`UNWITNESSED ${open.size}`));
    const incident = { kind: "UNWITNESSED", digest, detail } as const;
    await store.call("postRecordIncident", { incident, nowMs });
    this.#toldSize = open.size;
  }

  /** Of the newest tree that was handed out, or that receipts and dispatches have shown. */
  async #sizeSeen(): Promise<number> {
    const shown = await this.#parts.store.call("postSeenCheckpoint", undefined);
    return Math.max(shown?.size ?? 0, (await this.#kept(SEEN))?.size ?? 0);
  }

  async #sizeKeptCosigned(): Promise<number> {
    const { quorum, witnesses } = this.#parts.register().witnesses;
    const kept = await this.#kept(COSIGNED);
    if (kept === undefined || witnessesOf(kept.note, witnesses).length < quorum) return 0;
    return kept.size;
  }

  /** The oldest tree that was seen and no quorum has cosigned since; undefined for none. */
  async #uncosigned(): Promise<{ size: number; sinceMs: number } | undefined> {
    const text = await readFile(this.#file(UNCOSIGNED), "utf8").catch(() => "");
    const [sizeText, sinceText, origin = this.#origin] = text.split(" ");
    const [size, sinceMs] = [Number(sizeText), Number(sinceText)];
    if (origin !== this.#origin) return undefined;
    const isWhole = Number.isSafeInteger(size) && Number.isSafeInteger(sinceMs) && size > 0;
    return isWhole ? { size, sinceMs } : undefined;
  }

  async #compare(before: TreeHead, now: TreeHead): Promise<LogRelation> {
    const { fetchPath } = this.#parts;
    return await compareHeads(before, now, (size) => new FetchedTiles(fetchPath, size));
  }

  /** Both signed checkpoints are kept as files: each alone proves nothing, together they do. */
  async #alarm(
    relation: LogRelation,
    newest: SignedCheckpoint,
    kept: SignedCheckpoint | undefined,
  ): Promise<void> {
    const { clock, logger, store } = this.#parts;
    const digest = sha256(Buffer.from(newest.note));
    const folder = this.#file(join(CONFLICTS, Buffer.from(digest).toString("hex").slice(0, 16)));
    await keepBoth(this.#file(CONFLICTS), folder, { shown: newest.note, before: kept?.note });
    logger.error({ relation, size: newest.size, folder }, "THE LOG IS NOT THE ONE SEEN BEFORE");
    const detail = `${relation} at size ${newest.size}; see ${CONFLICTS}`;
    const incident = { kind: "LOG_FORKED", digest: newest.rootHash, detail } as const;
    await store.call("postRecordIncident", { incident, nowMs: clock.now() });
  }

  #opened(note: string): SignedCheckpoint | undefined {
    const view = this.#parts.register();
    const head = openCheckpoint(note, view.logOrigin, checkpointKeysOf(view));
    return head && { ...head, note };
  }

  async #kept(name: string): Promise<SignedCheckpoint | undefined> {
    const note = await readFile(this.#file(name), "utf8").catch(() => "");
    return this.#opened(note);
  }

  #file(name: string): string {
    return join(this.#parts.dataDir, name);
  }
}

/** What was shown, and what it contradicts, as far as a signed checkpoint says it. */
async function keepBoth(
  all: string,
  folder: string,
  { before, shown }: { readonly shown: string; readonly before: string | undefined },
): Promise<void> {
  const others = await readdir(all).catch(() => []);
  if (others.length >= LOG_LIMITS.conflictsKeptMax) return;
  await mkdir(folder, { recursive: true });
  await writePublic(join(folder, "shown.checkpoint"), shown);
  if (before !== undefined) await writePublic(join(folder, "before.checkpoint"), before);
}

const SEEN = "log-seen.checkpoint";
const UNCOSIGNED = "log-uncosigned.txt";
const CONFLICTS = "log-conflicts";
