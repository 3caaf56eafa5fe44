import { instantMsOf, nameIn } from "#http";
import { HoldActKind, HoldQuery, HoldScope, Kind } from "#proto";
import { timestampMs, toTimestamp } from "#wire";
import type { HoldDetail } from "../hold-list.ts";
import type { Hold } from "../hold-rows.ts";
import type { NewHold } from "./hold-schema.ts";

/** The four ways to say what is held. */
export const SCOPES = ["messages", "conversationId", "party", "query"] as const;

/** The scope that a request names. */
export function scopeOf({ conversationId, messages, party, query }: NewHold): HoldScope {
  return HoldScope.create({
    messages: messages ?? [],
    conversationId: conversationId ?? "",
    party: party ?? "",
    query: query === undefined ? undefined : queryOf(query),
  });
}

function queryOf({ from, kinds, to, ...names }: NonNullable<NewHold["query"]>): HoldQuery {
  return HoldQuery.create({
    ...names,
    kinds: (kinds ?? []).map((name) => Kind[name as keyof typeof Kind]),
    from: from === undefined ? undefined : toTimestamp(instantMsOf(from)),
    to: to === undefined ? undefined : toTimestamp(instantMsOf(to)),
  });
}

/** A hold as it stands. */
export function holdView(hold: Hold, nowMs: number) {
  const { conversationId, messages, party, query } = hold.scope;
  return {
    id: hold.id,
    state: hold.state,
    covers: hold.covers,
    messages: messages.length === 0 ? undefined : messages,
    conversationId: conversationId || undefined,
    party: party || undefined,
    query: query === undefined ? undefined : queryView(query),
    reason: hold.reason,
    authority: hold.authority,
    reviewAt: hold.reviewAtMs === null ? undefined : instant(hold.reviewAtMs),
    reviewDue: (hold.covers && hold.reviewAtMs !== null && hold.reviewAtMs <= nowMs) || undefined,
    askedBy: hold.askedBy,
    askedAt: instant(hold.askedAtMs),
    waitingFor: hold.waitingFor ?? undefined,
  };
}

function queryView(query: HoldQuery) {
  const [fromMs, toMs] = [timestampMs(query.from), timestampMs(query.to)];
  const kinds = query.kinds.map((kind) => nameIn(Kind, kind));
  return {
    party: query.party || undefined,
    sender: query.sender || undefined,
    recipient: query.recipient || undefined,
    conversationId: query.conversationId || undefined,
    kinds: kinds.length === 0 ? undefined : kinds,
    from: fromMs === undefined ? undefined : instant(fromMs),
    to: toMs === undefined ? undefined : instant(toMs),
    logSize: Number(query.logSize),
  };
}

/** A hold with everything that was done about it. */
export function holdDetailView({ acts, hold }: HoldDetail, nowMs: number) {
  return {
    ...holdView(hold, nowMs),
    acts: acts.map(({ act, bytes, logIndex }) => ({
      act: nameIn(HoldActKind, act.kind).toLowerCase().replaceAll("_", "-"),
      actor: act.actor,
      at: instant(timestampMs(act.actedAt) ?? 0),
      reason: act.reason,
      logIndex: logIndex ?? undefined,
      opening: Buffer.from(bytes).toString("base64"),
    })),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
