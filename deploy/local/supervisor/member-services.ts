import { stat } from "node:fs/promises";
import { type Logger, PROCESS_LIMITS } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { apiTokenOf } from "../folder/listed-participants.ts";
import { participantsOf } from "../folder/open-exchange-folder.ts";
import type { ParticipantSpec } from "../folder/participant-spec.ts";
import type { ManagedProcess } from "./managed-process.ts";

/** A service of a participant, with the token of its user `installation`. */
export interface MemberService {
  readonly process: ManagedProcess;
  readonly token: string;
}

/** What the services of the participants are made with. */
export interface MemberServicesOptions {
  readonly paths: ExchangePaths;
  /** Who takes part at the start. */
  readonly participants: readonly ParticipantSpec[];
  /** Undefined for who has no service here. */
  create(spec: ParticipantSpec): ManagedProcess | undefined;
  /** Told of each change of who takes part. */
  onChange(): void;
  readonly logger: Logger;
}

/**
 * The services of who takes part. While the exchange runs they follow the participants file: who
 * was admitted is started, who was removed is stopped (TP-RUN-10).
 */
export class MemberServices {
  readonly #options: MemberServicesOptions;
  readonly #services = new Map<string, MemberService>();
  #participants: readonly ParticipantSpec[] = [];
  #seen = "";
  /** Whose first start failed; it is tried again at the next look. */
  #unstarted = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: MemberServicesOptions) {
    this.#options = options;
  }

  /** Those of the participants that were known when the folder was opened; none runs yet. */
  async open(): Promise<void> {
    this.#seen = await this.#stamp();
    const { participants } = this.#options;
    this.#participants = participants;
    for (const spec of participants) await this.#add(spec);
  }

  get services(): ReadonlyMap<string, MemberService> {
    return this.#services;
  }

  /** Ids of all who take part, with a service here or without. */
  get ids(): readonly string[] {
    return this.#participants.map(({ id }) => id);
  }

  /** Looks every PROCESS_LIMITS.membersLookMs whether the list has changed. */
  follow(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#look()
        .catch((caught: unknown) => {
          this.#options.logger.warn(
            { err: caught },
            "not everybody who takes part is followed yet",
          );
        })
        .finally(() => this.follow());
    }, PROCESS_LIMITS.membersLookMs);
  }

  /** Ends what is under way, then every service. */
  async stop(deadlineMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const all = (): Promise<unknown> =>
      Promise.all([...this.#services.values()].map(({ process }) => process.stop(deadlineMs)));
    await all();
    await this.#round;
    await all();
  }

  async #look(): Promise<void> {
    const stamp = await this.#stamp();
    if (stamp === this.#seen) return;
    const { logger, onChange, paths } = this.#options;
    const listed = await participantsOf(paths);
    const ids = new Set(listed.map(({ id }) => id));
    const gone = this.ids.filter((id) => !ids.has(id));
    const fresh = listed.filter(({ id }) => !this.ids.includes(id) || this.#unstarted.has(id));
    this.#participants = listed;
    for (const id of gone) {
      const service = this.#services.get(id);
      this.#services.delete(id);
      await service?.process.stop();
      logger.info({ participant: id }, "it takes part no more");
    }
    const started = await Promise.allSettled(fresh.map((spec) => this.#begin(spec)));
    const failed = fresh.filter((_, place) => started[place]?.status === "rejected");
    this.#unstarted = new Set(failed.map(({ id }) => id));
    if (failed.length === 0) this.#seen = stamp;
    onChange();
    for (const one of started) if (one.status === "rejected") throw one.reason;
  }

  async #begin(spec: ParticipantSpec): Promise<void> {
    await this.#add(spec);
    if (this.#stopped) return;
    await this.#services.get(spec.id)?.process.start();
    this.#options.logger.info({ participant: spec.id }, "it takes part from now on");
  }

  async #add(spec: ParticipantSpec): Promise<void> {
    const process = this.#options.create(spec);
    if (process === undefined) return;
    const token = await apiTokenOf(this.#options.paths, spec.id);
    this.#services.set(spec.id, { process, token });
  }

  /** Changes whenever the list is written. */
  async #stamp(): Promise<string> {
    const { ino, mtimeMs, size } = await stat(this.#options.paths.exchange.participants);
    return `${ino} ${mtimeMs} ${size}`;
  }
}
