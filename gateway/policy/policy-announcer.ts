import type { CurrentPolicy } from "#policy";
import { Kind, Lane, ParticipantStatus } from "#proto";
import {
  type Clock,
  type Logger,
  newMessageId,
  POLICY_LIMITS,
  Rounds,
  WIRE_LIMITS,
} from "#runtime";
import type { CurrentRegister } from "#trust";
import { buildPolicyMessage, type HeaderSigner } from "#wire";
import type { OutgoingDispatch } from "../steps/dispatch.ts";
import type { KeptPolicy } from "../store/policies.ts";
import type { StoredEvidence } from "../store/recall.ts";

/** What the policy is handed on with. */
export interface PolicyAnnouncerDeps {
  readonly policy: CurrentPolicy;
  readonly register: CurrentRegister;
  /** A version as it is kept, with the proof that it was logged; null for none. */
  readonly load: (
    version: number,
  ) => Promise<(KeptPolicy & { readonly evidence: StoredEvidence }) | null>;
  readonly evidenceOf: (stored: StoredEvidence) => OutgoingDispatch["evidence"];
  readonly signer: () => HeaderSigner;
  readonly publish: (outgoing: OutgoingDispatch) => Promise<void>;
  readonly connected: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a participant was handed since the gateway started. */
interface Handed {
  readonly version: bigint;
  readonly atMs: number;
}

/**
 * Hands the routing policy in force on to every participant (TP-POLICY-9): a new version at once,
 * the one in force to whoever has not been handed it since the gateway started, and again to whom a
 * rule has refused something, since it may judge by another one.
 */
export class PolicyAnnouncer {
  readonly #deps: PolicyAnnouncerDeps;
  readonly #handed = new Map<string, Handed>();
  readonly #rounds = new Rounds(POLICY_LIMITS.lookMs, () => this.#round());

  constructor(deps: PolicyAnnouncerDeps) {
    this.#deps = deps;
  }

  /** Looks from time to time whom the policy in force, or the register, makes due. */
  start(): void {
    this.#rounds.start();
  }

  /** Ends the round under way and starts no other. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  async #round(): Promise<void> {
    await this.handOn().catch((caught: unknown) => {
      this.#deps.logger.warn({ err: caught }, "the policy could not be handed on; it is again");
    });
  }

  /** A rule has refused a participant something. */
  refused(participant: string): void {
    const handed = this.#handed.get(participant);
    if (handed === undefined) return;
    if (this.#deps.clock.now() - handed.atMs < POLICY_LIMITS.handAgainMs) return;
    this.#handed.delete(participant);
  }

  /** Sends it to all who are due; whom the carrier does not take it for is due again. */
  async handOn(): Promise<void> {
    const { connected, load, policy, register } = this.#deps;
    const { version } = policy.view();
    if (version === 0n || !connected()) return;
    const due = register
      .view()
      .participants.filter(({ status }) => status !== ParticipantStatus.REMOVED)
      .filter(({ id }) => (this.#handed.get(id)?.version ?? 0n) < version);
    if (due.length === 0) return;
    const kept = await load(Number(version));
    if (kept === null) return;
    const sent = await Promise.allSettled(due.map(({ id }) => this.#send(id, version, kept)));
    const failed = sent.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  async #send(
    recipient: string,
    version: bigint,
    kept: KeptPolicy & { readonly evidence: StoredEvidence },
  ): Promise<void> {
    const { clock, evidenceOf, logger, publish, register, signer } = this.#deps;
    const sentAtMs = clock.now();
    const messageId = newMessageId(sentAtMs);
    const registerVersion = register.view().version;
    const about = { recipient, messageId, sentAtMs, registerVersion, policy: kept.policy };
    const { bytes: envelope } = buildPolicyMessage(about, signer());
    const handed = { version, atMs: sentAtMs };
    if (envelope.length > WIRE_LIMITS.envelopeBytesMax) {
      logger.warn({ recipient }, "the policy is too large for a message; it is fetched");
      this.#handed.set(recipient, handed);
      return;
    }
    await publish({
      ...{ recipient, messageId, envelope, lane: Lane.URGENT, kind: Kind.REGISTER, attempt: 1 },
      evidence: evidenceOf(kept.evidence),
    });
    this.#handed.set(recipient, handed);
  }
}
