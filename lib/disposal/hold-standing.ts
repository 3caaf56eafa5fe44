import { type HoldAct, HoldActKind, HoldScope } from "#proto";
import { timestampMs } from "#wire";

/** Where a hold stands. It covers in the first three. */
export const HOLD_STATES = ["asked", "confirmed", "release-asked", "released", "declined"] as const;

/** One of {@link HOLD_STATES}. */
export type HoldState = (typeof HOLD_STATES)[number];

/** What the acts of a hold come to. */
export interface HoldStanding {
  readonly state: HoldState;
  /** Whether it stops disposal. */
  readonly covers: boolean;
  readonly scope: HoldScope;
  readonly reason: string;
  readonly authority: string;
  readonly reviewAtMs: number | null;
  readonly askedBy: string;
  readonly askedAtMs: number;
  /** Who asked for what waits for a second person; null when nothing waits. */
  readonly waitingFor: string | null;
}

/** Why an act cannot follow. */
export type HoldRefusal = "otherwise" | "same-person";

/** Act → the states it may follow on, the state it leads to. */
const MOVES: Readonly<Partial<Record<HoldActKind, readonly [readonly HoldState[], HoldState]>>> = {
  [HoldActKind.CONFIRMED]: [["asked"], "confirmed"],
  [HoldActKind.DECLINED]: [["asked"], "declined"],
  [HoldActKind.RELEASE_ASKED]: [["confirmed"], "release-asked"],
  [HoldActKind.RELEASED]: [["release-asked"], "released"],
  [HoldActKind.RELEASE_DECLINED]: [["release-asked"], "confirmed"],
  [HoldActKind.REVIEWED]: [["confirmed"], "confirmed"],
};

/** Acts that only another person than the one who asked may do (TP-HOLD-3). */
const SECOND: ReadonlySet<HoldActKind> = new Set([
  HoldActKind.CONFIRMED,
  HoldActKind.DECLINED,
  HoldActKind.RELEASED,
]);

/** Whether an act is for another person than the one who asked. */
export function isForSecond(kind: HoldActKind): boolean {
  return SECOND.has(kind);
}

/** Whether a hold covers nothing any more after this act. */
export function endsHold(kind: HoldActKind): boolean {
  return kind === HoldActKind.DECLINED || kind === HoldActKind.RELEASED;
}

/** Where a hold stands after an act; the first one asks for it. */
export function standingAfter(
  before: HoldStanding | undefined,
  act: HoldAct,
): HoldStanding | HoldRefusal {
  if (before === undefined) return askedStanding(act);
  const [from, state] = MOVES[act.kind] ?? [[], before.state];
  if (!from.includes(before.state)) return "otherwise";
  if (isForSecond(act.kind) && before.waitingFor === act.actor) return "same-person";
  const isReview = act.kind === HoldActKind.REVIEWED;
  return {
    ...before,
    state,
    covers: !endsHold(act.kind),
    reviewAtMs: isReview ? (timestampMs(act.reviewAt) ?? null) : before.reviewAtMs,
    waitingFor: act.kind === HoldActKind.RELEASE_ASKED ? act.actor : null,
  };
}

function askedStanding(act: HoldAct): HoldStanding | HoldRefusal {
  if (act.kind !== HoldActKind.ASKED) return "otherwise";
  return {
    state: "asked",
    covers: true,
    scope: act.scope ?? HoldScope.create(),
    reason: act.reason,
    authority: act.authority,
    reviewAtMs: timestampMs(act.reviewAt) ?? null,
    askedBy: act.actor,
    askedAtMs: timestampMs(act.actedAt) ?? 0,
    waitingFor: act.actor,
  };
}
