import { type Refusal, TracepostError } from "#errors";
import {
  checkRegisterEvidence,
  type Incident,
  type RegisterOffer,
  type RegisterTaker,
} from "#post";
import type { Participant } from "#proto";
import { type Logger, type Timers, TRUST_LIMITS } from "#runtime";
import type {
  KeyDoubt,
  OwnIdentity,
  RegisterClient,
  RegisterVerdict,
  RegisterView,
  VerifiedRegister,
} from "#trust";
import { sha256 } from "#wire";
import type { FetchRegister, FetchVersion } from "./fetch-signed.ts";
import { SkippedVersions } from "./skipped-versions.ts";

/** What a desk works with. */
export interface RegisterDeskParts {
  /** Own participant id. */
  readonly participant: string;
  readonly client: RegisterClient;
  /** Makes a register, and what is pinned with it, last over a restart, before it is in force. */
  readonly keep: (register: VerifiedRegister) => Promise<void>;
  /** Reads own keys again: a new one lies there before the register that names it. */
  readonly reloadKeys?: () => Promise<void>;
  /** What is wrong with our own entry in it, in words; undefined when it is ours. */
  readonly checkOwnEntry: (own: Participant | undefined) => string | undefined;
  /** Own identity keys, where they are kept here. */
  readonly own?: () => OwnIdentity | undefined;
  /** Fetches versions that were passed over, to look at our entry; default: nobody looks. */
  readonly fetchVersion?: FetchVersion | undefined;
  /** File with the versions that are still to be fetched; default: none. */
  readonly unseenFile?: string;
  /** Default: it is waited for. */
  readonly fetch?: FetchRegister | undefined;
  /** Keeps what a person has to look into. */
  readonly onIncident: (incident: Incident) => Promise<void>;
  /** Why a register that names another log is not taken (TP-SUCC-6); default: it is. */
  readonly checkLog?: (before: RegisterView, next: RegisterView) => Promise<Refusal | undefined>;
  /** A register that was checked is in force: its log is followed. */
  readonly followLog?: (register: RegisterView) => Promise<void>;
  /** A register is in force, at the start or from now on: what follows from its keys. */
  readonly followKeys?: () => void;
  /** A register, or a later word that it is the newest, is in force. */
  readonly onTaken?: () => void;
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * Keeps a participant's register up to date while it runs (TP-RUN-4, TP-RUN-5): what the gateway
 * hands on, and what is fetched when a peer names a newer version. Each is verified here; one after
 * the other, and kept before it is in force.
 */
export class RegisterDesk implements RegisterTaker {
  readonly #parts: RegisterDeskParts;
  #working: Promise<unknown> = Promise.resolve();
  #fetching = false;
  #skipped: SkippedVersions | undefined;
  /** Fetches since the last version was taken, that have not brought what was named. */
  #vain = 0;
  #callOff: (() => void) | undefined;

  constructor(parts: RegisterDeskParts) {
    this.#parts = parts;
    const { fetchVersion } = parts;
    if (fetchVersion !== undefined) this.#skipped = new SkippedVersions({ ...parts, fetchVersion });
  }

  /** Tells of what speaks against the register in force, and of what came under its keys. */
  async start(): Promise<void> {
    await this.#tellAlarms();
    this.#parts.followKeys?.();
    await this.#skipped?.start();
  }

