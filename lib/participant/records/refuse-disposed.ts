import { refuse } from "#errors";
import type { PostHooks } from "#post";

/**
 * Hooks of a post before which a conversation that was disposed of is not begun anew: what comes to
 * it later is refused, however old it is (TP-PREC-5).
 */
export function withDisposed(inner: PostHooks): PostHooks {
  return {
    ...inner,
    async onMessage(tx, message, effect) {
      const row = await tx.get(
        "SELECT 1 FROM disposed_conversation WHERE conversation_id = ?",
        message.conversationId,
      );
      if (row === undefined) return await inner.onMessage(tx, message, effect);
      return refuse("ILLEGAL_MOVE", "header.conversation_id", "its records were disposed of");
    },
  };
}
