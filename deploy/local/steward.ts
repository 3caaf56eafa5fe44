import { type ConsumerState, connectStreamAdmin, type StreamAdmin, type StreamState } from "#bus";
import { TracepostError } from "#errors";
import { type Logger, NATS_LIMITS } from "#runtime";
import { operatorTls } from "./certificates/certificate-files.ts";
import type { ExchangePaths } from "./folder/exchange-paths.ts";
import { CORE_ACCOUNT } from "./provision/authority.ts";
import { credentialsFile } from "./provision/authority-files.ts";
import { INBOX_PREFIXES } from "./provision/permissions.ts";
import { withProvisioner } from "./provision/provision-streams.ts";
import { inboxStream, type LaneStream, outboxStream, urgentOnly } from "./provision/topology.ts";
import type { StreamsSeen } from "./streams-seen.ts";

/** Something the operator should know of. */
export interface StewardIncident {
  readonly kind: "STREAM_TAIL_LOST" | "STREAM_RECREATED" | "STREAM_FULL";
  /** Whose outbox or inbox it is. */
  readonly participant: string;
  /** Account and stream, such as "NE/IN". */
  readonly where: string;
  readonly detail: string;
}

/** What a round has done. */
export interface StewardReport {
  /** Messages removed because every lane was done with them. */
  readonly purged: number;
  readonly incidents: readonly StewardIncident[];
}

/** Which streams to look after. */
export interface StewardOptions {
  readonly paths: ExchangePaths;
  readonly natsUrl: string;
  /** Whose streams there are, asked at each round; when it fails the ones before stay. */
  participants(): Promise<readonly string[]>;
  readonly streamBytes: number;
  readonly logger: Logger;
  /** How far the streams had come when they were looked at last. */
  readonly seen: StreamsSeen;
  /** Awaited before anything is mended, so that what was seen outlives a crash. */
  onIncident(incident: StewardIncident): void | Promise<void>;
  /** Told of each round that looked after every stream. */
  onRound?(report: StewardReport): void;
}

/** A stream in an account, with the connection that looks after it. */
interface Charge {
  readonly participant: string;
  readonly account: string;
  readonly laneStream: LaneStream;
}

/**
 * Looks after the streams with the operator's credentials (TP-NATS-13 to TP-NATS-16). Acknowledged
 * messages stay in a stream under limits retention: the steward removes the prefix that every lane
 * is done with. A stream that fills all the same takes urgent messages only, until it has room.
 * And after a stream has lost its tail, a consumer that is ahead of it would silently skip new
 * messages: the steward creates it anew, and raises an incident.
 */
export class Steward {
  readonly #options: StewardOptions;
  #charges: readonly Charge[] = [];
  #participants = "";
  readonly #admins = new Map<string, StreamAdmin>();
  /** Streams that are filled to more than nonUrgentShareAgain. */
  readonly #filling = new Set<string>();
  /** Of the round under way. */
  #incidents: StewardIncident[] = [];
  #isUnkept = false;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<StewardReport> | undefined;
  #stopped = false;

  constructor(options: StewardOptions) {
    this.#options = options;
  }

  /** Makes a first round, then one every NATS_LIMITS.stewardRoundMs. */
  async start(): Promise<void> {
    await this.round();
    this.#schedule();
  }

