import { randomBytes } from "node:crypto";
import { TracepostError } from "#errors";
import { loadLogHead } from "#message-log";
import { EntryKind, HoldAct, HoldActKind, type HoldQuery, HoldScope } from "#proto";
import { doOnce, type RepeatKey } from "#repeats";
import { HOLD_LIMITS, type Transaction } from "#runtime";
import { mayBeOne } from "#users";
import { encodeMessage, GATEWAY_SENDER, sha256, toTimestamp } from "#wire";
import { noteAct } from "../audit/note-act.ts";
import { logDigest, recordTime } from "../log-statements.ts";
import { findMessage } from "../recall.ts";
import { isStillFilling } from "../search/find-records.ts";
import { partyNumber, uuidBytes } from "../search/note-record.ts";
import {
  columnsOf,
  type Hold,
  type HoldRow,
  holdOf,
  type KeptAct,
  lastActOf,
} from "./hold-rows.ts";
import { endsHold, type HoldRefusal, isForSecond, standingAfter } from "./hold-standing.ts";

/** Who does something about a hold, and when. */
interface ActArgs {
  readonly actor: string;
  readonly reason: string;
  /** When it is to be looked at again. */
  readonly reviewAtMs: number | null;
  readonly nowMs: number;
  readonly registerVersion: number;
}

/** The tree after an act, to be signed; null when nothing was done. */
interface ActedHead {
  readonly head: { readonly size: number; readonly rootHash: Uint8Array } | null;
}

/** What became of a wish to hold. */
export type HoldAsked =
  | { readonly type: "asked"; readonly id: number }
  /** No such message is recorded; its place in the list. */
  | { readonly type: "unknown-message"; readonly position: number }
  | { readonly type: "unknown-conversation" }
  | { readonly type: "unknown-party" }
  /** No record fulfils this criterion of the query. */
  | { readonly type: "unknown-criterion"; readonly name: QueryName }
  | { readonly type: "too-many" };

/** What became of an act on a hold. */
export type HoldDone =
  | { readonly type: "done"; readonly hold: Hold; readonly repeated: boolean }
  | { readonly type: "unknown" }
  | { readonly type: HoldRefusal; readonly hold: Hold };

/** Asks for a hold, once for each idempotency key. It covers when this returns (TP-HOLD-1). */
export async function askHold(
  tx: Transaction,
  args: ActArgs & {
    readonly scope: HoldScope;
    readonly authority: string;
    /** Whether the register in force has the party of the scope. */
    readonly isRegistered: boolean;
    readonly repeat: RepeatKey | undefined;
  },
) {
  const { repeat, nowMs } = args;
  const result = await doOnce(tx, { repeat, made: "asked", nowMs }, async () => {
    const scope = HoldScope.create(args.scope);
    const wrong = await scopeProblem(tx, scope, args.isRegistered);
    if (wrong !== undefined) return wrong;
    if (scope.query !== undefined) {
      scope.query.logSize = BigInt((await loadLogHead(tx)).size);
    }
    const act = { kind: HoldActKind.ASKED, scope, authority: args.authority };
    const done = await keepAct(tx, undefined, { ...args, ...act, previous: undefined });
    return { type: "asked", id: done.id } as const;
  });
  const isNew = result.type === "asked" && !result.repeated;
  return { result, ...(await headAfter(tx, isNew)) };
}

/** What a scope names that is not here; each of the four kinds says so in its own way. */
async function scopeProblem(
  tx: Transaction,
  scope: HoldScope,
  isRegistered: boolean,
): Promise<Exclude<HoldAsked, { type: "asked" }> | undefined> {
  const covering = await tx.get<{ n: number }>("SELECT count(*) AS n FROM hold WHERE covers = 1");
  if ((covering?.n ?? 0) >= HOLD_LIMITS.coveringMax) return { type: "too-many" };
  for (const [position, { messageId, sender }] of scope.messages.entries()) {
    const known = await findMessage(tx, sender, messageId);
    if (known === undefined) return { type: "unknown-message", position };
  }
  const { conversationId, party } = scope;
  if (conversationId !== "" && !(await isConversation(tx, conversationId))) {
    return { type: "unknown-conversation" };
  }
  if (scope.query !== undefined) return await queryProblem(tx, scope.query);
  if (party === "" || isRegistered) return undefined;
  const sent = await tx.get("SELECT 1 FROM traffic WHERE participant = ?", party);
  return sent === undefined ? { type: "unknown-party" } : undefined;
}

/** Criteria of a query that name something. */
const QUERY_NAMES = ["party", "sender", "recipient", "conversationId"] as const;
type QueryName = (typeof QUERY_NAMES)[number];

/** A name with a slip in it would hold nothing, and nobody would know. */
async function queryProblem(tx: Transaction, query: HoldQuery) {
  if (await isStillFilling(tx)) return undefined;
  for (const name of QUERY_NAMES) {
    const value = query[name];
    if (value === "") continue;
    const isKnown =
      name === "conversationId"
        ? await isConversation(tx, value)
        : (await partyNumber(tx, value)) !== undefined;
    if (!isKnown) return { type: "unknown-criterion", name } as const;
  }
  return undefined;
}

