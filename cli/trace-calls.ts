import { setTimeout as pause } from "node:timers/promises";
import { TracepostError } from "#errors";
import { CLI_LIMITS } from "#runtime";
import { callService, type ServiceAccess } from "./service-access.ts";

/** A receipt, as a focal point tells of it. */
export interface ReceiptView {
  readonly type: string;
  /** Who signed it: a participant, or GATEWAY. */
  readonly by: string;
  readonly recipient?: string;
  readonly code?: string;
  readonly receiptId: string;
  readonly receivedAt: string;
  /** Signed by a key that others may have had by then. */
  readonly keyCompromised?: boolean;
}

/** A message of this State in a case, with its receipts. */
export interface MessageView {
  readonly messageId: string;
  readonly state: string;
  readonly attempts: number;
  readonly logIndex?: number;
  /** SHA-256 of its header, base64. */
  readonly headerDigest?: string;
  readonly receipts: readonly ReceiptView[];
}

interface CaseWithMessages {
  readonly caseId: string;
  readonly state: string;
  readonly messages: readonly MessageView[];
}

interface CaseName {
  readonly caseId: string;
  readonly nationalCaseNumber: string;
}

/** Receipts after which nothing more comes. */
const LAST_RECEIPTS: readonly string[] = [
  "REFUSED",
  "DELIVERED",
  "REJECTED",
  "EXPIRED",
  "RETURNED",
];

const pathOf = (caseId: string): string => `/v1/traces/${encodeURIComponent(caseId)}`;

/** One case with everything the focal point keeps about it. */
export async function loadTrace<T>(service: ServiceAccess, caseId: string): Promise<T> {
  return await callService<T>(service, { path: pathOf(caseId) });
}

/** Sends the next message of a case, once for a key. */
export async function sendMove(
  service: ServiceAccess,
  move: {
    readonly caseId: string;
    readonly path: "reply" | "follow-up";
    readonly body: object;
    readonly key: string | undefined;
  },
): Promise<{ readonly messageId: string; readonly state: string }> {
  const { body, caseId, key } = move;
  const path = `${pathOf(caseId)}/${move.path}`;
  const headers = key === undefined ? {} : { "idempotency-key": key };
  return await callService(service, { method: "POST", path, body, headers });
}

/** Cases of a focal point that fit a query, page by page, in the order of opening. */
export async function* allTraces<T>(
  service: ServiceAccess,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<T> {
  const asked = new URLSearchParams(query);
  for (;;) {
    const path = `/v1/traces?${asked}`;
    const page = await callService<{ traces: T[]; next?: string }>(service, { path });
    yield* page.traces;
    if (page.next === undefined) return;
    asked.set("after", page.next);
  }
}

/**
 * The id of the one case that is meant by its id, the beginning of it, or its national case number.
 * Throws TracepostError USAGE when none or several are.
 */
export async function findCaseId(cases: AsyncIterable<CaseName>, name: string): Promise<string> {
  const wanted = name.toLowerCase();
  let found: string | undefined;
  for await (const { caseId, nationalCaseNumber } of cases) {
    if (caseId === wanted) return caseId;
    if (!caseId.startsWith(wanted) && nationalCaseNumber !== name) continue;
    if (found !== undefined) throw notOne("several cases", name);
    found = caseId;
  }
  if (found === undefined) throw notOne("no case", name);
  return found;
}

function notOne(what: string, name: string): TracepostError {
  return new TracepostError("USAGE", `${what} here: ${name}`, {
    remedy: "tracepost trace list shows the cases; give one's whole id.",
  });
}

/** What became of a message. */
export interface SentMessage {
  readonly state: string;
  readonly message: MessageView | undefined;
  /** Whether the receipt is there after which nothing more comes. */
  readonly ended: boolean;
}

/** Waits until a message of a case has its last receipt, or until the time is over. */
export async function waitForReceipts(
  service: ServiceAccess,
  { caseId, messageId }: { readonly caseId: string; readonly messageId: string },
  timeoutMs: number,
): Promise<SentMessage> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const { messages, state } = await loadTrace<CaseWithMessages>(service, caseId);
    const message = messages.find((each) => each.messageId === messageId);
    const ended = message?.receipts.some(({ type }) => LAST_RECEIPTS.includes(type)) ?? false;
    if (ended || performance.now() >= until) return { state, message, ended };
    await pause(CLI_LIMITS.receiptsPollMs);
  }
}
