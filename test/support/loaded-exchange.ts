import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TracepostError } from "#errors";
import type { ApiDoor } from "#http";
import { loadCheckpoint } from "#message-log";
import { openSqliteReader } from "#store";
import {
  type ExchangeEvent,
  ExchangePaths,
  initExchange,
  openUserDoors,
  type RunningExchange,
  type StartOptions,
  startExchange,
} from "../../deploy/local/index.ts";
import { SCENARIO_USERS } from "../../scenario/enter-exchange.ts";
import { FocalPoints } from "../../scenario/focal-points.ts";
import { inventParticipants } from "../../scenario/participants.ts";
import { PatientDoors, pause } from "../../scenario/patient-doors.ts";
import { planScenario } from "../../scenario/plan.ts";
import type { PlannedRequest } from "../../scenario/planned-request.ts";
import { fillRegisters } from "../../scenario/submit.ts";
import { toTraceBody } from "../../scenario/trace-request.ts";
import { auditExchange, auditedFolder, type ExchangeAudit } from "./exchange-audit.ts";
import { giveKeyToSigner } from "./key-at-signer.ts";
import { readRows } from "./stored-post.ts";

/** States of the exchange, each with a brand whose traces go to it. */
const BRANDS = { AT: "GLOCK", BE: "FN", BR: "TAURUS" } as const;
export const STATES = Object.keys(BRANDS) as (keyof typeof BRANDS)[];

/** How the exchange is run. */
export interface LoadOptions extends Pick<StartOptions, "env" | "restartCrashed" | "tuning"> {
  /** Requests to draw from, over all States. */
  readonly requestsMax: number;
  /** Default: a temporary folder, which is removed at the end. */
  readonly dataDir?: string;
  readonly onEvent?: (event: ExchangeEvent) => void;
  /** Pause of one State between two requests, in milliseconds. */
  readonly pauseMs?: number;
  /** Whether the key of one State is with a program of its own. */
  readonly signer?: boolean;
  /** How it is run instead of as processes of this machine; it is set up already. */
  readonly runElsewhere?: () => Promise<RunningExchange>;
}

/** What became of the requests, as their own States see it. */
export interface Progress {
  /** Requests a State said it has taken. */
  readonly submitted: number;
  readonly delivered: number;
  readonly answered: number;
  /** Messages without their recipient's receipt, and receipts owed. */
  readonly underWay: number;
}

const PAUSE_MS = 60;
const WATCH_MS = 1_000;
/** When the requests say they were made: a repeated call must be the same. */
const CREATED_AT_MS = Date.UTC(2026, 0, 15);
const POLL_MS = 100;
/** No count has moved for so long: something is stuck. */
const STALL_MS = 120_000;
/** A State that does not answer is asked again after this. */
const AGAIN_MS = 250;

/**
 * A whole exchange of three States, real processes and a real server, with requests and answers
 * going in every direction until it is told to stop. A call whose outcome is unknown is made again
 * with the same idempotency key until it is known.
 */
export class LoadedExchange {
  readonly dataDir: string;
  readonly #options: LoadOptions;
  readonly #requests: readonly PlannedRequest[];
  readonly #abort = new AbortController();
  readonly #focalPoints: FocalPoints;
  readonly #checkpoints = new Set<string>();
  /** The State that opened each case. */
  readonly #cases = new Map<string, string>();
  /** Requests taken from the plan, by State. */
  readonly #sent = new Map<string, number>();
  readonly #loops: Promise<void>[] = [];
  #loading = false;
  #running: RunningExchange | undefined;
  #doors: () => ReadonlyMap<string, ApiDoor> = () => new Map();

  private constructor(dataDir: string, options: LoadOptions) {
    this.dataDir = dataDir;
    this.#options = options;
    this.#requests = planRequests(options.requestsMax);
    this.#focalPoints = new FocalPoints(new PatientDoors(() => this.#doors(), this.#abort.signal));
  }

