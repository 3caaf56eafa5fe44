import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiDoor } from "#http";
import type { CrashPoint } from "#runtime";
import { openSqliteReader } from "#store";
import {
  type ExchangeEvent,
  ExchangePaths,
  initExchange,
  openUserDoors,
  type RunningExchange,
  startExchange,
} from "../../deploy/local/index.ts";
import { auditStores } from "../../scenario/audit.ts";
import { openAuditStore } from "../../scenario/audit-store.ts";
import { SCENARIO_USERS } from "../../scenario/enter-exchange.ts";
import { FocalPoints } from "../../scenario/focal-points.ts";
import { inventParticipants } from "../../scenario/participants.ts";
import { PatientDoors, pause } from "../../scenario/patient-doors.ts";
import { planScenario, type ScenarioPlan } from "../../scenario/plan.ts";
import type { PlannedRequest } from "../../scenario/planned-request.ts";
import { fillRegisters, type SubmittedRequest } from "../../scenario/submit.ts";
import { toTraceBody } from "../../scenario/trace-request.ts";
import { auditExchange, auditedFolder } from "./exchange-audit.ts";

/** Who is ended when the way has come to a point. */
export type Victim = "nats" | "gateway" | "US" | "AT";

/** One blow: where, at which passing, and whom it ends. */
export interface Strike {
  readonly point: CrashPoint;
  readonly passing: number;
  readonly victim: Victim;
}

/** What a run of strikes left behind. */
export interface Aftermath {
  readonly sent: number;
  readonly delivered: number;
  readonly final: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Broken promises, as the stores show them. */
  readonly problems: readonly string[];
  /** Processes that ended without being asked to. */
  readonly ended: number;
}

const WAIT_MS_MAX = 60_000;
const POLL_MS = 50;
/** Starts of a struck process before something else must be wrong with it. */
const STARTS_MAX = 4;

/** A whole exchange of two States, to be struck while messages are under way. */
export class StruckExchange {
  readonly #dataDir: string;
  readonly #plan: ScenarioPlan;
  readonly #requests: SubmittedRequest[] = [];
  readonly #signal = new AbortController().signal;
  readonly #focalPoints: FocalPoints;
  #armed: { name: string; text: string } | undefined;
  #running: RunningExchange | undefined;
  #doors: () => ReadonlyMap<string, ApiDoor> = () => new Map();
  #ended = 0;

  private constructor(dataDir: string, plan: ScenarioPlan) {
    this.#dataDir = dataDir;
    this.#plan = plan;
    this.#focalPoints = new FocalPoints(new PatientDoors(() => this.#doors(), this.#signal));
  }

