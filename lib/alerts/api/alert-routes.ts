import {
  ALERT_KINDS,
  type AlertJson,
  alertFromJson,
  INDICATOR_TEMPLATE,
  REVIEW_POINTS,
} from "#casework";
import {
  actorOf,
  BAD_MARK,
  type HttpRoutes,
  pageMark,
  positionOf,
  problemOf,
  repeatOf,
  sendProblem,
} from "#http";
import { codeOf } from "#participant";
import { Alert, AlertAddressing, AlertMove, ExchangeStatus } from "#proto";
import type { RepeatKey, RepeatMismatch } from "#repeats";
import { type Clock, type Database, HTTP_LIMITS } from "#runtime";
import type { RegisterView } from "#trust";
import type { AlertProcedures } from "../exchange/alert-procedures.ts";
import type { AlertVersion } from "../exchange/alert-record.ts";
import type { AlertSender } from "../exchange/expand-recipients.ts";
import type { AlertSent } from "../exchange/send-procedures.ts";
import type { AlertFile } from "../exchange/view-procedures.ts";
import {
  CANCEL_ALERT,
  LIST_ALERTS,
  SEND_ALERT,
  SHOW_ALERT,
  SHOW_CHECKLIST,
  UPDATE_ALERT,
} from "./alert-operations.ts";
import type { AlertToBody } from "./alert-schema.ts";
import { alertDetail, alertLine } from "./alert-view.ts";
import { addressingOf, prepareAlert } from "./prepare-alert.ts";

/** What the routes of alerts work with. */
export interface AlertRouteDeps {
  readonly store: Pick<Database<AlertProcedures>, "call">;
  readonly self: AlertSender;
  readonly register: () => RegisterView;
  readonly clock: Clock;
  /** Told after a message was drafted. */
  readonly onDrafted: () => void;
}

type Reply = Parameters<typeof sendProblem>[0];

/** Routes by which alerts are looked at, sent, updated and cancelled. */
export function addAlertRoutes(routes: HttpRoutes, deps: AlertRouteDeps): void {
  addReadRoutes(routes, deps);
  addSendRoute(routes, deps);
  addChangeRoutes(routes, deps);
}

function addReadRoutes(routes: HttpRoutes, { clock, store }: AlertRouteDeps): void {
  routes.get("/alerts", LIST_ALERTS, async (request, reply) => {
    const { after, inForce, limit = HTTP_LIMITS.pageRowsMax, side } = request.query;
    const before = after === undefined ? undefined : positionOf(after);
    if (after !== undefined && before === undefined) {
      return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    }
    const nowMs = clock.now();
    const inForceAtMs = inForce === true ? nowMs : undefined;
    const heads = await store.call("listAlerts", { side, inForceAtMs, before, limit });
    const last = heads.length === limit ? heads.at(-1) : undefined;
    const next = last === undefined ? undefined : pageMark(last.position);
    return reply.send({ alerts: heads.map((head) => alertLine(head, nowMs)), next });
  });
  routes.get("/alerts/checklist", SHOW_CHECKLIST, () => ({
    template: INDICATOR_TEMPLATE,
    checklist: REVIEW_POINTS,
    kinds: Object.entries(ALERT_KINDS).map(([kind, { about, lifeDaysMax, needs }]) => {
      return { kind, about, lifeDaysMax: lifeDaysMax ?? undefined, needs };
    }),
  }));
  routes.get("/alerts/:alertId", SHOW_ALERT, async (request, reply) => {
    const file = await store.call("loadAlert", request.params);
    if (file === null) return sendProblem(reply, problemOf("NOT_FOUND"));
    return reply.send(alertDetail(file, clock.now()));
  });
}

function addSendRoute(routes: HttpRoutes, deps: AlertRouteDeps): void {
  const { clock, register, self, store } = deps;
  routes.post("/alerts", SEND_ALERT, async (request, reply) => {
    const { status } = request.body;
    const [nowMs, actor] = [clock.now(), actorOf(request).userId];
    const prepared = prepareAlert(
      { move: AlertMove.ALERT, ...written(request.body), earlier: [], actor },
      { self, register: register(), nowMs },
    );
    if (!prepared.ok) return sendProblem(reply, prepared.problem);
    const sent = await store.call("alertSend", {
      ...{ self, alertId: undefined, actor, nowMs, repeat: repeatOf(request) },
      ...prepared.value,
      status: codeOf(ExchangeStatus, status ?? "ACTUAL"),
    });
    return answerSent(reply, sent, deps);
  });
}