  /**
   * Makes a round that begins now. One that runs already may have looked before what the caller
   * knows of, or may fail for a server that is only just back: it is waited for, then this one
   * goes.
   */
  async round(): Promise<StewardReport> {
    while (this.#round !== undefined) await this.#round.catch(() => undefined);
    this.#round = this.#lookAfterAll().finally(() => {
      this.#round = undefined;
    });
    return await this.#round;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round?.catch(() => undefined);
    await Promise.all([...this.#admins.values()].map((admin) => admin.close()));
    this.#admins.clear();
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(
      () => {
        this.round()
          .catch((caught: unknown) => {
            // NATS is being restarted, or is overloaded: the next round comes soon.
            this.#options.logger.warn({ err: caught }, "a round of the steward failed");
          })
          .finally(() => this.#schedule());
      },
      this.#filling.size > 0 ? NATS_LIMITS.stewardBusyRoundMs : NATS_LIMITS.stewardRoundMs,
    );
  }

  async #lookAfterAll(): Promise<StewardReport> {
    let purged = 0;
    this.#incidents = [];
    await this.#follow();
    for (const charge of this.#charges) {
      if (this.#stopped) break;
      purged += await this.#lookAfter(charge);
    }
    await this.#keepSeen();
    const report = { purged, incidents: this.#incidents };
    if (!this.#stopped) this.#options.onRound?.(report);
    return report;
  }

  /** Looks after who takes part now, and lets go of who does not (TP-RUN-10). */
  async #follow(): Promise<void> {
    const { logger, participants, streamBytes } = this.#options;
    const ids = await participants().catch((caught: unknown) => {
      logger.warn({ err: caught }, "who takes part cannot be read; the streams of before are kept");
      return undefined;
    });
    if (ids === undefined || ids.join(" ") === this.#participants) return;
    this.#participants = ids.join(" ");
    this.#charges = ids.flatMap((id) => [
      { participant: id, account: CORE_ACCOUNT, laneStream: outboxStream(id, streamBytes) },
      { participant: id, account: id, laneStream: inboxStream(id, streamBytes) },
    ]);
    for (const [account, admin] of this.#admins) {
      if (account === CORE_ACCOUNT || ids.includes(account)) continue;
      this.#admins.delete(account);
      await admin.close();
    }
  }

  /** A folder that takes no file keeps nobody from looking after streams; it is said once. */
  async #keepSeen(): Promise<void> {
    const { logger, seen } = this.#options;
    try {
      await seen.keep();
      this.#isUnkept = false;
    } catch (caught) {
      if (!this.#isUnkept) logger.warn({ err: caught }, "how far streams have come is not kept");
      this.#isUnkept = true;
    }
  }

  async #raise(charge: Charge, what: Pick<StewardIncident, "kind" | "detail">): Promise<void> {
    const { participant } = charge;
    const incident = { ...what, participant, where: placeOf(charge) };
    this.#incidents.push(incident);
    this.#options.logger.error(incident, "incident on a stream");
    await this.#options.onIncident(incident);
  }

  async #lookAfter(charge: Charge): Promise<number> {
    const { account, laneStream } = charge;
    const { name } = laneStream.stream;
    const admin = await this.#admin(account);
    // The stream first: what comes in between is then above everything the consumers say.
    const stream = await admin.streamState(name);
    const consumers = await Promise.all(
      laneStream.consumers.map((consumer) => admin.consumerState(name, consumer.name)),
    );
    if (stream === undefined || consumers.includes(undefined)) {
      const detail = "stream or consumer was missing; it is created anew";
      await this.#raise(charge, { kind: "STREAM_RECREATED", detail });
      await this.#options.seen.note(placeOf(charge), undefined);
      await this.#restore(charge);
      return 0;
    }
    const states = consumers.filter((state) => state !== undefined);
    if (await this.#mend(charge, admin, stream, states)) return 0;
    const done = lowestFloor(stream, states);
    const purged = done < stream.firstSequence ? 0 : await admin.purgeBelow(name, done + 1);
    const left = purged === 0 ? stream : await admin.streamState(name);
    if (left !== undefined) await this.#keepRoom(charge, left);
    await this.#options.seen.note(placeOf(charge), left);
    return purged;
  }

  /** Mends what a stream that has lost something would do harm with; returns whether it has. */
  async #mend(
    charge: Charge,
    admin: StreamAdmin,
    stream: StreamState,
    states: readonly ConsumerState[],
  ): Promise<boolean> {
    const { seen } = this.#options;
    const loss = await seen.lossOf(placeOf(charge), stream);
    const ahead = await this.#aheadOf(charge, admin, stream, states);
    if (loss === undefined && ahead.length === 0) return false;
    const { kind = "STREAM_TAIL_LOST", detail = "" } = loss ?? {};
    const names = ahead.map((consumer) => consumer.name).join(", ");
    const anew = names === "" ? "" : `ahead of what it holds, and created anew: ${names}`;
    const told = [detail, anew].filter((part) => part !== "").join("; ");
    await this.#raise(charge, { kind, detail: told });
    await this.#recreate(charge, ahead);
    await seen.note(placeOf(charge), stream);
    return true;
  }

