import { timingSafeEqual } from "node:crypto";
import { TracepostError } from "#errors";
import { type Clock, HTTP_LIMITS, type Logger } from "#runtime";
import { type Permission, permissionsOf, type Role } from "./roles.ts";
import { parseAuthorization, parseToken } from "./token.ts";
import type { TokenOwner, UserStore } from "./user-procedures.ts";
import type { UserKind } from "./user-record.ts";

/** Who does a request. */
export interface Actor {
  readonly userId: string;
  readonly name: string;
  readonly kind: UserKind;
  readonly roles: readonly Role[];
  readonly permissions: ReadonlySet<Permission>;
  /** The token the request came with; its id is no secret. */
  readonly tokenId: string;
}

/** Tells who stands behind a request. */
export interface Guard {
  /** The user of an Authorization header; undefined for anything that is not one (TP-API-1). */
  authenticate(authorization: string | undefined): Promise<Actor | undefined>;
  /** To be called after every change of a user or token, so that it takes effect at once. */
  forget(): void;
}

/** What a guard is built from. */
export interface GuardOptions {
  readonly store: UserStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Known {
  readonly actor: Actor;
  /** When the token ends, or the guard looks again, whichever is first. */
  readonly untilMs: number;
  /** When its use is written down again. */
  noteFromMs: number;
}

/**
 * Builds the guard of an HTTP door. Whose a token is, is remembered for a few seconds under the
 * token's digest; what is wrong is never remembered, so that guessing fills no memory.
 */
export function createGuard({ store, clock, logger }: GuardOptions): Guard {
  const known = new Map<string, Known>();
  let changes = 0;

  const look = async (tokenId: string, digest: Uint8Array): Promise<Known | undefined> => {
    const changesBefore = changes;
    const owner = await store.call("userFindToken", { tokenId });
    if (owner === null || !timingSafeEqual(owner.digest, digest)) return undefined;
    const nowMs = clock.now();
    if (owner.expiresAtMs !== null && owner.expiresAtMs <= nowMs) return undefined;
    const untilMs = Math.min(owner.expiresAtMs ?? Infinity, nowMs + HTTP_LIMITS.tokenRecallMs);
    const noteFromMs = (owner.lastUsedAtMs ?? 0) + HTTP_LIMITS.tokenUseNotedMs;
    const found = { actor: actorOf(owner, tokenId), untilMs, noteFromMs };
    // What was read before a change must not outlive it.
    if (changes === changesBefore) remember(digest, found);
    return found;
  };

  const remember = (digest: Uint8Array, found: Known): void => {
    const [oldest] = known.keys();
    if (known.size >= HTTP_LIMITS.tokensRecalledMax && oldest !== undefined) known.delete(oldest);
    known.set(keyOf(digest), found);
  };

  const noteUse = (found: Known, nowMs: number): void => {
    if (nowMs < found.noteFromMs) return;
    found.noteFromMs = nowMs + HTTP_LIMITS.tokenUseNotedMs;
    const { tokenId } = found.actor;
    store.call("userNoteUse", { tokenId, nowMs }).catch((caught: unknown) => {
      logger.warn({ err: caught, tokenId }, "the use of a token was not noted");
    });
  };

  return {
    async authenticate(authorization) {
      const token = parseAuthorization(authorization);
      if (token === undefined) return undefined;
      const nowMs = clock.now();
      const recalled = known.get(keyOf(token.digest));
      const isGood = recalled !== undefined && recalled.untilMs > nowMs;
      const found = isGood ? recalled : await look(token.tokenId, token.digest);
      if (found === undefined) return undefined;
      noteUse(found, nowMs);
      return found.actor;
    },
    forget() {
      changes += 1;
      known.clear();
    },
  };
}

function keyOf(digest: Uint8Array): string {
  return Buffer.from(digest).toString("base64");
}

function actorOf(owner: TokenOwner, tokenId: string): Actor {
  const { userId, name, kind, roles } = owner;
  return { userId, name, kind, roles, permissions: permissionsOf(roles), tokenId };
}

/**
 * Lets the token of the set-up's file in (TP-API-9). To be called at each start, before the door
 * opens. Throws TracepostError CONFIG_INVALID when the text is no token.
 */
export async function admitInstallation(
  store: UserStore,
  tokenText: string,
  nowMs: number,
): Promise<void> {
  const token = parseToken(tokenText.trim());
  if (token === undefined) {
    throw new TracepostError("CONFIG_INVALID", "the token file holds no token", {
      remedy: "Write a fresh one; `tracepost exchange init` makes it.",
    });
  }
  await store.call("userBootstrap", { ...token, nowMs });
}
