// The door to idempotency keys, without the HTTP server: what a store's thread loads too.

export { canonicalJson } from "./canonical-json.ts";
export { doOnce, REPEAT_MIGRATION_SQL, type RepeatKey, type RepeatMismatch } from "./do-once.ts";
