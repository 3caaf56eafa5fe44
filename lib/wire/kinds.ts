import { Kind } from "#proto";

const UNSEALED_KINDS: ReadonlySet<Kind> = new Set([
  Kind.RECEIPT,
  Kind.VOID,
  Kind.GAP_NOTICE,
  Kind.REGISTER,
  Kind.MONITOR_FEED,
]);

const TRACE_KINDS: ReadonlySet<Kind> = new Set([
  Kind.TRACE_REQUEST,
  Kind.TRACE_REPLY,
  Kind.TRACE_FOLLOW_UP,
  Kind.ATTACHMENT_CHUNK,
]);

/**
 * Whether messages of this kind hold content of a State, and so are sealed and carry a pair
 * sequence (TP-WIRE-12). The others hold one readable body: about messages, the register, or what
 * may be counted.
 */
export function isSealedKind(kind: Kind): boolean {
  return !UNSEALED_KINDS.has(kind);
}

/** Whether it belongs to a trace, and so needs an instrument, handling and one addressee. */
export function isTraceKind(kind: Kind): boolean {
  return TRACE_KINDS.has(kind);
}

const TOKEN_OF_KIND: ReadonlyMap<Kind, string> = new Map(
  Object.entries(Kind)
    .filter(([, kind]) => kind !== Kind.UNSPECIFIED)
    .map(([name, kind]) => [kind, name.toLowerCase().replaceAll("_", "-")]),
);

const KIND_OF_TOKEN: ReadonlyMap<string, Kind> = new Map(
  [...TOKEN_OF_KIND].map(([kind, token]) => [token, kind]),
);

/** Token of a kind in a subject, such as `trace-request`; undefined when there is none. */
export function kindToken(kind: Kind): string | undefined {
  return TOKEN_OF_KIND.get(kind);
}

/** Kind of a token, or undefined. */
export function kindOfToken(token: string): Kind | undefined {
  return KIND_OF_TOKEN.get(token);
}
