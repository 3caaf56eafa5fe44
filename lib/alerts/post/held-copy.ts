import { type CheckQuestion, keysOfMark, keysOfQuestion, wantedMarks } from "#casework";
import { Alert, type PostCopy } from "#proto";
import { CHECK_LIMITS } from "#runtime";
import { timestampMs } from "#wire";
import { summaryOf } from "../copy/alert-summary.ts";
import { answerFrom, type Candidate, type CheckAnswer, notChecked } from "../copy/check-answer.ts";

/** Why a copy does not follow what is held. */
export type CopyOrderRule = "older" | "gap" | "revoked";

interface Held {
  readonly alert: Alert;
  readonly keys: readonly string[];
}

/** What a post holds: a whole copy and the changes that followed it, looked up in memory. */
export class HeldCopy {
  readonly #held = new Map<string, Held>();
  readonly #byKey = new Map<string, Candidate[]>();
  #newest: PostCopy | undefined;

  /** The newest copy or change that was taken. */
  get newest(): PostCopy | undefined {
    return this.#newest;
  }

  /** How many alerts are held, exercises included. */
  get size(): number {
    return this.#held.size;
  }

  /**
   * Takes a copy, or a change of exactly what is held; gives why not. An older one is refused: it
   * would bring back what is over (TP-CHECK-11). A revocation erases, and nothing follows it.
   */
  take(copy: PostCopy): CopyOrderRule | undefined {
    const held = this.#newest;
    if (held?.revoked === true) return "revoked";
    const isOlder =
      held !== undefined &&
      (copy.version < held.version ||
        (timestampMs(copy.issuedAt) ?? 0) < (timestampMs(held.issuedAt) ?? 0));
    if (isOlder) return "older";
    const isWhole = copy.sinceVersion === 0n || copy.revoked;
    // A change may begin before what is held: it then repeats what is known.
    if (!isWhole && (held === undefined || copy.sinceVersion > held.version)) return "gap";
    if (isWhole) {
      this.#held.clear();
      this.#byKey.clear();
    }
    for (const messageId of copy.endedMessageIds) this.#remove(messageId);
    if (!copy.revoked) for (const alert of copy.alerts) this.#add(alert);
    this.#newest = { ...copy, alerts: [] };
    return undefined;
  }

  #add(added: PostCopy["alerts"][number]): void {
    const { body, conversationId, keyCompromised, messageId, sender, status } = added;
    this.#remove(messageId);
    const alert = Alert.decode(body);
    const expiresAtMs = timestampMs(alert.expiresAt);
    if (expiresAtMs === undefined) return;
    const own = {
      alertId: conversationId,
      messageId,
      sender,
      kind: alert.kind,
      status,
      expiresAtMs,
      isKeyCompromised: keyCompromised,
    };
    const keys = new Set<string>();
    for (const mark of wantedMarks(alert)) {
      for (const key of keysOfMark(mark)) {
        keys.add(key);
        const filed = this.#byKey.get(key);
        if (filed === undefined) this.#byKey.set(key, [{ ...own, mark }]);
        else filed.push({ ...own, mark });
      }
    }
    this.#held.set(messageId, { alert, keys: [...keys] });
  }

  #remove(messageId: string): void {
    for (const key of this.#held.get(messageId)?.keys ?? []) {
      const filed = this.#byKey.get(key) ?? [];
      const left = filed.filter((candidate) => candidate.messageId !== messageId);
      if (left.length === 0) this.#byKey.delete(key);
      else this.#byKey.set(key, left);
    }
    this.#held.delete(messageId);
  }

  /** Answers a question by the same rules as a service's tables (TP-CHECK-13). */
  async check(question: CheckQuestion, nowMs: number): Promise<CheckAnswer> {
    const found = keysOfQuestion(question);
    if (!found.ok) return notChecked(found.problem);
    const candidates = new Map<string, Candidate>();
    for (const key of found.keys) {
      for (const candidate of this.#byKey.get(key) ?? []) {
        if (candidates.size > CHECK_LIMITS.candidatesMax) break;
        if (!this.#isInForce(candidate, nowMs)) continue;
        const { mark, messageId } = candidate;
        candidates.set(`${messageId} ${mark.item} ${mark.identity} ${mark.text}`, candidate);
      }
    }
    return await answerFrom(question, [...candidates.values()], async (messageId) => {
      return summaryOf(this.#held.get(messageId)?.alert ?? Alert.create());
    });
  }

  #isInForce({ expiresAtMs, messageId }: Candidate, nowMs: number): boolean {
    const effectiveAtMs = timestampMs(this.#held.get(messageId)?.alert.effectiveAt) ?? nowMs;
    return expiresAtMs > nowMs && effectiveAtMs <= nowMs;
  }
}