  /** Sets an exchange up and starts it; no load yet. */
  static async open(options: LoadOptions): Promise<LoadedExchange> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "tracepost-loaded-")));
    const loaded = new LoadedExchange(dataDir, options);
    if (options.runElsewhere === undefined) {
      const [onP256, ...others] = inventParticipants(STATES);
      // One State signs with the suite of its older hardware (TP-TRUST-9).
      const mixed =
        onP256 === undefined ? others : [{ ...onP256, suite: "es256" as const }, ...others];
      await initExchange({ dataDir, participants: mixed });
      if (options.signer === true) await giveKeyToSigner(dataDir, onP256?.id ?? "");
    }
    await loaded.start();
    const plan = { inputDigest: "", items: [], requests: loaded.#requests, participants: STATES };
    await fillRegisters(plan, loaded.#focalPoints);
    return loaded;
  }

  get exchange(): RunningExchange {
    if (this.#running === undefined) throw new TypeError("the exchange is not started");
    return this.#running;
  }

  get focalPoints(): FocalPoints {
    return this.#focalPoints;
  }

  /** Starts it on its folder, also again after a stop. */
  async start(): Promise<void> {
    const { runElsewhere = () => this.#startHere() } = this.#options;
    this.#running = await runElsewhere();
    this.#doors = await openUserDoors(this.#running, SCENARIO_USERS);
  }

  async #startHere(): Promise<RunningExchange> {
    const { env, restartCrashed = true, tuning = {}, onEvent = () => undefined } = this.#options;
    return await startExchange({
      dataDir: this.dataDir,
      onEvent,
      restartCrashed,
      tuning: { resendFirstMs: 400, gapNoticeAfterMs: 2_000, logLevel: "warn", ...tuning },
      ...(env === undefined ? {} : { env }),
    });
  }

  /** Has every State send, until {@link stopLoad}. */
  startLoad(): void {
    this.#loading = true;
    this.#loops.push(...STATES.map((state) => this.#sendFrom(state)), this.#watchLog());
  }

  /** Ends the load once the outcome of every call is known. */
  async stopLoad(): Promise<void> {
    this.#loading = false;
    await Promise.all(this.#loops.splice(0));
  }

  /** Waits until `count` more requests are submitted than now. */
  async untilSubmitted(count: number): Promise<void> {
    const wanted = this.#cases.size + count;
    await this.until("requests are submitted", async () => this.#cases.size >= wanted);
  }

  /** Counts of now. Throws while a focal point does not answer. */
  async progress(): Promise<Progress> {
    let [delivered, answered, underWay] = [0, 0, 0];
    for (const state of STATES) {
      const { receipts, replies, outbox, inbox } = await this.#focalPoints.summary(state);
      delivered += receipts.delivered;
      answered += replies.received;
      underWay += outbox.pending + inbox.receiptsOwed;
    }
    return { submitted: this.#cases.size, delivered, answered, underWay };
  }

  /** Waits until every request is delivered and answered and nothing is under way. */
  async drained(): Promise<void> {
    let seen = "";
    let movedAt = performance.now();
    for (;;) {
      const now = await this.progress();
      const { submitted, delivered, answered, underWay } = now;
      if (delivered >= submitted && answered >= submitted && underWay === 0) return;
      if (JSON.stringify(now) !== seen) movedAt = performance.now();
      seen = JSON.stringify(now);
      if (performance.now() - movedAt > STALL_MS) {
        throw new TypeError(`nothing has moved for ${STALL_MS} ms: ${seen}`);
      }
      await pause(POLL_MS, this.#abort.signal);
    }
  }

  /** Waits until something holds; a State that does not answer is asked again. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + STALL_MS;
    for (;;) {
      const yes = await holds().catch((caught: unknown) => {
        if (TracepostError.from(caught).code !== "UNAVAILABLE") throw caught;
        return false;
      });
      if (yes) return;
      if (performance.now() > deadline) throw new TypeError(`it never came true that ${what}`);
      await pause(POLL_MS, this.#abort.signal);
    }
  }

  /** Stops everything and audits the stores. */
  async aftermath(): Promise<ExchangeAudit> {
    await this.exchange.stop();
    const folder = await auditedFolder(this.dataDir, STATES);
    const audit = await auditExchange(folder, [...this.#checkpoints]);
    return { ...audit, problems: [...audit.problems, ...(await this.#caseProblems())] };
  }

  async close(): Promise<void> {
    this.#loading = false;
    this.#abort.abort();
    await Promise.allSettled(this.#loops.splice(0));
    await this.#running?.stop();
    if (this.#options.dataDir === undefined) await rm(this.dataDir, { recursive: true });
  }

  async #sendFrom(state: string): Promise<void> {
    const { pauseMs = PAUSE_MS } = this.#options;
    const requests = this.#requests.filter(({ from }) => from === state);
    while (this.#loading && !this.#abort.signal.aborted) {
      const at = this.#sent.get(state) ?? 0;
      const request = requests[at];
      if (request === undefined) return;
      this.#sent.set(state, at + 1);
      await this.#submit(request);
      await pause(pauseMs, this.#abort.signal);
    }
  }

  async #submit(request: PlannedRequest): Promise<void> {
    const body = toTraceBody(request, CREATED_AT_MS);
    const key = `${request.row.ref}-0123456789abcdef`;
    while (!this.#abort.signal.aborted) {
      try {
        const { caseId } = await this.#focalPoints.submit(request.from, body, key);
        this.#cases.set(caseId, request.from);
        return;
      } catch (caught) {
        // Unknown: it may or may not be kept. The same key finds out.
        if (TracepostError.from(caught).code !== "UNAVAILABLE") throw caught;
        await pause(AGAIN_MS, this.#abort.signal);
      }
    }
  }

  /** Keeps the checkpoints that were signed on the way: the log must extend each of them. */
  async #watchLog(): Promise<void> {
    const file = join(new ExchangePaths(this.dataDir).gateway.dir, "gateway.sqlite");
    while (this.#loading && !this.#abort.signal.aborted) {
      await pause(WATCH_MS, this.#abort.signal);
      const reader = openSqliteReader(file);
      try {
        const note = await reader.read(loadCheckpoint);
        if (note !== undefined) this.#checkpoints.add(note);
      } finally {
        reader.close();
      }
    }
  }

  /** Each call made one case, however often it was repeated, and each case has its answer. */
  async #caseProblems(): Promise<string[]> {
    const problems: string[] = [];
    for (const state of STATES) {
      const file = join(
        new ExchangePaths(this.dataDir).participant(state).dir,
        "focal-point.sqlite",
      );
      const stored = await readRows(file, (all) =>
        all<{ caseId: string; outcome: string | null }>(
          "SELECT case_id AS caseId, outcome FROM trace_case WHERE role = 'requesting'",
        ),
      );
      const known = stored.filter(({ caseId }) => this.#cases.get(caseId) === state).length;
      const submitted = [...this.#cases.values()].filter((from) => from === state).length;
      if (known !== submitted) problems.push(`${state} has ${known} of ${submitted} cases`);
      if (stored.length !== known) problems.push(`${state} has ${stored.length - known} more`);
      const open = stored.filter(({ outcome }) => outcome === null).length;
      if (open > 0) problems.push(`${open} cases of ${state} have no answer`);
    }
    return problems;
  }
}

/** Requests from every State to both others, in turns. */
function planRequests(count: number): readonly PlannedRequest[] {
  const rows = Array.from({ length: count }, (_, n) => {
    const from = STATES[n % STATES.length] ?? "AT";
    const others = STATES.filter((state) => state !== from);
    const to = others[Math.floor(n / STATES.length) % others.length] ?? "BE";
    return {
      ref: `FT-${n}`,
      manufacturer: BRANDS[to],
      serialNumber: `FT${String(n).padStart(6, "0")}`,
      calibre: "9mm",
      recoveryDate: "2025-01-15",
      recoveredIn: from,
    };
  });
  const digest = createHash("sha256").update("loaded").digest("hex");
  return planScenario({ rows, digest }).requests;
}
