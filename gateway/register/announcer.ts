import { Kind, Lane, ParticipantStatus } from "#proto";
import { type Clock, GATEWAY_LIMITS, type Logger, newMessageId, WIRE_LIMITS } from "#runtime";
import { type CurrentRegister, freshnessOf } from "#trust";
import { buildRegisterMessage, type HeaderSigner } from "#wire";
import type { OutgoingDispatch } from "../steps/dispatch.ts";
import type { KeptRegister } from "../store/registers.ts";
import { deltaFrom, manifestsAfter, type RegisterInParts } from "./register-parts.ts";

/** What the announcer works with. */
export interface AnnouncerDeps {
  readonly register: CurrentRegister;
  /** The version in force as it is kept; null before any change. */
  readonly load: () => Promise<KeptRegister | null>;
  /** A version before, as it was published; null when it is not kept. */
  readonly loadVersion: (version: number) => Promise<KeptRegister | null>;
  /** The version in force in parts; undefined for one that was signed as a whole. */
  readonly parts: () => RegisterInParts | undefined;
  readonly evidenceOf: (kept: KeptRegister) => OutgoingDispatch["evidence"];
  readonly signer: () => HeaderSigner;
  readonly publish: (outgoing: OutgoingDispatch) => Promise<void>;
  /** Every participant was sent this version once. */
  readonly noteAnnounced: (version: number) => Promise<void>;
  readonly connected: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly repeatFirstMs: number;
}

/** Room for header, signature and evidence of a REGISTER message. */
const REGISTER_HEADER_BYTES = 16 * 1_024;

/** What is known of a participant's register. */
interface Heard {
  /** Highest version that a header of its has named; 0 while it has said nothing. */
  version: bigint;
  /** Of the version in force: how often it was sent, and when it is due again. */
  attempts: number;
  dueAtMs: number;
}

/**
 * Hands the register in force on to every participant, and again with doubling waits to whoever has
 * not named it yet in a header of its own: that is its receipt (TP-RUN-3). One that was away hears
 * of it when it is back: from the carrier, or because its first message names an older version.
 */
export class RegisterAnnouncer {
  readonly #deps: AnnouncerDeps;
  readonly #heard = new Map<string, Heard>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  /** Whom a later word of freshness is to be handed to. */
  readonly #unfreshened = new Set<string>();

  constructor(deps: AnnouncerDeps) {
    this.#deps = deps;
  }

  /** Begins with whom `isAnnounced` leaves open: nobody after a start in which all were sent it. */
  start(isAnnounced: boolean): void {
    if (!isAnnounced) this.changed();
  }

  /** Ends the round under way and starts no other. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** A new version is in force: everybody is sent it now. */
  changed(): void {
    const { clock, register } = this.#deps;
    for (const { id, status } of register.view().participants) {
      if (status === ParticipantStatus.REMOVED) continue;
      this.#of(id).attempts = 0;
      this.#of(id).dueAtMs = clock.now();
    }
    this.#wake();
  }

  /** The version in force was said to be the newest once more: everybody is told, once. */
  freshened(): void {
    for (const { id, status } of this.#deps.register.view().participants) {
      if (status !== ParticipantStatus.REMOVED) this.#unfreshened.add(id);
    }
    this.#wake();
  }

  /** A participant has named a version in a header that is proven to be its own. */
  heard(participant: string, version: bigint): void {
    const heard = this.#of(participant);
    if (version > heard.version) heard.version = version;
    const isBehind = version < this.#deps.register.view().version;
    if (!isBehind || heard.dueAtMs !== Number.POSITIVE_INFINITY) return;
    // It may have missed what was sent: it is said again, at once the first time.
    heard.dueAtMs = this.#deps.clock.now();
    this.#wake();
  }

  /** Highest version a participant has named since the gateway started. */
  versionOf(participant: string): bigint | undefined {
    const { version = 0n } = this.#heard.get(participant) ?? {};
    return version === 0n ? undefined : version;
  }

