import { readFile } from "node:fs/promises";
import { TracepostError } from "#errors";
import type { Incident } from "#post";
import type { Participant } from "#proto";
import { type Logger, type Timers, TRUST_LIMITS } from "#runtime";
import { type OwnIdentity, type RegisterClient, writePublic } from "#trust";
import { sha256 } from "#wire";
import type { FetchVersion } from "./fetch-signed.ts";

/** What looking at versions that were passed over needs. */
export interface SkippedVersionsParts {
  /** Own participant id. */
  readonly participant: string;
  readonly client: Pick<RegisterClient, "earlierEntry">;
  readonly fetchVersion: FetchVersion;
  /** File with the versions still to be looked at, for the next start; default: none. */
  readonly unseenFile?: string | undefined;
  /** What is wrong with our own entry, in words. */
  readonly checkOwnEntry: (own: Participant | undefined) => string | undefined;
  readonly own?: (() => OwnIdentity | undefined) | undefined;
  readonly onIncident: (incident: Incident) => Promise<void>;
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * Looks at a participant's own entry in the versions that it passed over while it was away
 * (TP-REG-16): each is fetched, held against the manifest that was followed, and looked at like one
 * that was taken. What cannot be had is asked for again with doubling waits, and told in the end:
 * whoever keeps a version back may have shown it to the others.
 */
export class SkippedVersions {
  readonly #parts: SkippedVersionsParts;
  readonly #open = new Set<bigint>();
  #vain = 0;
  #looking: Promise<void> = Promise.resolve();
  #callOff: (() => void) | undefined;
  #stopped = false;

  constructor(parts: SkippedVersionsParts) {
    this.#parts = parts;
  }

  /** Goes on with what a stop has left. */
  async start(): Promise<void> {
    const { unseenFile } = this.#parts;
    const text = unseenFile === undefined ? "" : await readFile(unseenFile, "utf8").catch(() => "");
    for (const version of text.split(" ")) {
      if (/^[1-9][0-9]{0,18}$/u.test(version)) this.#open.add(BigInt(version));
    }
    this.look();
  }

  /**
   * Versions between one in force and the one that follows it are to be looked at; kept, so that it
   * is done whatever comes between.
   */
  async note(before: bigint, now: bigint): Promise<void> {
    const first = now - BigInt(TRUST_LIMITS.registerVersionsKept);
    for (let version = first > before ? first : before + 1n; version < now; version += 1n) {
      this.#open.add(version);
    }
    if (this.#open.size > 0) await this.#keep();
  }

  /** Looks at what is noted, now that the version after it is in force. */
  look(): void {
    this.#vain = 0;
    this.#lookAgain();
  }

  /** Waits for the look under way; the next start goes on. */
  async stop(): Promise<void> {
    this.#callOff?.();
    this.#stopped = true;
    await this.#looking;
  }

  async #keep(): Promise<void> {
    const { unseenFile } = this.#parts;
    if (unseenFile !== undefined) await writePublic(unseenFile, [...this.#open].join(" "));
  }

  #lookAgain(): void {
    this.#callOff?.();
    if (this.#open.size === 0 || this.#stopped) return;
    this.#looking = this.#looking.then(() => this.#look());
  }

  async #look(): Promise<void> {
    const { logger, timers } = this.#parts;
    const isLast = this.#vain >= TRUST_LIMITS.registerFetchesMax;
    for (const version of [...this.#open]) {
      if (this.#stopped) return;
      try {
        await this.#lookAt(version);
        this.#open.delete(version);
        await this.#keep();
      } catch (caught) {
        logger.warn({ err: caught, version: String(version) }, "a version was not looked at yet");
        if (isLast) await this.#giveUp(version, TracepostError.from(caught).message);
      }
    }
    if (this.#open.size === 0 || isLast || this.#stopped) return;
    this.#vain += 1;
    const waitMs = TRUST_LIMITS.registerFetchMs * 2 ** this.#vain;
    this.#callOff = timers.after(waitMs, () => this.#lookAgain());
  }

  async #lookAt(version: bigint): Promise<void> {
    const { client, fetchVersion, participant } = this.#parts;
    const bytes = await fetchVersion(version);
    if (bytes === undefined) throw new TracepostError("UNAVAILABLE", "it could not be fetched");
    const found = client.earlierEntry(version, bytes, participant);
    if (!found.ok) {
      const { code, detail, field } = found.refusal;
      throw new TracepostError("VERIFICATION", `${field} ${detail}`, { problems: [code] });
    }
    const problem = this.#problemOf(found.value);
    if (problem !== undefined) await this.#tell("OWN_ENTRY", version, problem);
  }

  /** What was in vain for long is told, once: a later look of its own is a person's. */
  async #giveUp(version: bigint, why: string): Promise<void> {
    const problem = `our entry could not be looked at, ${why}`;
    try {
      await this.#tell("REGISTER_REFUSED", version, problem);
      this.#open.delete(version);
      await this.#keep();
    } catch (caught) {
      this.#parts.logger.error({ err: caught }, "an incident was not kept");
    }
  }

  async #tell(
    kind: "OWN_ENTRY" | "REGISTER_REFUSED",
    version: bigint,
    problem: string,
  ): Promise<void> {
    const { logger, onIncident, participant } = this.#parts;
    logger.error({ version: String(version), problem }, "our entry was not ours, or not shown");
    const detail = `version ${version}, while we were away: ${problem}`;
    const digest = sha256(Buffer.from(`${kind} ${participant} ${detail}`));
    await onIncident({ kind, digest, sender: participant, detail });
  }

  #problemOf(entry: {
    readonly participant: Participant | undefined;
    readonly identityKeyId: string | undefined;
  }): string | undefined {
    const { checkOwnEntry, own } = this.#parts;
    const identity = own?.();
    const isForeign =
      identity !== undefined &&
      entry.identityKeyId !== undefined &&
      !identity.identityKeyIds.includes(entry.identityKeyId);
    return isForeign
      ? "it gave us an identity key we have not made"
      : checkOwnEntry(entry.participant);
  }
}
