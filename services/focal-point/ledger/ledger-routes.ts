import type { Static } from "typebox";
import { nameOf } from "#casework";
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
import { ExchangeStatus, ParticipantStatus, Role } from "#proto";
import { calendarDateOf } from "#runtime";
import { isMemberOf, type RegisterView } from "#trust";
import { sendHeld } from "../api/release-routes.ts";
import { checkPast } from "./check-seizure.ts";
import type { LedgerFigures } from "./ledger-figures.ts";
import {
  type LedgerView,
  LIST_LEDGERS,
  PROPOSE_LEDGER,
  type SentLedgerView,
  SHOW_LEDGER,
  STATE_LEDGER,
} from "./ledger-operations.ts";
import type { SeizureRouteDeps } from "./seizure-routes.ts";
import { PAGE_ROWS } from "./seizure-views.ts";
import type { SentLedger } from "./send-ledger.ts";

/** What the routes need. */
export interface LedgerRouteDeps extends SeizureRouteDeps {
  readonly register: () => RegisterView;
}

/** Routes about the national ledger and its sign-off (TP-LEDG-7 to TP-LEDG-9). */
export function addLedgerRoutes(routes: HttpRoutes, deps: LedgerRouteDeps): void {
  const { clock, store } = deps;
  routes.get("/ledgers", LIST_LEDGERS, async (request, reply) => {
    const { after, limit = PAGE_ROWS } = request.query;
    const before = after === undefined ? Number.MAX_SAFE_INTEGER : positionOf(after);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const found = await store.call("listLedgers", { before, limit });
    const last = found.length === limit ? found.at(-1) : undefined;
    const next = last && pageMark(last.position);
    return reply.send({ ledgers: found.map(sentView), next });
  });
  routes.get("/ledgers/:year", SHOW_LEDGER, async (request, reply) => {
    const { year } = request.params;
    const today = calendarDateOf(clock.now());
    const { asOf = today } = request.query;
    const problems = checkPast(asOf, "asOf", today).map(({ field, rule }) => ({ field, rule }));
    if (problems.length > 0) return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    return reply.send(ledgerView(await store.call("ledgerFigures", { year, asOf })));
  });
  routes.put("/ledgers/:year/statement", STATE_LEDGER, async (request, reply) => {
    const { year } = request.params;
    const statement = request.body;
    const nowMs = clock.now();
    const codes = (statement.national ?? []).map(({ code }) => code);
    if (new Set(codes).size < codes.length) {
      const problems = [{ field: "national", rule: "must have each code once" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    await store.call("stateLedger", { year, statement, actor: actorOf(request).userId, nowMs });
    const figures = await store.call("ledgerFigures", { year, asOf: calendarDateOf(nowMs) });
    return reply.send(ledgerView(figures));
  });
  addProposing(routes, deps);
}

function addProposing(routes: HttpRoutes, deps: LedgerRouteDeps): void {
  const { clock, register, self, store } = deps;
  routes.post("/ledgers/:year/propose", PROPOSE_LEDGER, async (request, reply) => {
    const { year } = request.params;
    const { body, status = "ACTUAL" } = request.body;
    const nowMs = clock.now();
    const monitors = monitorsOf(register(), body, nowMs);
    const [monitor] = monitors;
    const problems = [
      ...(year > new Date(nowMs).getUTCFullYear()
        ? [{ field: "year", rule: "must not lie in the future" }]
        : []),
      ...(monitors.length > 1
        ? [{ field: "body", rule: `has several: ${monitors.join(", ")}` }]
        : []),
      ...(monitor === undefined
        ? [{ field: "body", rule: "has no regional monitor in the register" }]
        : []),
    ];
    if (monitor === undefined || problems.length > 0) {
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    const proposed = await store.call("proposeLedger", {
      year,
      body,
      monitor,
      status: ExchangeStatus[status],
      self: { participant: self.participant, state: self.state },
      actor: actorOf(request).userId,
      nowMs,
      repeat: repeatOf(request),
    });
    if (proposed.type === "mismatch") return sendProblem(reply, problemOf("IDEMPOTENCY_MISMATCH"));
    if (proposed.type === "sent" || proposed.type === "stale") {
      return sendProblem(reply, problemOf("NOT_ALONE"));
    }
    return sendHeld(reply, proposed);
  });
}

/** Participants that stand for a body now, by id. */
function monitorsOf(view: RegisterView, body: string, nowMs: number): string[] {
  return view.participants
    .filter(({ role, status }) => {
      return role === Role.REGIONAL_MONITOR && status === ParticipantStatus.ACTIVE;
    })
    .filter((participant) => isMemberOf(participant, body, nowMs))
    .map(({ id }) => id);
}

function ledgerView({ indicator, lines, ...figures }: LedgerFigures): Static<typeof LedgerView> {
  const { denominator, numerator, value } = indicator;
  const sumOf = (kind: string) => {
    const own = lines.filter(({ recovered }) => recovered === kind);
    return {
      arms: own.reduce((sum, { arms }) => sum + arms, 0),
      byTrace: own.reduce((sum, { byTrace }) => sum + byTrace, 0),
      byAuthority: own.reduce((sum, { byAuthority }) => sum + byAuthority, 0),
    };
  };
  const recovered = {
    SEIZED: sumOf("SEIZED"),
    FOUND: sumOf("FOUND"),
    SURRENDERED: sumOf("SURRENDERED"),
  };
  const { monthsReported, national } = figures;
  return {
    ...figures,
    monthsReported: [...monthsReported],
    national: [...national],
    numerator,
    denominator,
    value,
    recovered,
    lines: [...lines],
  };
}

function sentView(sent: SentLedger): Static<typeof SentLedgerView> {
  const { code, fate, fateAtMs, ledger, position: _position, sentAtMs, status, ...rest } = sent;
  const sumOf = (count: (line: (typeof ledger.lines)[number]) => bigint): number =>
    Number(ledger.lines.reduce((sum, line) => sum + count(line), 0n));
  return {
    ...rest,
    status: nameOf(ExchangeStatus, status) ?? "",
    arms: sumOf(({ arms }) => arms),
    established: sumOf((line) => line.establishedByTrace + line.establishedByAuthority),
    sentAt: new Date(sentAtMs).toISOString(),
    fate: fate as Static<typeof SentLedgerView>["fate"],
    ...(code === "" ? {} : { code }),
    ...(fateAtMs === null ? {} : { fateAt: new Date(fateAtMs).toISOString() }),
  };
}
