import { randomBytes } from "node:crypto";
import { TracepostError } from "#errors";
import { HoldAct, HoldActKind, HoldScope } from "#proto";
import { doOnce, type RepeatKey } from "#repeats";
import { HOLD_LIMITS, type Transaction } from "#runtime";
import { mayBeOne } from "#users";
import { encodeMessage, sha256, toTimestamp } from "#wire";
import { lookAtHeldAgain } from "./due-marks.ts";
import {
  columnsOf,
  type Hold,
  type HoldRow,
  holdOf,
  type KeptAct,
  lastActOf,
} from "./hold-rows.ts";
import { endsHold, type HoldRefusal, isForSecond, standingAfter } from "./hold-standing.ts";
import { noteAct } from "./note-act.ts";

/** Who does something about a hold, and when. */
interface ActArgs {
  readonly actor: string;
  readonly reason: string;
  /** When it is to be looked at again. */
  readonly reviewAtMs: number | null;
  readonly nowMs: number;
  readonly registerVersion: number;
}

/** The log after an act, to be signed. */
export interface LogHead {
  readonly size: number;
  readonly rootHash: Uint8Array;
}

/** `head` is null when nothing was done, and where no log is kept. */
interface ActedHead {
  readonly head: LogHead | null;
}

/** What holds ask of the store in which they lie. */
export interface HoldPlace {
  /** What a scope names that is not here. */
  scopeProblem(
    tx: Transaction,
    scope: HoldScope,
    isRegistered: boolean,
  ): Promise<NotHeld | undefined>;
  /** How much is here now: a query covers nothing that comes later. */
  queryBound(tx: Transaction): Promise<number>;
  /** The time of an act: not before that of the one before. */
  actTime(tx: Transaction, nowMs: number): Promise<number>;
  /** Enters an act in the log; null where none is kept. */
  logAct(
    tx: Transaction,
    act: {
      readonly digest: Uint8Array;
      readonly isEnd: boolean;
      readonly nowMs: number;
      readonly registerVersion: number;
    },
  ): Promise<number | null>;
  head(tx: Transaction): Promise<LogHead | null>;
}

/** Criteria of a query that name something. */
export const QUERY_NAMES = ["party", "sender", "recipient", "conversationId"] as const;

/** Why a wish to hold came to nothing. */
export type NotHeld =
  /** No such message is recorded; its place in the list. */
  | { readonly type: "unknown-message"; readonly position: number }
  | { readonly type: "unknown-conversation" }
  | { readonly type: "unknown-party" }
  /** No record fulfils this criterion of the query. */
  | { readonly type: "unknown-criterion"; readonly name: (typeof QUERY_NAMES)[number] }
  | { readonly type: "too-many" };

/** What became of an act on a hold. */
export type HoldDone =
  | { readonly type: "done"; readonly hold: Hold; readonly repeated: boolean }
  | { readonly type: "unknown" }
  | { readonly type: HoldRefusal; readonly hold: Hold };

/** Procedures of the holds of a store. */
export function createHoldProcedures(place: HoldPlace) {
  return {
    askHold: (tx: Transaction, args: HoldWish) => askHold(tx, place, args),
    actOnHold: (tx: Transaction, args: ActWish) => actOnHold(tx, place, args),
  };
}

/** What they are. */
export type HoldProcedures = ReturnType<typeof createHoldProcedures>;

interface HoldWish extends ActArgs {
  readonly scope: HoldScope;
  readonly authority: string;
  /** Whether the register in force has the party of the scope. */
  readonly isRegistered: boolean;
  readonly repeat: RepeatKey | undefined;
}

/** Asks for a hold, once for each idempotency key. It covers when this returns (TP-HOLD-1). */
async function askHold(tx: Transaction, place: HoldPlace, args: HoldWish) {
  const { repeat, nowMs } = args;
  const result = await doOnce(tx, { repeat, made: "asked", nowMs }, async () => {
    const scope = HoldScope.create(args.scope);
    if (await areTooMany(tx)) return { type: "too-many" } as const;
    const wrong = await place.scopeProblem(tx, scope, args.isRegistered);
    if (wrong !== undefined) return wrong;
    if (scope.query !== undefined) scope.query.logSize = BigInt(await place.queryBound(tx));
    const act = { kind: HoldActKind.ASKED, scope, authority: args.authority };
    const done = await keepAct(tx, undefined, { ...args, ...act, place, previous: undefined });
    return { type: "asked", id: done.id } as const;
  });
  const isNew = result.type === "asked" && !result.repeated;
  return { result, head: isNew ? await place.head(tx) : null };
}

async function areTooMany(tx: Transaction): Promise<boolean> {
  const covering = await tx.get<{ n: number }>("SELECT count(*) AS n FROM hold WHERE covers = 1");
  return (covering?.n ?? 0) >= HOLD_LIMITS.coveringMax;
}

interface ActWish extends ActArgs {
  readonly id: number;
  readonly kind: HoldActKind;
}

/** Does something about a hold (TP-HOLD-3). What the same person says twice is done once. */
async function actOnHold(
  tx: Transaction,
  place: HoldPlace,
  args: ActWish,
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
  const act = { ...args, scope: undefined, authority: "", place, previous };
  const done = await keepAct(tx, before, act);
  if ("type" in done) return { result: done, head: null };
  const result = { type: "done", hold: done, repeated: false } as const;
  return { result, head: await place.head(tx) };
}

/** Each review is one of its own. */
const REPEATABLE = HoldActKind.REVIEWED;

interface NewAct extends ActArgs {
  readonly place: HoldPlace;
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
  const { actor, authority, kind, nowMs, place, previous, reason, reviewAtMs, scope } = args;
  const id = before?.id ?? (await nextId(tx));
  const act = HoldAct.create({
    salt: randomBytes(SALT_BYTES),
    hold: BigInt(id),
    ...{ kind, scope, reason, authority, actor },
    reviewAt: reviewAtMs === null ? undefined : toTimestamp(reviewAtMs),
    actedAt: toTimestamp(await place.actTime(tx, nowMs)),
    previous: previous === undefined ? new Uint8Array() : sha256(previous.bytes),
  });
  const after = standingAfter(before, act);
  if (typeof after === "string") {
    if (before === undefined) throw new TracepostError("INTERNAL", "a hold begins with its wish");
    return { type: after, hold: before };
  }
  const bytes = encodeMessage(HoldAct, act);
  const isEnd = endsHold(kind);
  const { registerVersion } = args;
  const digest = sha256(bytes);
  const logIndex = await place.logAct(tx, { digest, isEnd, nowMs, registerVersion });
  await tx.run("INSERT INTO hold_act (hold, act, log_index) VALUES (?, ?, ?)", id, bytes, logIndex);
  const hold = { ...after, id };
  await tx.run(
    `INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, covers = excluded.covers,
       review_at = excluded.review_at, waiting_for = excluded.waiting_for`,
    id,
    ...columnsOf(hold),
  );
  await noteAct(tx, {
    action: isEnd ? "release" : "hold",
    ...{ actor, atMs: nowMs, reason },
    subject: `hold ${id}`,
    detail: hold.state,
  });
  if (isEnd) await lookAtHeldAgain(tx);
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
