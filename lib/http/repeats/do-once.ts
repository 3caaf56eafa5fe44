import { HTTP_LIMITS, type Transaction } from "#runtime";

/** What a request is known by when it comes again (TP-API-18). */
export interface RepeatKey {
  /** Whose key it is; another user's is another one. */
  readonly userId: string;
  /** The caller's idempotency key. */
  readonly key: string;
  /** SHA-256 of what is asked for: route, path and body. */
  readonly digest: Uint8Array;
}

/** The key already stands for another request. */
export interface RepeatMismatch {
  readonly type: "mismatch";
}

/**
 * Tables of what was made under an idempotency key. A service puts this fragment into its own
 * migrations, so that what was made and the key it was made under commit together.
 */
export const REPEAT_MIGRATION_SQL = `
CREATE TABLE http_repeat (
  user_id TEXT NOT NULL,
  key TEXT NOT NULL,
  digest BLOB NOT NULL,
  result TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX http_repeat_age ON http_repeat (user_id, created_at);
`;

/**
 * Runs what makes something, in its transaction, or gives the result of the first time. Kept are
 * results of the types `made` alone: what made nothing may be tried again under the same key. A
 * result holds no secret, because it is kept as it is. Without a key it simply runs.
 */
export async function doOnce<T extends { readonly type: string }>(
  tx: Transaction,
  options: {
    readonly repeat: RepeatKey | undefined;
    readonly made: T["type"] | readonly T["type"][];
    readonly nowMs: number;
  },
  act: () => Promise<T>,
): Promise<(T & { readonly repeated: boolean }) | RepeatMismatch> {
  const { repeat, made, nowMs } = options;
  if (repeat === undefined) return { ...(await act()), repeated: false };
  const earlier = await tx.get<{ digest: Uint8Array; result: string }>(
    "SELECT digest, result FROM http_repeat WHERE user_id = ? AND key = ?",
    repeat.userId,
    repeat.key,
  );
  if (earlier !== undefined) {
    const isSame = Buffer.compare(earlier.digest, repeat.digest) === 0;
    if (!isSame) return { type: "mismatch" };
    return { ...(JSON.parse(earlier.result) as T), repeated: true };
  }
  const result = await act();
  if ([made].flat().includes(result.type)) await keep(tx, repeat, JSON.stringify(result), nowMs);
  return { ...result, repeated: false };
}

async function keep(
  tx: Transaction,
  { userId, key, digest }: RepeatKey,
  result: string,
  nowMs: number,
): Promise<void> {
  await tx.run(
    `DELETE FROM http_repeat WHERE user_id = ? AND created_at <= max(?, coalesce(
       (SELECT created_at FROM http_repeat WHERE user_id = ?
        ORDER BY created_at DESC LIMIT 1 OFFSET ?), 0))`,
    userId,
    nowMs - HTTP_LIMITS.repeatKeptMs,
    userId,
    HTTP_LIMITS.repeatsPerUserMax,
  );
  await tx.run(
    "INSERT INTO http_repeat (user_id, key, digest, result, created_at) VALUES (?, ?, ?, ?, ?)",
    userId,
    key,
    digest,
    result,
    nowMs,
  );
}
