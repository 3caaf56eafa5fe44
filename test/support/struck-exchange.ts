import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiDoor } from "#http";
import type { CrashPoint } from "#runtime";
import { openSqliteReader } from "#store";
import {
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
import { Blows } from "./blows.ts";
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
/** Calls of a struck participant before it counts as gone (51 s): some machines are slow. */
const ATTEMPTS_MAX = 9;

/** A whole exchange of two States, to be struck while messages are under way. */
export class StruckExchange {
  readonly #dataDir: string;
  readonly #plan: ScenarioPlan;
  readonly #requests: SubmittedRequest[] = [];
  readonly #signal = new AbortController().signal;
  readonly #focalPoints: FocalPoints;
  readonly #blows = new Blows();
  #running: RunningExchange | undefined;
  #doors: () => ReadonlyMap<string, ApiDoor> = () => new Map();

  private constructor(dataDir: string, plan: ScenarioPlan) {
    this.#dataDir = dataDir;
    this.#plan = plan;
    const doors = new PatientDoors(() => this.#doors(), this.#signal, ATTEMPTS_MAX);
    this.#focalPoints = new FocalPoints(doors);
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
    struck.#running = await startExchange({ dataDir, ...struck.#blows.options });
    struck.#blows.exchange = struck.#running;
    struck.#doors = await openUserDoors(struck.#running, SCENARIO_USERS);
    await fillRegisters(plan, struck.#focalPoints);
    return struck;
  }

  /** Strikes once while `count` requests pass, and waits until all are delivered and answered. */
  async strike(strike: Strike, count: number): Promise<void> {
    const endedBefore = this.#blows.ended;
    const { passing, point, victim } = strike;
    await this.#blows.arm(point, passing, ownerOf(point), victim);
    const batch = this.#plan.requests.slice(this.#requests.length, this.#requests.length + count);
    await Promise.all(batch.map((request) => this.#submit(request)));
    await this.#until(
      async () => (await this.#settled()) >= this.#requests.length,
      () => `not all delivered and answered after ${describe(strike)}`,
    );
    await this.#until(
      async () => this.#blows.ended > endedBefore,
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
      ended: this.#blows.ended,
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