function addChangeRoutes(routes: HttpRoutes, deps: AlertRouteDeps): void {
  routes.post("/alerts/:alertId/update", UPDATE_ALERT, async (request, reply) => {
    const { alertId } = request.params;
    const change = { move: AlertMove.UPDATE, ...written(request.body) } as const;
    const caller = { actor: actorOf(request).userId, repeat: repeatOf(request) };
    return await changeAlert(reply, deps, { alertId, ...caller, of: () => change });
  });
  routes.post("/alerts/:alertId/cancel", CANCEL_ALERT, async (request, reply) => {
    const { alertId } = request.params;
    const { reason: note } = request.body;
    const caller = { actor: actorOf(request).userId, repeat: repeatOf(request) };
    const of = ({ alert: { addressedTo, kind, restriction, scope } }: AlertVersion) => ({
      move: AlertMove.CANCEL,
      to: addressedTo ?? AlertAddressing.create(),
      alert: Alert.create({ kind, restriction, scope, note }),
    });
    return await changeAlert(reply, deps, { alertId, ...caller, of });
  });
}

/** Sends the version that comes after the newest one of ours. */
async function changeAlert(
  reply: Reply,
  deps: AlertRouteDeps,
  {
    alertId,
    actor,
    of,
    repeat,
  }: {
    readonly alertId: string;
    readonly actor: string;
    readonly repeat: RepeatKey | undefined;
    readonly of: (newest: AlertVersion) => {
      readonly move: AlertMove;
      readonly to: AlertAddressing;
      readonly alert: Alert;
    };
  },
) {
  const { clock, register, self, store } = deps;
  const file = await store.call("loadAlert", { alertId });
  if (file === null) return sendProblem(reply, problemOf("NOT_FOUND"));
  const earlier = ownOf(file, deps);
  const newest = earlier.at(-1);
  if (newest === undefined) {
    const detail = "only its originator updates or cancels an alert";
    return sendProblem(reply, problemOf("ILLEGAL_MOVE", { detail }));
  }
  const nowMs = clock.now();
  const context = { self, register: register(), nowMs };
  const prepared = prepareAlert({ ...of(newest), earlier, actor }, context);
  if (!prepared.ok) return sendProblem(reply, prepared.problem);
  const { status } = file.head;
  const args = { self, alertId, actor, nowMs, repeat, status, ...prepared.value };
  return answerSent(reply, await store.call("alertSend", args), deps);
}

/** Versions that a further one replaces: ours, and not declined. */
export function ownOf(
  { versions }: AlertFile,
  { self }: Pick<AlertRouteDeps, "self">,
): AlertVersion[] {
  return versions.filter(({ move, sender, state }) => {
    return sender === self.participant && state !== "declined" && move !== AlertMove.CANCEL;
  });
}

/** What a caller gives, of the wire contract. */
function written({ alert, to }: { readonly alert: unknown; readonly to: AlertToBody }) {
  return { to: addressingOf(to), alert: alertFromJson(alert as AlertJson) };
}

function answerSent(
  reply: Reply,
  sent: (AlertSent & { readonly repeated: boolean }) | RepeatMismatch,
  { onDrafted }: AlertRouteDeps,
) {
  switch (sent.type) {
    case "sent": {
      const { alertId, messageId, repeated } = sent;
      if (!repeated) onDrafted();
      return reply.code(repeated ? 200 : 201).send({ alertId, messageId });
    }
    case "mismatch":
      return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    case "unknown":
      return sendProblem(reply, problemOf("NOT_FOUND"));
    case "illegal":
      return sendProblem(reply, problemOf("ILLEGAL_MOVE", { detail: sent.why }));
    default:
      return sent satisfies never;
  }
}
