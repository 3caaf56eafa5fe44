import { type Clock, type Database, GATEWAY_LIMITS, type Logger, Rounds } from "#runtime";
import {
  type EndingKey,
  endingKeys,
  endingStage,
  endingText,
  type RegisterAlarm,
  type RegisterClient,
  standingNotice,
} from "#trust";
import type { Duty } from "../instances/duty.ts";
import type { Occurrence } from "../store/operator-events.ts";
import type { GatewayProcedures } from "../store.ts";
import { noteCompromised } from "./compromised-watch.ts";

/** What the watch works with. */
export interface RegisterWatchDeps {
  readonly client: RegisterClient;
  readonly duty: Duty;
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Tells the operator of the register in force (TP-RUN-20): that it is to be renewed, has expired or
 * has closed, of keys in it that are not believed, and of keys that end (TP-KEY-7). Each is said
 * once for a version, and again after a start.
 */
export class RegisterWatch {
  readonly #deps: RegisterWatchDeps;
  readonly #said = new Set<string>();
  readonly #rounds = new Rounds(GATEWAY_LIMITS.registerLookMs, () => this.look());
  #counting: Promise<void> | undefined;

  constructor(deps: RegisterWatchDeps) {
    this.#deps = deps;
  }

  /** Looks now, and again from time to time. */
  async start(): Promise<void> {
    await this.look();
    this.#rounds.start();
  }

  /** Ends looking. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
    await this.#counting;
  }

  /** Looks once. Never throws: what cannot be stored is said at the next look. */
  async look(): Promise<void> {
    const { client, clock, duty, logger, store } = this.#deps;
    if (!duty.isMine) return;
    const nowMs = clock.now();
    const version = String(client.current.view().version);
    const standing = client.current.standing(nowMs);
    const notice = standingNotice(standing, nowMs);
    const isOld = standing.name === "stale" && notice?.level === "look";
    const found: Occurrence[] = client.alarms().map((alarm) => doubtOf(alarm, version));
    if (notice !== undefined && !isOld) {
      const subject = `version ${version}: ${standing.name}`;
      found.push({ kind: "REGISTER_EXPIRY", participant: "", subject, detail: notice.what });
    }
    for (const key of endingKeys(client.current.view(), nowMs)) found.push(endOf(key, nowMs));
    // Beside the work: there may be many records to count.
    this.#counting ??= this.#lookAtKeys(nowMs).finally(() => {
      this.#counting = undefined;
    });
    const unsaid = found.filter((one) => !this.#said.has(JSON.stringify([one.kind, one.subject])));
    if (unsaid.length === 0) return;
    try {
      await store.call("noteEvents", { occurrences: unsaid, nowMs });
      for (const { kind, subject } of unsaid) this.#said.add(JSON.stringify([kind, subject]));
    } catch (caught) {
      logger.error({ err: caught }, "what is to be said of the register could not be stored");
    }
  }

  /** What came under keys that were compromised by then (TP-KEY-8). */
  async #lookAtKeys(nowMs: number): Promise<void> {
    const { client, logger, store } = this.#deps;
    for (const key of client.compromisedKeys) {
      const said = JSON.stringify(["KEY_COMPROMISED", key.keyId, key.sinceMs]);
      if (this.#said.has(said)) continue;
      try {
        await noteCompromised(store, key, nowMs);
        this.#said.add(said);
      } catch (caught) {
        const { keyId } = key;
        logger.error({ err: caught, keyId }, "what came under a compromised key was not counted");
      }
    }
  }
}

function doubtOf({ detail, kind, participant }: RegisterAlarm, version: string): Occurrence {
  return {
    kind: "KEYS_DOUBTED",
    participant,
    subject: `version ${version}: ${kind} ${participant}`,
    detail,
  };
}

function endOf(key: EndingKey, nowMs: number): Occurrence {
  return {
    kind: "KEY_EXPIRY",
    participant: key.participant,
    subject: `${key.use} ${key.keyId}: ${endingStage(key, nowMs)}`,
    detail: `${endingText(key, nowMs)}, and the register has no next one`,
  };
}
