import { TracepostError } from "#errors";
import { ParticipantStatus } from "#proto";
import type { RegisterView } from "#trust";

/** What one step does to NATS; each is harmless when it is done twice. */
export const RECONCILE_ACTIONS = {
  "issue-account": "make keys, account token and credentials",
  "push-account": "give the server the account token",
  "connect-gateway": "let the gateway deliver to the inbox",
  "make-streams": "create outbox and inbox with their consumers",
  list: "have steward and supervisor look after it",
  disconnect: "revoke the participant's user, which cuts its connections",
  unlist: "have steward and supervisor look after it no more",
} as const satisfies Record<string, string>;

/** A name of {@link RECONCILE_ACTIONS}. */
export type ReconcileAction = keyof typeof RECONCILE_ACTIONS;

/** One step of a plan. */
export interface ReconcileStep {
  readonly action: ReconcileAction;
  readonly participant: string;
}

/** A plan as a person reads it. */
export function planLines(steps: readonly ReconcileStep[], version: bigint): string[] {
  const count = `${steps.length} step${steps.length === 1 ? "" : "s"} for NATS`;
  return [
    `Register version ${version}: ${steps.length === 0 ? "nothing to do" : count}.`,
    ...steps.map(
      ({ action, participant }) => `  ${participant}: ${RECONCILE_ACTIONS[action]} (${action})`,
    ),
  ];
}

/** How NATS stands to one participant. */
export interface NatsStanding {
  /** Token and keys of its account lie in the operator's folder. */
  readonly isIssued: boolean;
  readonly isHeld: boolean;
  readonly isConnected: boolean;
  readonly hasStreams: boolean;
  readonly isRevoked: boolean;
  /** Steward and supervisor know of it. */
  readonly isListed: boolean;
}

/**
 * What is to be done so that NATS follows the register (TP-RUN-8): desired state against actual
 * state, in the order in which it must be done. Nothing to do gives an empty plan.
 */
export function planReconcile(
  register: Pick<RegisterView, "participants">,
  standings: ReadonlyMap<string, NatsStanding>,
): readonly ReconcileStep[] {
  const desired = new Map(
    register.participants.map(({ id, status }) => [id, status !== ParticipantStatus.REMOVED]),
  );
  // Whoever has an account and is not in the register any more is removed too.
  for (const id of standings.keys()) if (!desired.has(id)) desired.set(id, false);
  const steps = [...desired].flatMap(([participant, takesPart]) => {
    const standing = standings.get(participant) ?? NOTHING;
    const actions = takesPart ? admitting(standing) : removing(standing);
    return actions.map((action) => ({ action, participant }));
  });
  // Who is to be cut off comes first; then all of a kind together, so that each account that
  // others import is there before it is imported.
  return RECONCILE_ORDER.flatMap((action) => steps.filter((step) => step.action === action));
}

/**
 * Whether there is room for the streams that are to be made: the disk was shared out at set-up, and
 * a server that is full would refuse them halfway (TP-NATS-15). Throws TracepostError
 * INPUT_INVALID.
 */
export function checkRoom(
  steps: readonly ReconcileStep[],
  standings: ReadonlyMap<string, NatsStanding>,
  room: number,
): void {
  const there = [...standings.values()].filter(({ hasStreams }) => hasStreams).length;
  const coming = steps.filter(({ action }) => action === "make-streams");
  if (coming.length === 0 || there + coming.length <= room) return;
  throw new TracepostError("INPUT_INVALID", "there is no room for so many participants", {
    problems: [
      `${there} have streams, ${coming.length} more are to get them (${coming[0]?.participant}, …), ` +
        `and the disk was shared out for ${room}`,
    ],
    remedy:
      "Admit fewer, or move to an exchange that was set up with more room: " +
      "tracepost exchange init --room N.",
  });
}

const NOTHING: NatsStanding = {
  isIssued: false,
  isHeld: false,
  isConnected: false,
  hasStreams: false,
  isRevoked: false,
  isListed: false,
};

/** In which order actions are done. */
export const RECONCILE_ORDER: readonly ReconcileAction[] = [
  "disconnect",
  "unlist",
  "issue-account",
  "push-account",
  "connect-gateway",
  "make-streams",
  "list",
];

function admitting(standing: NatsStanding): ReconcileAction[] {
  const missing: Readonly<Partial<Record<ReconcileAction, boolean>>> = {
    "issue-account": !standing.isIssued,
    "push-account": !standing.isHeld,
    "connect-gateway": !standing.isConnected,
    "make-streams": !standing.hasStreams,
    list: !standing.isListed,
  };
  return RECONCILE_ORDER.filter((action) => missing[action] === true);
}

function removing({ isHeld, isListed, isRevoked }: NatsStanding): ReconcileAction[] {
  const due: Readonly<Partial<Record<ReconcileAction, boolean>>> = {
    disconnect: isHeld && !isRevoked,
    unlist: isListed,
  };
  return RECONCILE_ORDER.filter((action) => due[action] === true);
}
