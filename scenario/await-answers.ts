import { type Clock, SCENARIO_LIMITS } from "#runtime";
import type { FocalPoints } from "./focal-points.ts";
import { pause } from "./patient-doors.ts";
import type { ProgressCounts, ProgressView } from "./progress.ts";
import type { SubmittedRequest } from "./submit.ts";

/** A request nobody has answered, and how far it came. */
export interface StuckRequest {
  readonly ref: string;
  readonly from: string;
  readonly to: string;
  /** State of its case at the requesting State. */
  readonly state: string;
}

/** What waiting needs. */
export interface AwaitAnswersDeps {
  readonly requests: readonly SubmittedRequest[];
  readonly focalPoints: FocalPoints;
  readonly view: ProgressView;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What showing the progress needs. */
export type ShowProgressDeps = Omit<AwaitAnswersDeps, "clock" | "requests"> & {
  /** Requesting States. */
  readonly askers: readonly string[];
};

/** Shows how far the requests are while `work` is under way; gives what it gives. */
export async function showWhile<T>(work: Promise<T>, deps: ShowProgressDeps): Promise<T> {
  const ended = work.then(
    () => true,
    () => true,
  );
  const looks = new Looks();
  for (;;) {
    const waited = pause(looks.pauseMs(), deps.signal).then(() => false);
    if (await Promise.race([ended, waited])) return await work;
    deps.view.show(await looks.take(() => countAll(deps)));
  }
}

/** Looks at the focal points take a small share of the time: the machine has other work. */
class Looks {
  #tookMs = 0;

  async take<T>(look: () => Promise<T>): Promise<T> {
    // What it costs the machine, whatever the clock says.
    const startedAt = performance.now();
    const seen = await look();
    this.#tookMs = performance.now() - startedAt;
    return seen;
  }

  /** Time until the next look. */
  pauseMs(): number {
    return Math.max(SCENARIO_LIMITS.pollMs, PAUSE_PER_LOOK * this.#tookMs);
  }
}

/** Pause after a look, in multiples of what it took. */
const PAUSE_PER_LOOK = 9;

/** Counts of all requesting States together. */
interface Counts extends ProgressCounts {
  /** Requests that ended without an answer: refused, rejected, expired. */
  readonly failed: number;
}

/**
 * Waits until every request is delivered and answered, or has failed for good. Gives up when no
 * count has moved for SCENARIO_LIMITS.stallMs; returns what is stuck then, and nothing otherwise.
 */
export async function awaitAnswers(deps: AwaitAnswersDeps): Promise<StuckRequest[]> {
  const { clock, focalPoints, requests, signal, view } = deps;
  const askers = [...new Set(requests.map((request) => request.from))];
  const looks = new Looks();
  let lastMoveMs = clock.now();
  let seen = "";
  for (;;) {
    signal.throwIfAborted();
    const counts = await looks.take(() => countAll({ askers, focalPoints }));
    view.show(counts);
    const { answered, delivered, failed } = counts;
    const settled = Math.min(answered, delivered) + failed >= requests.length;
    // Counts are of the whole State; that these very requests are answered, its list says.
    if (settled && (await findOpen(deps)).length === 0) return [];
    const now = JSON.stringify(counts);
    if (now !== seen) lastMoveMs = clock.now();
    seen = now;
    if (clock.now() - lastMoveMs > SCENARIO_LIMITS.stallMs) return await findOpen(deps);
    await pause(looks.pauseMs(), signal);
  }
}

/**
 * Waits until nothing is under way any more, receipts of receipts included, so that a stop finds
 * quiet stores. It is a courtesy: what is under way at a stop goes on at the next start.
 */
export async function awaitQuiet(
  participants: readonly string[],
  focalPoints: FocalPoints,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = clock.now() + SCENARIO_LIMITS.quietMs;
  while (clock.now() < deadlineMs && !signal.aborted) {
    const summaries = await Promise.all(participants.map((id) => focalPoints.summary(id)));
    const busy = summaries.some(({ inbox, outbox }) => outbox.pending + inbox.receiptsOwed > 0);
    if (!busy) return;
    await pause(SCENARIO_LIMITS.pollMs, signal);
  }
}

async function countAll({
  askers,
  focalPoints,
}: Pick<ShowProgressDeps, "askers" | "focalPoints">): Promise<Counts> {
  const summaries = await Promise.all(askers.map((state) => focalPoints.summary(state)));
  const counts = { accepted: 0, delivered: 0, answered: 0, failed: 0 };
  for (const { receipts, replies } of summaries) {
    counts.accepted += receipts.accepted;
    counts.delivered += receipts.delivered;
    counts.answered += replies.received;
    counts.failed += receipts.refused + receipts.rejected + receipts.expired;
  }
  return counts;
}

/** Requests of this run whose case is neither answered nor failed. */
async function findOpen({ focalPoints, requests }: AwaitAnswersDeps): Promise<StuckRequest[]> {
  const open = new Map(requests.map((request) => [request.caseId, request]));
  const stuck: StuckRequest[] = [];
  for (const state of new Set(requests.map((request) => request.from))) {
    for await (const line of focalPoints.cases(state)) {
      const request = open.get(line.caseId);
      if (request === undefined) continue;
      open.delete(line.caseId);
      const settled = line.outcome !== undefined || line.refusal !== undefined;
      const { from, row, to } = request;
      if (!settled) stuck.push({ ref: row.ref, from, to, state: line.state });
    }
  }
  const unknown = [...open.values()].map(({ from, row, to }) => {
    return { ref: row.ref, from, to, state: "unknown to the focal point" };
  });
  return [...stuck, ...unknown];
}