  /**
   * The consumers that believe to have seen messages the stream does not have. What looks so may
   * have come after the stream was looked at: then it is looked at again.
   */
  async #aheadOf(
    { laneStream }: Charge,
    admin: StreamAdmin,
    earlier: StreamState,
    states: readonly ConsumerState[],
  ): Promise<LaneStream["consumers"]> {
    if (!states.some((state) => isAhead(state, earlier))) return [];
    const now = await admin.streamState(laneStream.stream.name);
    return laneStream.consumers.filter((_, lane) => {
      const state = states[lane];
      return now !== undefined && state !== undefined && isAhead(state, now);
    });
  }

  /** Closes a stream that fills to all but urgent messages, and opens it again. */
  async #keepRoom(charge: Charge, state: StreamState): Promise<void> {
    const { account, laneStream } = charge;
    const { stream } = laneStream;
    const where = placeOf(charge);
    const share = state.bytes / state.bytesMax;
    if (share > NATS_LIMITS.nonUrgentShareAgain) this.#filling.add(where);
    else this.#filling.delete(where);
    const isClosed = state.subjects.length < stream.subjects.length;
    if (!isClosed && share > NATS_LIMITS.nonUrgentShareMax) {
      const percent = Math.round(100 * share);
      const detail = `${percent} % full: it takes urgent messages only`;
      await this.#raise(charge, { kind: "STREAM_FULL", detail });
      await withProvisioner(this.#options, account, (admin) => {
        return admin.ensureStream(urgentOnly(stream));
      });
    }
    if (isClosed && share < NATS_LIMITS.nonUrgentShareAgain) {
      await withProvisioner(this.#options, account, (admin) => admin.ensureStream(stream));
      this.#options.logger.info({ where }, "the stream takes all lanes again");
    }
  }

  async #admin(account: string): Promise<StreamAdmin> {
    const existing = this.#admins.get(account);
    if (existing !== undefined) return existing;
    const { paths, natsUrl } = this.#options;
    const admin = await connectStreamAdmin({
      servers: natsUrl,
      ...operatorTls(paths, natsUrl),
      credsFile: credentialsFile(paths, account, "steward"),
      name: `steward.${account}`,
      inboxPrefix: INBOX_PREFIXES.steward,
    });
    this.#admins.set(account, admin);
    return admin;
  }

  /** The steward has no right to create anything: this is done as the provisioner. */
  async #restore({ account, laneStream }: Charge): Promise<void> {
    await withProvisioner(this.#options, account, async (admin) => {
      await admin.ensureStream(laneStream.stream);
      for (const consumer of laneStream.consumers) {
        await admin.ensureConsumer(laneStream.stream.name, consumer);
      }
    });
  }

  async #recreate(charge: Charge, ahead: LaneStream["consumers"]): Promise<void> {
    if (ahead.length === 0) return;
    const { account, laneStream } = charge;
    await withProvisioner(this.#options, account, async (admin) => {
      const stream = laneStream.stream.name;
      // Created anew it begins at the stream's first message; effects are idempotent.
      for (const consumer of ahead) {
        await admin.removeConsumer(stream, consumer.name);
        await admin.ensureConsumer(stream, consumer);
      }
    });
  }
}

function placeOf({ account, laneStream }: Charge): string {
  return `${account}/${laneStream.stream.name}`;
}

/** Whether a consumer believes to have seen messages the stream does not have yet. */
function isAhead(consumer: ConsumerState, stream: StreamState): boolean {
  const { deliveredSequence, ackFloorSequence } = consumer;
  return Math.max(deliveredSequence, ackFloorSequence) > stream.lastSequence;
}

/**
 * Highest sequence that every lane is done with. A lane that has nothing waiting and nothing in
 * hand is done with all the stream held when it was looked at, whatever its own floor says: the
 * floor stands at its last message, or at 0 when it never had one.
 */
export function lowestFloor(stream: StreamState, consumers: readonly ConsumerState[]): number {
  const floors = consumers.map((consumer) =>
    consumer.pending === 0 && consumer.unacknowledged === 0
      ? stream.lastSequence
      : consumer.ackFloorSequence,
  );
  if (floors.length === 0) {
    throw new TracepostError("INTERNAL", "a stream without consumers is never done with");
  }
  return Math.min(stream.lastSequence, ...floors);
}