/** Whether there is a message of it: a notice begins one as well as a request or an alert. */
async function isConversation(tx: Transaction, id: string): Promise<boolean> {
  const recorded = "SELECT 1 FROM record_conversation WHERE conversation = ? LIMIT 1";
  if ((await tx.get(recorded, uuidBytes(id))) !== undefined) return true;
  const followed = "SELECT 1 FROM conversation WHERE conversation_id = ? LIMIT 1";
  return (await tx.get(followed, id)) !== undefined;
}

/** Does something about a hold (TP-HOLD-3). What the same person says twice is done once. */
export async function actOnHold(
  tx: Transaction,
  args: ActArgs & { readonly id: number; readonly kind: HoldActKind },
): Promise<{ readonly result: HoldDone } & ActedHead> {
  const row = await tx.get<HoldRow>("SELECT * FROM hold WHERE id = ?", args.id);
  if (row === undefined) return { result: { type: "unknown" }, head: null };
  const before = holdOf(row);
  const previous = await lastActOf(tx, before.id);
  const last = previous?.act;
  if (last?.kind === args.kind && last.actor === args.actor && args.kind !== REPEATABLE) {
    return { result: { type: "done", hold: before, repeated: true }, head: null };
  }
  const { waitingFor } = before;
  if (isForSecond(args.kind) && waitingFor && (await mayBeOne(tx, args.actor, waitingFor))) {
    return { result: { type: "same-person", hold: before }, head: null };
  }
  const act = { ...args, scope: undefined, authority: "", previous };
  const done = await keepAct(tx, before, act);
  if ("type" in done) return { result: done, head: null };
  const result = { type: "done", hold: done, repeated: false } as const;
  return { result, ...(await headAfter(tx, true)) };
}

/** Each review is one of its own. */
const REPEATABLE = HoldActKind.REVIEWED;

async function headAfter(tx: Transaction, isNew: boolean): Promise<ActedHead> {
  if (!isNew) return { head: null };
  const { size, rootHash } = await loadLogHead(tx);
  return { head: { size, rootHash } };
}

interface NewAct extends ActArgs {
  readonly kind: HoldActKind;
  readonly scope: HoldScope | undefined;
  readonly authority: string;
  /** The act before it. */
  readonly previous: KeptAct | undefined;
}

/** Act, log entry and what follows from both, in one transaction (TP-HOLD-4). */
async function keepAct(tx: Transaction, before: undefined, act: NewAct): Promise<Hold>;
async function keepAct(
  tx: Transaction,
  before: Hold,
  act: NewAct,
): Promise<Hold | { readonly type: HoldRefusal; readonly hold: Hold }>;
async function keepAct(tx: Transaction, before: Hold | undefined, args: NewAct) {
  const { actor, authority, kind, nowMs, previous, reason, registerVersion, reviewAtMs, scope } =
    args;
  const id = before?.id ?? (await nextId(tx));
  const act = HoldAct.create({
    salt: randomBytes(SALT_BYTES),
    hold: BigInt(id),
    ...{ kind, scope, reason, authority, actor },
    reviewAt: reviewAtMs === null ? undefined : toTimestamp(reviewAtMs),
    actedAt: toTimestamp(await recordTime(tx, nowMs)),
    previous: previous === undefined ? new Uint8Array() : sha256(previous.bytes),
  });
  const after = standingAfter(before, act);
  if (typeof after === "string") {
    if (before === undefined) throw new TracepostError("INTERNAL", "a hold begins with its wish");
    return { type: after, hold: before };
  }
  const bytes = encodeMessage(HoldAct, act);
  const log = await logDigest(tx, {
    kind: endsHold(kind) ? EntryKind.RELEASE : EntryKind.HOLD,
    sender: GATEWAY_SENDER,
    digest: sha256(bytes),
    ...{ nowMs, registerVersion },
  });
  await tx.run(
    "INSERT INTO hold_act (hold, act, log_index) VALUES (?, ?, ?)",
    id,
    bytes,
    log.firstIndex,
  );
  const hold = { ...after, id };
  await tx.run(
    `INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state, covers = excluded.covers,
       review_at = excluded.review_at, waiting_for = excluded.waiting_for`,
    id,
    ...columnsOf(hold),
  );
  await noteAct(tx, {
    action: endsHold(kind) ? "release" : "hold",
    ...{ actor, atMs: nowMs, reason },
    subject: `hold ${id}`,
    detail: hold.state,
  });
  if (endsHold(kind)) {
    // What it stopped is reckoned again at the next look.
    await tx.run("UPDATE record_due SET look_at = 0, is_held = 0 WHERE is_held = 1");
  }
  for (const { messageId, sender } of scope?.messages ?? []) {
    const sql = "INSERT INTO hold_message VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
    await tx.run(sql, sender, messageId, id);
  }
  return hold;
}

const SALT_BYTES = 16;

/** Ids are never given twice. */
async function nextId(tx: Transaction): Promise<number> {
  const row = await tx.get<{ id: number | null }>("SELECT max(id) AS id FROM hold");
  return (row?.id ?? 0) + 1;
}
