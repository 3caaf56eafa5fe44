import { setTimeout as pause } from "node:timers/promises";
import { Kind, Lane, ParticipantStatus, Role } from "#proto";
import {
  type Clock,
  type Database,
  type Logger,
  MONITOR_FEED_LIMITS,
  newMessageId,
  passCrashPoint,
  Rounds,
} from "#runtime";
import { disclosurePolicy } from "#statistics";
import type { CurrentRegister, RegisterView } from "#trust";
import { buildFeedMessage, type HeaderSigner } from "#wire";
import type { Duty } from "../instances/duty.ts";
import type { OutgoingDispatch } from "../steps/dispatch.ts";
import type { StoredFeed } from "../store/monitor/feed-chain.ts";
import type { FedMonitor } from "../store/monitor/monitor-event.ts";
import type { GatewayProcedures } from "../store.ts";
import { Releaser } from "./releaser.ts";

/** What the feeder works with. */
export interface MonitorFeederDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly register: Pick<CurrentRegister, "view">;
  readonly duty: Duty;
  readonly signer: () => HeaderSigner;
  readonly publish: (outgoing: OutgoingDispatch) => Promise<void>;
  readonly connected: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often it looks; default: MONITOR_FEED_LIMITS.followMs. */
  readonly periodMs?: number | undefined;
}

/**
 * Counts what was recorded since it looked last, and feeds the monitors (TP-FEED-4 to TP-FEED-9):
 * one instance for all. Everything that is fed is in the store before it is put on its way, and put
 * there again after a start; a monitor takes each number once.
 */
export class MonitorFeeder {
  readonly #deps: MonitorFeederDeps;
  readonly #stopped = new AbortController();
  readonly #releaser: Releaser;
  readonly #rounds: Rounds;

  constructor(deps: MonitorFeederDeps) {
    this.#deps = deps;
    this.#releaser = new Releaser(deps);
    const periodMs = deps.periodMs ?? MONITOR_FEED_LIMITS.followMs;
    this.#rounds = new Rounds(periodMs, () => this.#round());
  }

  /** Begins; does not wait for what was recorded before. */
  start(): void {
    this.#rounds.start();
    this.#rounds.now();
    this.#deps.duty.onTaken(() => this.#rounds.now());
  }

  /** Ends after the step that is under way. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#rounds.stop();
  }

  get #isToGoOn(): boolean {
    return this.#deps.duty.isMine && !this.#stopped.signal.aborted;
  }

  /** Counts all that is recorded, and puts on its way what follows from it. */
  async feed(): Promise<void> {
    const { clock, store } = this.#deps;
    await this.#tally();
    await this.#releaser.makeDue(() => this.#isToGoOn);
    await this.#push();
    if (this.#isToGoOn) await store.call("trimFeeds", { nowMs: clock.now() });
  }

  async #round(): Promise<void> {
    try {
      await this.feed();
    } catch (caught) {
      const said = "the regional monitors could not be fed; they are again";
      this.#deps.logger.error({ err: caught }, said);
    }
  }

  /** Short steps with pauses between them, until everything that is recorded is counted. */
  async #tally(): Promise<void> {
    const { clock, register, store } = this.#deps;
    const { signal } = this.#stopped;
    while (this.#isToGoOn) {
      const nowMs = clock.now();
      const view = register.view();
      const monitors = fedMonitors(view, nowMs);
      const step = { nowMs, registerVersion: Number(view.version), monitors };
      const { isDone } = await store.call("tallyRecords", step);
      passCrashPoint("gateway.tally-kept");
      if (isDone) return;
      await pause(MONITOR_FEED_LIMITS.stepPauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Puts on its way what never was; one after the other, in the order of each chain. */
  async #push(): Promise<void> {
    const { connected, register, store } = this.#deps;
    let monitors = monitorIds(register.view());
    while (this.#isToGoOn && connected() && monitors.length > 0) {
      const waiting = await store.call("unpushedFeeds", { monitors });
      if (waiting.length === 0) return;
      const failed = new Set<string>();
      for (const feed of waiting) {
        if (!this.#isToGoOn) return;
        // What comes behind one that the carrier does not take waits with it.
        if (!failed.has(feed.monitor) && !(await this.#send(feed))) failed.add(feed.monitor);
      }
      monitors = monitors.filter((id) => !failed.has(id));
    }
  }

  async #send({ feed, monitor, number }: StoredFeed): Promise<boolean> {
    const { clock, logger, publish, register, signer, store } = this.#deps;
    const sentAtMs = clock.now();
    const messageId = newMessageId(sentAtMs);
    const registerVersion = register.view().version;
    const about = { recipient: monitor, messageId, sentAtMs, registerVersion, feed };
    const { bytes: envelope } = buildFeedMessage(about, signer());
    const outgoing = { recipient: monitor, lane: Lane.BULK, kind: Kind.MONITOR_FEED, messageId };
    try {
      await publish({ ...outgoing, attempt: 1, envelope, evidence: undefined });
      passCrashPoint("gateway.feed-published");
    } catch (caught) {
      logger.warn({ err: caught, monitor, number }, "a feed message waits for the carrier");
      return false;
    }
    await store.call("noteFeedPushed", { monitor, number });
    return true;
  }
}

/** The monitors of a register that are fed events, and which States have consented to each. */
function fedMonitors(view: RegisterView, nowMs: number): FedMonitor[] {
  const policy = disclosurePolicy(view, nowMs);
  return monitorIds(view).flatMap((id) => {
    const states = policy.states.filter(
      (state) => policy.eventFor(id, { fromState: state, toState: "" }) !== undefined,
    );
    return states.length === 0 ? [] : [{ id, states }];
  });
}

function monitorIds({ participants }: RegisterView): string[] {
  return participants
    .filter(({ role, status }) => {
      return role === Role.REGIONAL_MONITOR && status === ParticipantStatus.ACTIVE;
    })
    .map(({ id }) => id);
}
