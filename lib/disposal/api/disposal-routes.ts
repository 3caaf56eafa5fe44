import {
  actorOf,
  BAD_MARK,
  type HttpRoutes,
  pageMark,
  positionOf,
  problemOf,
  sendProblem,
} from "#http";
import { SignedDisposalCertificate } from "#proto";
import {
  type Clock,
  type Database,
  DISPOSAL_LIMITS,
  HTTP_LIMITS,
  type Logger,
  type Transaction,
} from "#runtime";
import { encodeMessage } from "#wire";
import type { KeptCertificate, listCertificates } from "../certificates.ts";
import type { DisposalClerk } from "../disposal-clerk.ts";
import type {
  askRun,
  confirmRun,
  DisposalRun,
  declineRun,
  listRuns,
  loadRun,
} from "../disposal-runs.ts";
import type { DuePage, DueRecord } from "../due-marks.ts";
import type { noteAct } from "../note-act.ts";
import {
  ASK_RUN,
  CONFIRM_RUN,
  DECLINE_RUN,
  LIST_CERTIFICATES,
  LIST_DUE,
  LIST_RUNS,
  SHOW_RUN,
} from "./disposal-operations.ts";
import { noteLook } from "./note-look.ts";

/** What the routes of disposal ask of a store. */
export type DisposalRouteProcedures = {
  listDue: (
    tx: Transaction,
    args: { readonly after: number; readonly limit: number; readonly nowMs: number },
  ) => Promise<DuePage>;
  askRun: typeof askRun;
  confirmRun: typeof confirmRun;
  declineRun: typeof declineRun;
  loadRun: typeof loadRun;
  listRuns: typeof listRuns;
  listCertificates: typeof listCertificates;
  noteAct: typeof noteAct;
};

/** What the routes of disposal work with. */
export interface DisposalRouteDeps {
  readonly store: Pick<Database<DisposalRouteProcedures>, "call">;
  readonly logger: Logger;
  readonly clerk: Pick<DisposalClerk, "hasLooked" | "clockJumped" | "trustClock" | "wake">;
  readonly clock: Clock;
}

/** Routes to see what is due, to dispose of it, and to have certificates (TP-DISP-8). */
export function addDisposalRoutes(routes: HttpRoutes, deps: DisposalRouteDeps): void {
  addDueRoute(routes, deps);
  addConfirmRoute(routes, deps);
  addDeclineRoute(routes, deps);
  addRunRoutes(routes, deps);
  addCertificateRoute(routes, deps);
}

