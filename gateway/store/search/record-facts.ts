import type { Header } from "#proto";

/** What of a signed header its record is found by. */
export interface RecordFacts {
  readonly recipients: readonly string[];
  /** Empty: of no conversation. */
  readonly conversationId: string;
  /** Traffic Light Protocol; 0 where nothing is said. */
  readonly tlp: number;
  readonly use: readonly number[];
}

/** The facts of a header. */
export function recordFacts({ conversationId, handling, recipients }: Header): RecordFacts {
  return { recipients, conversationId, tlp: handling?.tlp ?? 0, use: handling?.use ?? [] };
}