  async take({ evidence, register }: RegisterOffer): Promise<Refusal | undefined> {
    return await this.#offer(register, (found) => {
      const proven = checkRegisterEvidence(evidence, found);
      return proven.ok ? undefined : proven.refusal;
    });
  }

  at(version: bigint): RegisterView | undefined {
    return this.#parts.client.current.at(version);
  }

  /**
   * A peer has named a version: a higher one is fetched. What cannot be had is tried again with
   * doubling waits, at most `registerFetchesMax` times before a version has come: a peer that names
   * versions which do not exist costs a bounded number of fetches.
   */
  noteNewer(version: bigint): void {
    const { client } = this.#parts;
    client.hear(version);
    if (this.#callOff === undefined) this.#fetchIfBehind();
  }

  /** Participants whose keys in the register are not believed here. */
  doubts(): readonly KeyDoubt[] {
    return this.#parts.client.doubts();
  }

  /**
   * Believes the keys that the register gives a participant, once people have confirmed its
   * identity key (TP-KEY-9); whether they are in use now. Nothing when the register gives another
   * one by now.
   */
  async believe(participant: string, identityKeyId: string): Promise<boolean> {
    return await this.#oneAtATime(() => this.#believeNow(participant, identityKeyId));
  }

  async #believeNow(participant: string, identityKeyId: string): Promise<boolean> {
    const { client, keep, logger, onTaken } = this.#parts;
    const doubt = client.doubts().find((one) => one.participant === participant);
    if (doubt?.offeredKeyId !== identityKeyId) return false;
    const register = client.believing(participant);
    if (register === undefined) return false;
    await keep(register);
    client.putInForce(register);
    const { pinnedKeyId } = doubt;
    logger.warn({ participant, identityKeyId, pinnedKeyId }, "a new identity key is believed");
    onTaken?.();
    return true;
  }

  /** Waits for what is being taken. */
  async stop(): Promise<void> {
    this.#callOff?.();
    this.#vain = Number.POSITIVE_INFINITY;
    await this.#working.catch(() => undefined);
    await this.#skipped?.stop();
  }

  #fetchIfBehind(): void {
    const { client, fetch, logger, timers } = this.#parts;
    const isOver = this.#vain >= TRUST_LIMITS.registerFetchesMax;
    if (!client.isBehind || this.#fetching || isOver || fetch === undefined) return;
    this.#fetching = true;
    this.#fetchNow(fetch)
      .catch((caught: unknown) => logger.warn({ err: caught }, "no register could be fetched"))
      .finally(() => {
        this.#fetching = false;
        if (!client.isBehind) return;
        this.#vain += 1;
        this.#callOff = timers.after(TRUST_LIMITS.registerFetchMs * 2 ** this.#vain, () => {
          this.#callOff = undefined;
          this.#fetchIfBehind();
        });
      });
  }

  async #fetchNow(fetch: FetchRegister): Promise<void> {
    const bytes = await fetch(this.#parts.client);
    if (bytes === undefined) return;
    const refusal = await this.#offer(bytes, () => undefined);
    if (refusal === undefined) return;
    const { code, detail, field } = refusal;
    await this.#parts.onIncident({
      kind: "REGISTER_REFUSED",
      digest: sha256(bytes),
      sizeBytes: bytes.length,
      detail: `${code} ${field} ${detail}`,
    });
    const message = `the register fetched is refused: ${field} ${detail}`;
    throw new TracepostError("VERIFICATION", message, { problems: [code] });
  }

  async #offer(
    bytes: Uint8Array,
    doubt: (register: VerifiedRegister) => Refusal | undefined,
  ): Promise<Refusal | undefined> {
    return await this.#oneAtATime(() => this.#takeNow(bytes, doubt));
  }

  /** Two of them must not overtake each other between disk and force. */
  async #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#working.catch(() => undefined).then(work);
    this.#working = done;
    return await done;
  }

  async #takeNow(
    bytes: Uint8Array,
    doubt: (register: VerifiedRegister) => Refusal | undefined,
  ): Promise<Refusal | undefined> {
    const { client, followKeys, keep, logger, onTaken, reloadKeys } = this.#parts;
    const before = client.current.view().version;
    const verdict = client.judge(bytes);
    if (verdict.outcome === "refused") return this.#refused(verdict);
    if (verdict.outcome === "known") return undefined;
    // A word that ours is the newest is in no log: it changes nothing for anybody (ADR 0042).
    const refusal = verdict.outcome === "newer" ? doubt(verdict.register) : undefined;
    if (refusal !== undefined) return refusal;
    const { view } = verdict.register;
    const unfollowed = await this.#parts.checkLog?.(client.current.view(), view);
    if (unfollowed !== undefined) return unfollowed;
    const after = view.version;
    if (verdict.outcome === "newer") await this.#skipped?.note(before, after);
    await keep(verdict.register);
    await reloadKeys?.();
    client.putInForce(verdict.register);
    await this.#parts.followLog?.(view);
    const version = String(after);
    if (verdict.outcome === "newer") {
      this.#vain = 0;
      logger.info({ version }, "a new register is in force");
      await this.#tellAlarms();
      followKeys?.();
      this.#skipped?.look();
    }
    onTaken?.();
    return undefined;
  }

  /** A part that does not go with what is here is no attack: the rest is fetched, if it can be. */
  #refused(verdict: RegisterVerdict & { outcome: "refused" }): Refusal | undefined {
    const isPart = verdict.why === "ENTRY_MISSING" || verdict.why === "GAP";
    if (!isPart || this.#parts.fetch === undefined || this.#fetching) return verdict.refusal;
    // Root keys have signed that it is there: what was in vain before is of no account.
    if (verdict.why === "ENTRY_MISSING") this.#vain = 0;
    this.noteNewer(this.#parts.client.current.view().version + 1n);
    return undefined;
  }

  /** What speaks against the register in force though it is (TP-REG-7, TP-RUN-4). */
  async #tellAlarms(): Promise<void> {
    const { checkOwnEntry, client, logger, onIncident, own, participant } = this.#parts;
    const view = client.current.view();
    const version = String(view.version);
    const problem = checkOwnEntry(view.participant(participant));
    if (problem !== undefined) {
      logger.error({ version, problem }, "our entry in the register is not ours");
    }
    const alarms = client.alarms(own?.());
    const ofOwn = alarms.filter(({ kind }) => kind === "OWN_KEYS" || kind === "OWN_ENTRY_MISSING");
    const ours = [
      ...(problem === undefined ? [] : [problem]),
      ...ofOwn.map(({ detail }) => detail),
    ];
    for (const detail of ours) {
      await onIncident(this.#incident("OWN_ENTRY", participant, `version ${version}: ${detail}`));
    }
    for (const { detail, kind, participant: about } of alarms) {
      if (kind === "OWN_KEYS" || kind === "OWN_ENTRY_MISSING") continue;
      logger.error({ version, participant: about, kind }, "keys in the register are not believed");
      const said = `${kind} in version ${version}: ${detail}`;
      await onIncident(this.#incident("KEYS_DOUBTED", about, said));
    }
  }

  #incident(kind: "OWN_ENTRY" | "KEYS_DOUBTED", sender: string, detail: string): Incident {
    return { kind, digest: sha256(Buffer.from(`${kind} ${sender} ${detail}`)), sender, detail };
  }
}
