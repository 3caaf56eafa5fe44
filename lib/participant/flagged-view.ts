import { Type } from "typebox";
import type { FlaggedMessage } from "#post";

const instant = Type.String({ format: "date-time" });

/** Messages that came under a key that was compromised by then (TP-KEY-8). */
export const FlaggedView = Type.Array(
  Type.Object({
    messageId: Type.String({ description: "Id of a message (UUIDv7)" }),
    sender: Type.String({ description: "Participant whose key it is" }),
    keyId: Type.String(),
    compromisedSince: { ...instant, description: "Since when others may have had the key" },
    recordedAt: { ...instant, description: "When the exchange recorded the message" },
  }),
  {
    description:
      "What was signed by a key that others may have had by then: ask its sender by another channel",
  },
);

/** The same as it is told; undefined for none. */
export function flaggedView(flagged: readonly FlaggedMessage[]) {
  if (flagged.length === 0) return undefined;
  return flagged.map(({ keyId, messageId, recordedAtMs, sender, sinceMs }) => ({
    messageId,
    sender,
    keyId,
    compromisedSince: new Date(sinceMs).toISOString(),
    recordedAt: new Date(recordedAtMs).toISOString(),
  }));
}
