import { type Refusal, TracepostError } from "#errors";
import { checkRegisterEvidence, type RegisterOffer, type RegisterTaker } from "#post";
import { type Participant, ParticipantStatus, type Timestamp } from "#proto";
import type { Logger } from "#runtime";
import type { RegisterClient, RegisterView, VerifiedRegister } from "#trust";
import { timestampMs } from "#wire";
import type { FetchSigned } from "./fetch-signed.ts";

/** What a desk works with. */
export interface RegisterDeskParts {
  /** Own participant id. */
  readonly participant: string;
  readonly client: RegisterClient;
  /** Makes a register last over a restart, before it is in force. */
  readonly keep: (register: Uint8Array) => Promise<void>;
  /** Reads own keys again: a new one lies there before the register that names it. */
  readonly reloadKeys?: () => Promise<void>;
  /** What is wrong with our own entry in it, in words; undefined when it is ours. */
  readonly checkOwnEntry: (own: Participant | undefined) => string | undefined;
  /** Default: it is waited for. */
  readonly fetch?: FetchSigned | undefined;
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
  #ownProblem: string | undefined;

  constructor(parts: RegisterDeskParts) {
    this.#parts = parts;
    this.#compareOwnEntry();
  }

  /** What is wrong with our own entry in the register in force, for whoever looks. */
  get ownProblem(): string | undefined {
    return this.#ownProblem;
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

  noteNewer(version: bigint): void {
    const { client, fetch, logger } = this.#parts;
    const isKnown = version <= client.current.view().version;
    if (isKnown || this.#fetching || fetch === undefined) return;
    this.#fetching = true;
    this.#fetchNow(fetch)
      .catch((caught: unknown) => logger.warn({ err: caught }, "no register could be fetched"))
      .finally(() => {
        this.#fetching = false;
      });
  }

  /** Waits for what is being taken. */
  async stop(): Promise<void> {
    await this.#working.catch(() => undefined);
  }

  async #fetchNow(fetch: FetchSigned): Promise<void> {
    const bytes = await fetch();
    if (bytes === undefined) return;
    const refusal = await this.#offer(bytes, () => undefined);
    if (refusal === undefined) return;
    const { code, detail, field } = refusal;
    throw new TracepostError(
      "VERIFICATION",
      `the register fetched is refused: ${field} ${detail}`,
      {
        problems: [code],
      },
    );
  }

  /** One at a time: two of them must not overtake each other between disk and force. */
  async #offer(
    bytes: Uint8Array,
    doubt: (register: VerifiedRegister) => Refusal | undefined,
  ): Promise<Refusal | undefined> {
    const done = this.#working.catch(() => undefined).then(() => this.#takeNow(bytes, doubt));
    this.#working = done;
    return await done;
  }

  async #takeNow(
    bytes: Uint8Array,
    doubt: (register: VerifiedRegister) => Refusal | undefined,
  ): Promise<Refusal | undefined> {
    const { client, keep, logger } = this.#parts;
    const verdict = client.judge(bytes);
    if (verdict.outcome === "refused") return verdict.refusal;
    if (verdict.outcome === "known") return undefined;
    const refusal = doubt(verdict.register);
    if (refusal !== undefined) return refusal;
    await keep(bytes);
    await this.#parts.reloadKeys?.();
    client.putInForce(verdict.register);
    this.#compareOwnEntry();
    logger.info({ version: String(verdict.register.view.version) }, "a new register is in force");
    return undefined;
  }

  #compareOwnEntry(): void {
    const { checkOwnEntry, client, logger, participant } = this.#parts;
    const view = client.current.view();
    this.#ownProblem = checkOwnEntry(view.participant(participant));
    if (this.#ownProblem === undefined) return;
    const version = String(view.version);
    logger.error({ version, problem: this.#ownProblem }, "our entry in the register is not ours");
  }
}

/** What others would be told of us that is not so: keys that are not ours, or a standing. */
export function ownEntryProblem(
  own: Participant | undefined,
  keys: { readonly headerKeyIds: readonly string[]; readonly recipients: readonly string[] },
  nowMs: number,
): string | undefined {
  if (own === undefined) return "we are not in it";
  if (own.status !== ParticipantStatus.ACTIVE) return "we are not active in it";
  const isOver = (notAfter: Timestamp | undefined): boolean =>
    (timestampMs(notAfter) ?? 0) <= nowMs;
  const foreign = own.signingKeys.find(({ keyId, notAfter, revokedAt }) => {
    return !keys.headerKeyIds.includes(keyId) && revokedAt === undefined && !isOver(notAfter);
  });
  if (foreign !== undefined) return `it names signing key ${foreign.keyId}, which is not here`;
  const sealing = own.sealingKeys.find(({ notAfter, recipient }) => {
    return !keys.recipients.includes(recipient) && !isOver(notAfter);
  });
  return sealing === undefined ? undefined : "it names a sealing key that is not here";
}
