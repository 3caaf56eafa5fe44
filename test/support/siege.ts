import { NATS_LIMITS, withDeadline } from "#runtime";
import type { ExchangeEvent, RunningExchange } from "../../deploy/local/index.ts";
import { randomFrom } from "./seeded-random.ts";

/** What a siege did. */
export interface SiegeReport {
  /** Processes ended with SIGKILL. */
  readonly kills: number;
  /** How often two were ended at the same moment. */
  readonly pairs: number;
  /** How often one was ended again while it was coming back. */
  readonly duringRecovery: number;
  /** Processes stopped for longer than `ack_wait`, then continued. */
  readonly freezes: number;
  /** How often the supervisor gave a process up, and it was started by hand. */
  readonly startedByHand: number;
}

/** How hard it is. */
export interface SiegeOptions {
  readonly seed: number;
  /** Processes to end, at least. */
  readonly kills: number;
  /** Processes to freeze. */
  readonly freezes: number;
  /** Names of all processes. */
  readonly victims: readonly string[];
}

/** Pauses between two strikes are drawn from here. */
const PAUSE_MS = { min: 200, max: 2_600 } as const;
/** Share of strikes that end two processes, and of those that strike again during recovery. */
const PAIR_SHARE = 0.2;
const AGAIN_SHARE = 0.25;
/** A process that was struck while it starts is struck so soon after it was spawned. */
const RECOVERY_MS_MAX = 700;
/** Longer than the server waits for an acknowledgement: what was in hand is handed out again. */
const FREEZE_MS = NATS_LIMITS.ackWaitMs + 2_000;
/** The supervisor's longest pause, with room: a process that is not started by then never is. */
const BACK_MS_MAX = 60_000;
/** Between two freezes. */
const FREEZE_PAUSE_MS = 4_000;

/**
 * Ends processes of a running exchange with SIGKILL at random moments, one or two at a time, some
 * again while they recover; freezes others for longer than `ack_wait`. The supervisor starts them
 * again; what it gives up, as it must after some crashes in a row, is started by hand, as an
 * operator would. Whom it strikes and how long it waits follow from the seed alone.
 */
export class Siege {
  readonly #options: SiegeOptions;
  readonly #exchange: () => RunningExchange;
  readonly #random: () => number;
  readonly #frozen = new Set<string>();
  readonly #spawned = new Map<string, () => void>();
  #kills = 0;
  #pairs = 0;
  #duringRecovery = 0;
  #freezes = 0;
  #startedByHand = 0;
  #over = false;

  constructor(exchange: () => RunningExchange, options: SiegeOptions) {
    this.#exchange = exchange;
    this.#options = options;
    this.#random = randomFrom(options.seed);
  }

  /** To be told of everything that happens to a process. */
  readonly noteEvent = (event: ExchangeEvent): void => {
    if (event.type === "spawned") {
      this.#spawned.get(event.name)?.();
      this.#spawned.delete(event.name);
    }
    if (event.type === "given-up") void this.#startByHand(event.name);
  };

  /** Strikes until enough processes were ended; then lets everything come back. */
  async run(): Promise<SiegeReport> {
    const freezing = this.#freezeSome();
    while (this.#kills < this.#options.kills) {
      await elapse(PAUSE_MS.min + this.#random() * (PAUSE_MS.max - PAUSE_MS.min));
      await this.#strike();
    }
    await freezing;
    this.#over = true;
    await this.#untilAllRun();
    return {
      kills: this.#kills,
      pairs: this.#pairs,
      duringRecovery: this.#duringRecovery,
      freezes: this.#freezes,
      startedByHand: this.#startedByHand,
    };
  }

  /** Each strike draws the same amount of chance, whatever it finds. */
  async #strike(): Promise<void> {
    const first = this.#draw();
    const second = this.#draw();
    const isPair = this.#random() < PAIR_SHARE;
    const isAgain = this.#random() < AGAIN_SHARE;
    const soon = this.#random() * RECOVERY_MS_MAX;
    const victims = isPair && second !== first ? [first, second] : [first];
    // Asked for before the blow: the one may be back before the other has gone.
    const back = this.#untilSpawned(first);
    const struck = await Promise.all(victims.map((name) => this.#kill(name)));
    if (struck.length === 2 && !struck.includes(false)) this.#pairs += 1;
    if (!isAgain || struck[0] !== true) return;
    await withDeadline(back, BACK_MS_MAX, `waiting for ${first} to be started again`);
    await elapse(soon);
    if (await this.#kill(first)) this.#duringRecovery += 1;
  }

  #draw(): string {
    const { victims } = this.#options;
    return victims[Math.floor(this.#random() * victims.length)] ?? "";
  }

  /** False when it does not run, or is frozen. */
  async #kill(name: string): Promise<boolean> {
    const control = this.#exchange().process(name);
    if (control.pid === 0 || this.#frozen.has(name)) return false;
    this.#kills += 1;
    await control.kill("SIGKILL");
    return true;
  }

  async #freezeSome(): Promise<void> {
    const random = randomFrom(this.#options.seed + 1);
    const { victims, freezes } = this.#options;
    while (this.#freezes < freezes) {
      await elapse(FREEZE_PAUSE_MS * random());
      const name = victims[Math.floor(random() * victims.length)] ?? "";
      const control = this.#exchange().process(name);
      const { pid, url } = control;
      // One that starts would be ended by its supervisor for not getting ready.
      if (pid === 0 || url === "") continue;
      this.#frozen.add(name);
      this.#freezes += 1;
      process.kill(pid, "SIGSTOP");
      await elapse(FREEZE_MS);
      if (control.pid === pid) process.kill(pid, "SIGCONT");
      this.#frozen.delete(name);
    }
  }

  #untilSpawned(name: string): Promise<void> {
    return new Promise((resolve) => this.#spawned.set(name, resolve));
  }

  async #startByHand(name: string): Promise<void> {
    this.#startedByHand += 1;
    await this.#bringUp(name);
  }

  async #untilAllRun(): Promise<void> {
    await Promise.all(this.#options.victims.map((name) => this.#bringUp(name)));
  }

  /** One that was struck before it was ready is started again; left alone, it must come up. */
  async #bringUp(name: string): Promise<void> {
    let failures = 0;
    for (;;) {
      try {
        await this.#exchange().process(name).start();
        return;
      } catch (caught) {
        // The first failure after the last blow may be that blow's.
        if (this.#over) failures += 1;
        if (failures > 1) throw caught;
      }
    }
  }
}

function elapse(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
