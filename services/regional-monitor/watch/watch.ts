import { type Mail, Mailer, type MailOutcome } from "#mail";
import {
  type Clock,
  type Database,
  type Logger,
  Rounds,
  type Timers,
  WATCH_LIMITS,
} from "#runtime";
import { mailWords } from "./notice-text.ts";
import { isQuiet } from "./quiet-hours.ts";
import { DEFAULT_RULES, type WatchRule } from "./rules.ts";
import type { WATCH_PROCEDURES } from "./watch-procedures.ts";
import type { WatchSettings } from "./watch-settings.ts";

/** Whom a monitor may name now. */
export interface NamedNow {
  readonly inEvents: readonly string[];
  readonly inReleases: readonly string[];
}

/** What watching needs. */
export interface WatchDeps {
  readonly settings: WatchSettings;
  readonly store: Pick<Database<typeof WATCH_PROCEDURES>, "call">;
  /** Own participant id. */
  readonly monitor: string;
  /** States that the register names by consent now, in events and in releases. */
  readonly named: () => NamedNow;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Told of every attempt to send a mail: "sent", or why it failed. */
  readonly onMail: (outcome: string) => void;
}

/** Watches what was counted, and sends mails of it (TP-WATCH-6, TP-WATCH-9). */
export class Watch {
  readonly rules: readonly WatchRule[];
  readonly reminderDays: number;
  readonly #deps: WatchDeps;
  readonly #mailer: Mailer | undefined;
  readonly #rounds: Rounds;
  #isFirst = true;

  constructor(deps: WatchDeps) {
    const { settings, timers } = deps;
    this.#deps = deps;
    this.rules = settings.rules ?? DEFAULT_RULES;
    this.reminderDays = settings.reminderDays ?? WATCH_LIMITS.reminderDays;
    this.#mailer = settings.mail === undefined ? undefined : new Mailer(settings.mail, timers);
    this.#rounds = new Rounds(WATCH_LIMITS.lookMs, () => this.round());
  }

  get settings(): WatchSettings {
    return this.#deps.settings;
  }

  /** Addresses that are told by mail. */
  get addresses(): readonly string[] {
    return this.#mailer?.addresses ?? [];
  }

  /** Checks the files of the mail server, and notes who is told. Throws TracepostError KEY_FILE. */
  async open(): Promise<void> {
    const { clock, store } = this.#deps;
    await this.#mailer?.check();
    await store.call("mailAddresses", { addresses: this.addresses, nowMs: clock.now() });
  }

  /** Begins, with a round at once. */
  start(): void {
    this.#rounds.start();
    this.#rounds.now();
  }

  /** Ends after the round that is under way; what waits is for the next start. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  /** Looks once, and again at one day (TP-MON-25); sends what is due. What fails waits. */
  async round(): Promise<void> {
    const { clock, logger, named, store } = this.#deps;
    const { reminderDays, rules } = this;
    try {
      const nowMs = clock.now();
      const { isChanged } = await store.call("lookAgain", { nowMs });
      this.#isFirst ||= isChanged;
      const { inEvents, inReleases: namedInReleases } = named();
      const about = {
        rules,
        named: inEvents,
        namedInReleases,
        reminderDays,
        isFirst: this.#isFirst,
      };
      const count = await store.call("watchLook", { ...about, nowMs });
      this.#isFirst = false;
      if (count > 0) logger.info({ notices: count }, "somebody has to look: notices were made");
      for (const address of this.addresses) await this.#send(address);
    } catch (caught) {
      logger.error({ err: caught }, "watching failed here; it goes on with the next round");
    }
  }

  /** Sends a mail that tells nothing to each address (TP-WATCH-10). */
  async test(
    actor: string,
  ): Promise<{ readonly address: string; readonly outcome: MailOutcome }[]> {
    const { clock, monitor } = this.#deps;
    const nowMs = clock.now();
    const text = `This mail of the regional monitor ${monitor} is a test by ${actor}.\n`;
    const tried: { address: string; outcome: MailOutcome }[] = [];
    for (const [at, to] of this.addresses.entries()) {
      const id = `${monitor}.test-${at}.${nowMs}`;
      const mail = { id, to, subject: `Tracepost ${monitor}: test`, text, atMs: nowMs };
      tried.push({ address: to, outcome: await this.#attempt(mail) });
    }
    return tried;
  }

  async #send(address: string): Promise<void> {
    const { clock, logger, monitor, settings, store } = this.#deps;
    const { mailsNameStates: namesStates = false, quiet = [] } = settings;
    if (isQuiet(quiet, clock.now())) return;
    const due = await store.call("mailDue", { address, nowMs: clock.now() });
    if (due === null) return;
    const { madeAtMs, mail, notices, total } = due;
    const words = mailWords(notices, { monitor, namesStates, total });
    const id = `${monitor}.${mail}.${madeAtMs}`;
    const outcome = await this.#attempt({ ...words, id, to: address, atMs: madeAtMs });
    const nowMs = clock.now();
    if (outcome.type === "sent") {
      await store.call("mailAttempted", { mail, nowMs, failure: null, detail: "" });
      return;
    }
    const { detail, failure } = outcome;
    const state = await store.call("mailAttempted", { mail, nowMs, failure, detail });
    const seen = { mail, failure, detail };
    if (state === "FAILED") logger.error(seen, "a mail was given up");
    else logger.warn(seen, "a mail was not taken; it is sent again");
  }

  async #attempt(mail: Mail): Promise<MailOutcome> {
    const { logger, onMail } = this.#deps;
    const outcome = await (this.#mailer as Mailer).send(mail);
    onMail(outcome.type === "sent" ? "sent" : outcome.failure);
    if (outcome.type === "failed" && outcome.cause !== undefined) {
      logger.error({ err: outcome.cause }, "a file of the mail server cannot be used");
    }
    return outcome;
  }
}
