import { afterAll, beforeAll, expect } from "vitest";
import type { RefusalCodeName } from "#errors";
import type { Header } from "#proto";
import { type AssembledEnvelope, headerDigest, outSubject } from "#wire";
import type { ParticipantSpec } from "../../deploy/local/index.ts";
import { headerBytesIn } from "../../gateway/message-reference.ts";
import { attack } from "./attack.ts";
import { type AttackRange, openAttackRange } from "./attack-range.ts";
import type { HostileParticipant } from "./hostile-participant.ts";
import { headerOf } from "./messages.ts";
import { type SealedChanges, takenApart, withParts } from "./sealed-message.ts";

const ATTACKER = "a participant";
const RECEIVER = "BR";

/** Codes that a recipient says about what it could open. */
const OPENED: readonly RefusalCodeName[] = [
  "BODY_INVALID",
  "DISCLOSED_MISMATCH",
  "ILLEGAL_MOVE",
  "NOT_PERMITTED",
  "NOT_YOUR_MOVE",
];

/** How long a condition is looked at again, for `expect.poll`. */
export const PATIENCE = { timeout: 20_000 };

/** Bytes for an outbox. */
export interface Forged {
  readonly data: Uint8Array;
  /** Default: the outbox of NE, normal lane, trace request. */
  readonly subject?: string;
  /** Nobody can be told: no header can be read in it. */
  readonly isUnreadable?: boolean;
}

/** Makes what is sent, when its test runs. */
export type Forge = () => Promise<Forged> | Forged;

/** What a test expects to hear: who refuses, with which code, and which field is wrong. */
export interface ExpectedRefusal {
  readonly code: RefusalCodeName;
  readonly field: string;
}

/**
 * NE and GH with software of their own against a real gateway and the real focal point of BR, for
 * one test file. After each attack an honest request must go through, and BR must have the cases
 * of honest requests and no others.
 */
export class AttackedExchange {
  readonly #honest: string[] = [];
  #range: AttackRange | undefined;
  #niger: HostileParticipant | undefined;
  #ghana: HostileParticipant | undefined;

  /**
   * Opens it before the tests of this file, closes it after them. `others` take part beside the
   * three; nothing of them runs, and the range makes them hostile when asked to.
   */
  constructor(others: Readonly<Record<string, Partial<ParticipantSpec>>> = {}) {
    beforeAll(async () => {
      const ids = [RECEIVER, "NE", "GH", ...Object.keys(others)];
      this.#range = await openAttackRange(ids, others);
      this.#niger = await this.#range.hostile("NE");
      this.#ghana = await this.#range.hostile("GH");
    });
    afterAll(() => this.#range?.stop());
  }

  get range(): AttackRange {
    return opened(this.#range);
  }

  /** The one that attacks. */
  get niger(): HostileParticipant {
    return opened(this.#niger);
  }

  /** Another one, whose messages and keys are misused. */
  get ghana(): HostileParticipant {
    return opened(this.#ghana);
  }

  /** An ordinary request of NE to BR, not sent. */
  request(changes: SealedChanges = {}): Promise<AssembledEnvelope> {
    return this.niger.request(RECEIVER, changes);
  }

  /** A request under a header with other facts, signed as it should be. */
  async withHeader(changes: Partial<Header>, message?: AssembledEnvelope): Promise<Forged> {
    const { header, parts } = takenApart(message ?? (await this.request()));
    return { data: withParts({ ...header, ...changes }, parts, this.niger.party).bytes };
  }

  /** An attack that the gateway refuses, and tells the participant whose outbox it came from. */
  refusedByGateway(
    what: string,
    expected: ExpectedRefusal,
    forge: Forge,
    attacker: () => HostileParticipant = () => this.niger,
  ): void {
    const answer = `gateway: ${expected.code}`;
    attack({ attacker: ATTACKER, attack: what, outcome: "refused", answer }, async () => {
      const { data, subject, isUnreadable } = await forge();
      await attacker().put(data, subject);
      await expect.poll(() => this.range.keptOf(data), PATIENCE).toEqual(expected);
      if (isUnreadable !== true) {
        const verdict = await attacker().verdictOn(headerDigest(headerBytesIn(data)));
        expect(verdict).toEqual({ by: "GATEWAY", said: "refused", ...expected });
      }
      await this.goesOn();
    });
  }

  /** An attack that the gateway cannot see and the recipient rejects. */
  rejectedByRecipient(
    what: string,
    expected: ExpectedRefusal,
    forge: () => Promise<AssembledEnvelope>,
    attacker: () => HostileParticipant = () => this.niger,
  ): void {
    const answer = `recipient: ${expected.code}`;
    attack({ attacker: ATTACKER, attack: what, outcome: "refused", answer }, async () => {
      const message = await forge();
      const { lane, kind } = headerOf(message);
      await attacker().put(message.bytes, outSubject(attacker().party.id, lane, kind));
      const verdict = await attacker().verdictOn(message.headerDigest);
      expect(verdict).toEqual({ by: RECEIVER, said: "rejected", ...expected });
      // A seal that opened gave its number, whatever was wrong with what it held.
      if (OPENED.includes(expected.code)) attacker().book(message);
      await this.goesOn();
    });
  }

  /** Something that looks like an attack and takes effect at most once. */
  harmless(what: string, answer: string, run: () => Promise<void>, timeoutMs?: number): void {
    attack({ attacker: ATTACKER, attack: what, outcome: "harmless", answer }, run, timeoutMs);
  }

  /** BR is to have a case of this message of NE, and, unless told otherwise, its number. */
  expectCase(message: AssembledEnvelope, { isNumbered = true } = {}): void {
    this.#honest.push(headerOf(message).conversationId);
    if (isNumbered) this.niger.book(message);
  }

  /** An honest request goes through, and BR has the cases of honest requests alone. */
  async goesOn(): Promise<void> {
    const message = await this.niger.request(RECEIVER);
    this.expectCase(message);
    await this.niger.put(message.bytes);
    expect(await this.niger.verdictOn(message.headerDigest)).toMatchObject({ said: "delivered" });
    const cases = await this.range.rows<{ id: string }>(
      "receiver",
      "SELECT case_id AS id FROM trace_case ORDER BY position",
    );
    expect(cases.map(({ id }) => id)).toEqual(this.#honest);
  }
}

function opened<T>(part: T | undefined): T {
  if (part === undefined) throw new TypeError("the attacked exchange is not open yet");
  return part;
}