function addDueRoute(routes: HttpRoutes, deps: DisposalRouteDeps): void {
  const { clerk, clock, store } = deps;
  routes.get("/disposals/due", LIST_DUE, async (request, reply) => {
    const { after, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const position = positionOf(after);
    if (position === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    if (after === undefined && !(await clerk.hasLooked())) {
      return sendProblem(reply, problemOf("DUE_NOT_RECKONED"));
    }
    const wish = { after: position, limit, nowMs: clock.now() };
    const { count: due, held, records } = await store.call("listDue", wish);
    await noteLook(deps, actorOf(request), { action: "search", subject: "records due" });
    const last = records.length === limit ? records.at(-1) : undefined;
    return reply.send({
      due,
      held,
      records: records.map(dueView),
      next: last === undefined ? undefined : pageMark(last.id),
    });
  });
}

function dueView({ class: name, logIndex, messageId, parts, sender, subject }: DueRecord) {
  return {
    sender: sender || undefined,
    messageId: messageId || undefined,
    logIndex: logIndex ?? undefined,
    subject: subject || undefined,
    class: name,
    parts: parts.map(({ name: part, onlyFor, plan }) => ({
      name: part,
      onlyFor: onlyFor || undefined,
      class: plan.class,
      dueAt: new Date(plan.dueAtMs).toISOString(),
      scheduleVersion: plan.why.at(-1)?.version ?? 0,
      basis: plan.why.at(-1)?.basis ?? "",
    })),
  };
}

function addConfirmRoute(routes: HttpRoutes, { clerk, clock, store }: DisposalRouteDeps): void {
  routes.post("/disposals/:id/confirm", CONFIRM_RUN, async (request, reply) => {
    const { userId: actor } = actorOf(request);
    const clockJumped = await clerk.clockJumped();
    const about = { id: request.params.id, actor, ...request.body };
    const wish = { ...about, nowMs: clock.now(), clockJumped };
    const confirmed = await store.call("confirmRun", wish);
    if (confirmed.type === "unknown") return sendProblem(reply, problemOf("NOT_FOUND"));
    const { id, state, why } = confirmed.run;
    const detail = `run ${id} is ${state}${why === null ? "" : ` (${why})`}`;
    if (confirmed.type !== "confirmed") {
      const isSame = confirmed.type === "same-person";
      const code = isSame ? "HOLD_SECOND_PERSON" : "DISPOSAL_OTHERWISE";
      return sendProblem(reply, problemOf(code, { detail }));
    }
    if (confirmed.isClockRight) await clerk.trustClock();
    clerk.wake();
    return reply.send(runView(confirmed.run));
  });
}

function addDeclineRoute(
  routes: HttpRoutes,
  { clerk, clock, logger, store }: DisposalRouteDeps,
): void {
  routes.post("/disposals/:id/decline", DECLINE_RUN, async (request, reply) => {
    const { userId: actor } = actorOf(request);
    const { id } = request.params;
    const { reason } = request.body;
    const declined = await store.call("declineRun", { id, actor, reason, nowMs: clock.now() });
    if (declined.type === "unknown") return sendProblem(reply, problemOf("NOT_FOUND"));
    if (declined.type !== "declined") {
      const detail = `run ${id} is ${declined.run.state}`;
      return sendProblem(reply, problemOf("DISPOSAL_OTHERWISE", { detail }));
    }
    if (!declined.repeated) logger.warn({ run: id, actor }, "a run of disposal was declined");
    // What it has erased so far is cleaned up.
    clerk.wake();
    return reply.send(runView(declined.run));
  });
}

function addRunRoutes(routes: HttpRoutes, { clerk, clock, store }: DisposalRouteDeps): void {
  routes.get("/disposals", LIST_RUNS, async (request, reply) => {
    const { after, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const before = positionOf(after);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const wish = { before: after === undefined ? null : before, limit };
    const runs = await store.call("listRuns", wish);
    const last = runs.length === limit ? runs.at(-1) : undefined;
    return reply.send({
      disposals: runs.map(runView),
      next: last === undefined ? undefined : pageMark(last.id),
    });
  });
  routes.post("/disposals", ASK_RUN, async (request, reply) => {
    const clockJumped = await clerk.clockJumped();
    // What the look has not come to yet is seen before anything goes: the run looks, too.
    await clerk.hasLooked();
    const { authority } = request.body;
    const { userId: actor } = actorOf(request);
    const wish = { authority, actor, nowMs: clock.now(), clockJumped };
    const run = await store.call("askRun", wish);
    clerk.wake();
    return reply.code(202).send(runView(run));
  });
  routes.get("/disposals/:id", SHOW_RUN, async (request, reply) => {
    const run = await store.call("loadRun", request.params);
    return run === null ? sendProblem(reply, problemOf("NOT_FOUND")) : reply.send(runView(run));
  });
}

function runView(run: DisposalRun) {
  const { askedAtMs, confirmedBy, declinedBecause, declinedBy, endedAtMs, why, ...facts } = run;
  return {
    ...facts,
    why: why ?? undefined,
    askedAt: new Date(askedAtMs).toISOString(),
    confirmedBy: confirmedBy || undefined,
    declinedBy: declinedBy || undefined,
    declinedBecause: declinedBecause || undefined,
    endedAt: endedAtMs === null ? undefined : new Date(endedAtMs).toISOString(),
  };
}

function addCertificateRoute(routes: HttpRoutes, deps: DisposalRouteDeps): void {
  const { store } = deps;
  routes.get("/disposals/:id/certificates", LIST_CERTIFICATES, async (request, reply) => {
    const { after } = request.query;
    const limit = Math.min(request.query.limit ?? Infinity, DISPOSAL_LIMITS.certificatesPage);
    const position = positionOf(after);
    if (position === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const { id } = request.params;
    if ((await store.call("loadRun", { id })) === null) {
      return sendProblem(reply, problemOf("NOT_FOUND"));
    }
    const kept = await store.call("listCertificates", { run: id, after: position, limit });
    const subject = `certificates of disposal ${id}`;
    await noteLook(deps, actorOf(request), { action: "show", subject });
    const last = kept.length === limit ? kept.at(-1) : undefined;
    return reply.send({
      certificates: kept.map(certificateView),
      next: last === undefined ? undefined : pageMark(last.id),
    });
  });
}

function certificateView(kept: KeptCertificate) {
  const { bytes, id, items, keptItems, keyId, logIndex, signature } = kept;
  const signed = SignedDisposalCertificate.create({
    certificate: bytes,
    signatures: signature === null ? [] : [{ keyId, value: signature }],
    logIndex: BigInt(logIndex ?? 0),
    items: [...keptItems],
  });
  return {
    certificate: id,
    logIndex: logIndex ?? undefined,
    records: items,
    isSigned: signature !== null,
    signed: Buffer.from(encodeMessage(SignedDisposalCertificate, signed)).toString("base64"),
  };
}