  #of(participant: string): Heard {
    let heard = this.#heard.get(participant);
    if (heard === undefined) {
      heard = { version: 0n, attempts: 0, dueAtMs: Number.POSITIVE_INFINITY };
      this.#heard.set(participant, heard);
    }
    return heard;
  }

  #wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (this.#round !== undefined) return;
    clearTimeout(this.#timer);
    this.#round = this.#work().finally(() => {
      this.#round = undefined;
      this.#plan();
    });
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#announce().catch((caught: unknown) => {
        this.#deps.logger.warn({ err: caught }, "the register could not be handed on; it is again");
      });
    }
  }

  /** Sends it to all who are due; whom the carrier does not take it for is due again soon. */
  async #announce(): Promise<void> {
    const { clock, connected, load, noteAnnounced, register } = this.#deps;
    const view = register.view();
    const due = view.participants
      .filter(({ status }) => status !== ParticipantStatus.REMOVED)
      .map(({ id }) => ({ id, heard: this.#of(id) }))
      .filter(({ heard }) => heard.dueAtMs <= clock.now());
    const behind = due.filter(({ heard }) => heard.version < view.version);
    for (const { heard } of due) heard.dueAtMs = Number.POSITIVE_INFINITY;
    if (due.length === 0 && this.#unfreshened.size === 0) return;
    for (const { heard } of behind) this.#delay(heard);
    if (!connected()) return;
    const kept = await load();
    if (kept === null) return;
    // What the gateway began with was given to everybody by hand: only its freshness is handed on.
    if (kept.evidence === null) return await this.#freshen(kept);
    const bodies = new Map<bigint, Promise<Uint8Array>>();
    const bodyFor = async ({ version }: Heard): Promise<Uint8Array> => {
      const body = bodies.get(version) ?? this.#bodyFor(version, kept);
      bodies.set(version, body);
      return await body;
    };
    const sent = await Promise.allSettled(
      behind.map(async ({ heard, id }) => this.#send(id, kept, await bodyFor(heard))),
    );
    await this.#freshen(kept);
    // Who has named it already needs no message: that is as good as having been sent one.
    const wasSent = view.participants.every(({ id, status }) => {
      const { attempts, version } = this.#of(id);
      return status === ParticipantStatus.REMOVED || attempts > 0 || version >= view.version;
    });
    if (wasSent && !kept.isAnnounced && sent.every(({ status }) => status === "fulfilled")) {
      await noteAnnounced(kept.version);
    }
  }

  /** Hands on that the version is the newest: its manifest and that word, no entries. */
  async #freshen(kept: KeptRegister): Promise<void> {
    if (this.#unfreshened.size === 0) return;
    const word = freshnessOf(kept.register);
    const ids = word === undefined ? [] : [...this.#unfreshened];
    this.#unfreshened.clear();
    if (word === undefined) return;
    const sent = await Promise.allSettled(ids.map((id) => this.#send(id, kept, word)));
    for (const [place, { status }] of sent.entries()) {
      if (status === "rejected") this.#unfreshened.add(ids[place] ?? "");
    }
  }

  #delay(heard: Heard): void {
    const { clock, repeatFirstMs } = this.#deps;
    const waitMs = repeatFirstMs * 2 ** Math.min(heard.attempts, 30);
    heard.dueAtMs = clock.now() + Math.min(waitMs, GATEWAY_LIMITS.registerRepeatMaxMs);
    heard.attempts += 1;
  }

  /**
   * What is handed to whoever has named this version (TP-REG-13): the whole register where it fits
   * a message; else what changed since that version, or since the last one for who has named none;
   * else the manifests alone, whose reader fetches the entries.
   */
  async #bodyFor(heard: bigint, kept: KeptRegister): Promise<Uint8Array> {
    const max = WIRE_LIMITS.envelopeBytesMax - REGISTER_HEADER_BYTES;
    const parts = this.#deps.parts();
    if (kept.register.length <= max || parts === undefined) return kept.register;
    const from = heard === 0n ? kept.version - 1 : Number(heard);
    const before = await this.#deps.loadVersion(from);
    const delta = before === null ? undefined : deltaFrom(parts, before.register);
    if (delta !== undefined && delta.length <= max) return delta;
    return manifestsAfter(parts, BigInt(from));
  }

  async #send(recipient: string, kept: KeptRegister, register: Uint8Array): Promise<void> {
    const { clock, evidenceOf, publish, signer } = this.#deps;
    const sentAtMs = clock.now();
    const messageId = newMessageId(sentAtMs);
    const built = buildRegisterMessage(
      {
        recipient,
        messageId,
        sentAtMs,
        registerVersion: BigInt(kept.version),
        register,
      },
      signer(),
    );
    if (built.bytes.length > WIRE_LIMITS.envelopeBytesMax) {
      this.#deps.logger.warn(
        { recipient },
        "the register is too large for a message; it is fetched",
      );
      return;
    }
    await publish({
      recipient,
      lane: Lane.URGENT,
      kind: Kind.REGISTER,
      messageId,
      attempt: 1,
      envelope: built.bytes,
      evidence: evidenceOf(kept),
    });
  }

  /** Waits for whoever is due next; behind a carrier that is away it looks again all the same. */
  #plan(): void {
    if (this.#stopped) return;
    const { clock, repeatFirstMs } = this.#deps;
    // For whom the carrier did not take the word that the version is the newest.
    const again = this.#unfreshened.size > 0 ? clock.now() + repeatFirstMs : Infinity;
    const next = Math.min(again, ...[...this.#heard.values()].map(({ dueAtMs }) => dueAtMs));
    if (next === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(GATEWAY_LIMITS.courierHurryMs, next - clock.now());
    this.#timer = setTimeout(() => this.#wake(), waitMs);
  }
}
