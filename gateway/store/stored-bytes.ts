import { type Kind, Lane } from "#proto";
import { QUOTA_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { isSealedKind } from "#wire";

/**
 * How much of each participant the store holds: the parts of its sealed messages, which are
 * all but kinds 6 to 9 (TP-GW-10). Whoever deletes a part releases its bytes by that alone, while
 * the row of its message is still there.
 */
export const STORED_SQL = `
CREATE TABLE stored_bytes (
  participant TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL
) STRICT;
INSERT INTO stored_bytes SELECT sender, sum(length(content)) FROM parts
  JOIN messages ON messages.id = parts.id / 1024 WHERE kind NOT IN (6, 7, 8, 9) GROUP BY sender;
CREATE TRIGGER stored_bytes_released AFTER DELETE ON parts BEGIN
  UPDATE stored_bytes SET bytes = bytes - length(OLD.content) WHERE participant =
    (SELECT sender FROM messages WHERE id = OLD.id / 1024 AND kind NOT IN (6, 7, 8, 9));
END;
`;

/** What is to be kept of a message. */
export interface KeptMessage {
  readonly sender: string;
  readonly kind: Kind;
  readonly lane: number;
  /** Quota of its sender. */
  readonly storedBytesMax: number;
  readonly parts: readonly { readonly content: Uint8Array }[];
}

/** How much of one participant is held. */
export interface StoredBytes {
  readonly participant: string;
  readonly bytes: number;
}

/** Bytes held for each sender, as one batch fills them: each finds what those before took. */
export class StoredBook {
  readonly #tx: Transaction;
  readonly #heldOf = new Map<string, number>();
  readonly #added = new Map<string, number>();

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /**
   * Whether its sender has room for it. What is said about messages always has; the last of the
   * room is kept for the urgent lane.
   */
  async hasRoom(message: KeptMessage): Promise<boolean> {
    if (!isSealedKind(message.kind)) return true;
    const share = message.lane === Lane.URGENT ? 1 : 1 - QUOTA_LIMITS.storedUrgentShare;
    return (await this.#held(message.sender)) + sizeOf(message) <= message.storedBytesMax * share;
  }

  /** Counts what is kept. */
  async add(message: KeptMessage): Promise<void> {
    if (!isSealedKind(message.kind)) return;
    const { sender } = message;
    const bytes = sizeOf(message);
    this.#heldOf.set(sender, (await this.#held(sender)) + bytes);
    this.#added.set(sender, (this.#added.get(sender) ?? 0) + bytes);
  }

  /** Stores the counts beside what was counted, in the same transaction. */
  async store(): Promise<void> {
    for (const [sender, bytes] of this.#added) {
      await this.#tx.write(
        `INSERT INTO stored_bytes (participant, bytes) VALUES (?, ?)
         ON CONFLICT (participant) DO UPDATE SET bytes = stored_bytes.bytes + excluded.bytes`,
        sender,
        bytes,
      );
    }
  }

  async #held(sender: string): Promise<number> {
    const known = this.#heldOf.get(sender);
    if (known !== undefined) return known;
    const sql = "SELECT bytes FROM stored_bytes WHERE participant = ?";
    const held = (await this.#tx.get<{ bytes: number }>(sql, sender))?.bytes ?? 0;
    this.#heldOf.set(sender, held);
    return held;
  }
}

/** Bytes held for each participant. */
export async function storedBytes(tx: Transaction): Promise<readonly StoredBytes[]> {
  const sql = "SELECT participant, bytes FROM stored_bytes ORDER BY participant";
  return await tx.all<SqlRow & StoredBytes>(sql);
}

function sizeOf({ parts }: KeptMessage): number {
  return parts.reduce((sum, { content }) => sum + content.length, 0);
}
