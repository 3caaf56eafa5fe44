import { instantMsOf, lackOf, type Problem } from "#http";
import { Kind, Tlp, UseRestriction } from "#proto";
import type { Clock, Database } from "#runtime";
import type { Actor } from "#users";
import { refusalCodeOf } from "#wire";
import type { RecordFilter } from "../store/search/criteria.ts";
import type { GatewayProcedures } from "../store.ts";
import type { RecordQuery } from "./record-schema.ts";

/** What the routes of records work with. */
export interface RecordRouteDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly clock: Clock;
}

/** What is looked for, without the page. */
export type Asked = Omit<RecordQuery, "after" | "limit" | "reason">;

/** Whether somebody is shown what headers say. */
export function readsHeaders(actor: Actor): boolean {
  return lackOf(actor, "records:read") === undefined;
}

/** Criteria that only a header tells would tell it to who may not read headers (TP-FIND-5). */
export function lackOfCriteria(actor: Actor, asked: Asked): Problem | undefined {
  const { conversation, dueBefore, dueFrom, handling, hold, state, use } = asked;
  const ofHeader = [conversation, dueBefore, dueFrom, handling, hold, state, use];
  const isFree = ofHeader.every((value) => value === undefined);
  return isFree ? undefined : lackOf(actor, "records:read");
}

/** The filter that a query asks for. */
export function filterOf(asked: Asked): RecordFilter {
  const { code, conversation, from, handling, id, kind, party, refused, state, until, use } = asked;
  const { dueBefore, dueFrom, hold } = asked;
  const anyCode = refused === true ? 0 : undefined;
  return {
    messageId: id,
    conversationId: conversation,
    party,
    kind: kind === undefined ? undefined : Kind[kind],
    state,
    tlp: handling === undefined ? undefined : Tlp[handling],
    use: use === undefined ? undefined : UseRestriction[use],
    code: code === undefined ? anyCode : refusalCodeOf(code),
    fromMs: from === undefined ? undefined : instantMsOf(from),
    untilMs: until === undefined ? undefined : instantMsOf(until),
    hold,
    dueFromMs: dueFrom === undefined ? undefined : instantMsOf(dueFrom),
    dueUntilMs: dueBefore === undefined ? undefined : instantMsOf(dueBefore),
  };
}