  /** Sets it up with requests from US to AT to draw from. */
  static async open(requests: number): Promise<StruckExchange> {
    const dataDir = await mkdtemp(join(tmpdir(), "tracepost-struck-"));
    const rows = Array.from({ length: requests }, (_, n) => ({
      ref: `FT-${n}`,
      manufacturer: "GLOCK",
      serialNumber: `FT${String(n).padStart(5, "0")}`,
      calibre: "9mm",
      recoveryDate: "2025-01-15",
      recoveredIn: "US",
    }));
    const digest = createHash("sha256").update("struck").digest("hex");
    const plan = planScenario({ rows, digest });
    const struck = new StruckExchange(dataDir, plan);
    await initExchange({ dataDir, participants: inventParticipants(["AT", "US"]) });
    struck.#running = await startExchange({
      dataDir,
      env: (name) => struck.#environmentOf(name),
      onEvent: (event) => struck.#note(event),
      // The supervisor gives a process up that crashes again and again, as these do; here the test
      // brings each one back.
      restartCrashed: false,
      tuning: { resendFirstMs: 400, logLevel: "warn" },
    });
    struck.#doors = await openUserDoors(struck.#running, SCENARIO_USERS);
    await fillRegisters(plan, struck.#focalPoints);
    return struck;
  }

  /** Strikes once while `count` requests pass, and waits until all are delivered and answered. */
  async strike(strike: Strike, count: number): Promise<void> {
    const endedBefore = this.#ended;
    await this.#arm(strike);
    const batch = this.#plan.requests.slice(this.#requests.length, this.#requests.length + count);
    await Promise.all(batch.map((request) => this.#submit(request)));
    await this.#until(
      async () => (await this.#settled()) >= this.#requests.length,
      () => `not all delivered and answered after ${describe(strike)}`,
    );
    await this.#until(
      async () => this.#ended > endedBefore,
      () => `nothing was struck by ${describe(strike)}`,
    );
  }

  /** Stops it and counts, from the stores alone. */
  async aftermath(): Promise<Aftermath> {
    await this.#until(
      async () => (await this.#underWay()) === 0,
      () => "the last receipts never came",
    );
    await this.#exchange.stop();
    const paths = new ExchangePaths(this.#dataDir);
    const plan = { ...this.#plan, participants: ["AT", "US"] };
    const audit = await auditStores(plan, this.#requests, {
      openStore: (id) =>
        openAuditStore(openSqliteReader(join(paths.participant(id).dir, "focal-point.sqlite"))),
    });
    const { problems } = await auditExchange(await auditedFolder(this.#dataDir, ["AT", "US"]));
    return {
      sent: this.#requests.length,
      delivered: audit.receipts.delivered,
      final: audit.replies.final,
      lost: audit.integrity.lost,
      duplicated: audit.integrity.duplicated,
      problems,
      ended: this.#ended,
    };
  }

  async close(): Promise<void> {
    await this.#running?.stop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  get #exchange(): RunningExchange {
    if (this.#running === undefined) throw new TypeError("the exchange is not started");
    return this.#running;
  }

  /** The process that passes the point is started again with the blow armed in it. */
  async #arm({ point, passing, victim }: Strike): Promise<void> {
    const owner = ownerOf(point);
    // What the last strike ended may still be coming back: then it has no pid to aim at.
    await Promise.all([owner, victim].map((name) => this.#exchange.process(name).waitReady()));
    const pid = victim === owner ? "" : `:${this.#exchange.process(victim).pid}`;
    this.#armed = { name: owner, text: `${point}:${passing}${pid}` };
    await this.#exchange
      .process(owner)
      .restart()
      .catch(() => this.#revive(owner));
  }

  /** Armed once: when a struck process comes back, it comes back whole. */
  #environmentOf(name: string): Record<string, string> {
    if (this.#armed?.name !== name) return {};
    const { text } = this.#armed;
    this.#armed = undefined;
    return { TRACEPOST_CRASH_AT: text };
  }

  async #submit(request: PlannedRequest): Promise<void> {
    const body = toTraceBody(request, Date.UTC(2026, 0, 15));
    const key = `${request.row.ref}-${request.row.serialNumber}-key`;
    const { caseId } = await this.#focalPoints.submit(request.from, body, key);
    this.#requests.push({ ...request, caseId });
  }

  /** Requests whose own receipt and answer are both in: an answer may overtake a struck receipt. */
  async #settled(): Promise<number> {
    const { receipts, replies } = await this.#focalPoints.summary("US");
    return Math.min(receipts.delivered, replies.received);
  }

  /** Messages without their recipient's receipt, and receipts owed, on both sides. */
  async #underWay(): Promise<number> {
    const summaries = await Promise.all(
      ["AT", "US"].map((state) => this.#focalPoints.summary(state)),
    );
    return summaries.reduce((sum, one) => sum + one.outbox.pending + one.inbox.receiptsOwed, 0);
  }

  async #until(holds: () => Promise<boolean>, complaint: () => string): Promise<void> {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new TypeError(complaint());
      await pause(POLL_MS, this.#signal);
    }
  }

  #note(event: ExchangeEvent): void {
    if (event.type !== "exited" || event.expected) return;
    this.#ended += 1;
    void this.#revive(event.name);
  }

  /** A process may be struck before it is ready: what waits for it comes at once. */
  async #revive(name: string): Promise<void> {
    for (let attempt = 1; attempt <= STARTS_MAX; attempt += 1) {
      try {
        await this.#exchange.process(name).start();
        return;
      } catch (caught) {
        if (attempt === STARTS_MAX) throw caught;
      }
    }
  }
}

/** Who passes a point first: requests are written in US, taken in by AT. */
export function ownerOf(point: CrashPoint): Victim {
  if (point.startsWith("gateway.")) return "gateway";
  const isInbox = point.includes("inbox") || point.includes("delivered-published");
  return isInbox ? "AT" : "US";
}

function describe({ point, passing, victim }: Strike): string {
  return `${point} (passing ${passing}) ending ${victim}`;
}
