import { checkPersons, errorsOf, reviewAtMs } from "#casework";
import { accepted, type Outcome, refused } from "#errors";
import type { PostApplication, PostHooks } from "#post";
import { PersonsBlock } from "#proto";
import { EXCHANGE_ACTOR as actor } from "#users";
import { decodeExactly } from "#wire";
import { keepBlock } from "./person-record.ts";

/** Personal data that came with a message; crosses the thread to the store. */
interface PersonsEffect {
  /** Encoded PersonsBlock. */
  readonly data: Uint8Array;
  readonly persons: number;
  /** Day of review that the sender named; empty for none. */
  readonly reviewOn: string;
}

/** What the judge below made of a message, and the personal data beside it. */
interface EffectWithPersons {
  readonly effect: unknown;
  readonly persons: PersonsEffect | undefined;
}

/**
 * Puts the judge of personal data beside another one: the part `persons` of any message must be
 * well formed and say why it is necessary, or the message is refused (TP-PERS-1, TP-PERS-2).
 */
export function withPersons(inner: PostApplication): PostApplication {
  return {
    judge(message): Outcome<EffectWithPersons> {
      const judged = inner.judge(message);
      if (!judged.ok) return judged;
      const bytes = message.parts.get("persons");
      if (bytes === undefined) return accepted({ effect: judged.value, persons: undefined });
      const block = decodeExactly(PersonsBlock, bytes);
      if (block === undefined) return refused("BODY_INVALID", "persons", "not a persons block");
      const [error] = errorsOf(checkPersons(block, message.recordedAtMs));
      if (error !== undefined) return refused("BODY_INVALID", error.field, error.rule);
      const { persons, reviewOn } = block;
      const found = { data: bytes, persons: persons.length, reviewOn };
      return accepted({ effect: judged.value, persons: found });
    },
  };
}

/** Keeps the personal data of a message that was taken, in the same transaction (TP-PERS-4). */
export function withPersonHooks(inner: PostHooks): PostHooks {
  return {
    ...inner,
    async onMessage(tx, message, given) {
      const { effect, persons } = given as EffectWithPersons;
      const refusal = await inner.onMessage(tx, message, effect);
      if (refusal !== undefined || persons === undefined) return refusal;
      const { conversationId: caseId, messageId, nowMs, sender } = message;
      const block = PersonsBlock.create({ reviewOn: persons.reviewOn });
      await keepBlock(tx, {
        caseId,
        direction: "received",
        peer: sender,
        sender,
        messageId,
        data: persons.data,
        persons: persons.persons,
        reviewAtMs: reviewAtMs(block, nowMs),
        actor,
        nowMs,
      });
      return undefined;
    },
  };
}
