import { ReceiptType } from "#proto";
import type { Transaction } from "#runtime";
import type { ScenarioPlan } from "./plan.ts";
import type { ScenarioReport } from "./report.ts";
import type { SubmittedRequest } from "./submit.ts";

/** A case as a focal point's store gives it, as far as it is counted here. */
interface StoredCase {
  readonly position: number;
  readonly openedAtMs: number;
  readonly caseId: string;
  readonly role: "requesting" | "requested";
  readonly peer: string;
  readonly requestMessageId: string;
  readonly outcome: string | null;
}

interface StoredMessage {
  readonly messageId: string;
  readonly receipts: readonly { readonly type: number }[];
}

/** A page of cases, the oldest first, after the case of this time and position. */
interface PageArgs {
  readonly order: "opened";
  readonly filter: Readonly<Record<string, never>>;
  readonly after?: { readonly atMs: number; readonly position: number };
  readonly limit: number;
}

interface ConversationArgs {
  readonly conversationId: string;
  readonly limit: number;
}

interface CaseCounts {
  readonly effects: { readonly duplicates: number };
}

/** What is read of a focal point's store; declared here, implemented by the service's store.ts. */
export interface AuditProcedures {
  listCases(tx: Transaction, args: PageArgs): Promise<StoredCase[]>;
  postMessageReceipts(tx: Transaction, args: ConversationArgs): Promise<StoredMessage[]>;
  caseCounts(tx: Transaction, args: undefined): Promise<CaseCounts>;
}

/** A focal point's store, open for reading. */
export interface AuditStore {
  listCases(args: PageArgs): Promise<StoredCase[]>;
  /** Messages the State sent in a conversation, with the receipts kept for each. */
  messageReceipts(args: ConversationArgs): Promise<StoredMessage[]>;
  caseCounts(): Promise<CaseCounts>;
  close(): void;
}

/** What the audit reads. */
export interface AuditDeps {
  /** Opens a participant's store for reading. */
  readonly openStore: (participant: string) => Promise<AuditStore>;
}

/** What the stores say, whatever the services said. */
export type Audit = Pick<ScenarioReport, "receipts" | "replies" | "integrity">;

/** Rows read at a time. */
const PAGE_ROWS = 500;
/** Messages of one case that are looked at. */
const MESSAGES_MAX = 500;

/**
 * Counts receipts, answers, losses and doubles from the stores of all focal points: what a request
 * got is read at its sender, that it arrived once is read at its recipient.
 */
export async function auditStores(
  plan: ScenarioPlan,
  requests: readonly SubmittedRequest[],
  deps: AuditDeps,
): Promise<Audit> {
  const tally = new Tally();
  const arrivals = new Map<string, number>();
  const requestsByCase = new Map(requests.map((request) => [request.caseId, request]));
  for (const participant of plan.participants) {
    const store = await deps.openStore(participant);
    try {
      const { effects } = await store.caseCounts();
      tally.duplicated += effects.duplicates;
      for await (const found of casesOf(store)) {
        const request = requestsByCase.get(found.caseId);
        if (found.role === "requested") {
          const key = `${participant} ${found.peer} ${found.requestMessageId}`;
          arrivals.set(key, (arrivals.get(key) ?? 0) + 1);
        } else if (request?.from === participant) {
          await tally.add(found, request, store);
        }
      }
    } finally {
      store.close();
    }
  }
  return tally.result(requests.length, arrivals);
}

/** Adds up what became of each request. */
class Tally {
  duplicated = 0;
  #accepted = 0;
  #refused = 0;
  #delivered = 0;
  readonly #byOutcome: Record<string, number> = {};
  readonly #complete: string[] = [];

  async add(found: StoredCase, request: SubmittedRequest, store: AuditStore): Promise<void> {
    const conversationId = found.caseId;
    const messages = await store.messageReceipts({ conversationId, limit: MESSAGES_MAX });
    const message = messages.find(({ messageId }) => messageId === found.requestMessageId);
    const types = new Set(message?.receipts.map(({ type }) => type));
    const delivered = types.has(ReceiptType.DELIVERED);
    this.#accepted += Number(types.has(ReceiptType.ACCEPTED));
    this.#refused += Number(types.has(ReceiptType.REFUSED));
    this.#delivered += Number(delivered);
    const { outcome } = found;
    if (outcome !== null) this.#byOutcome[outcome] = (this.#byOutcome[outcome] ?? 0) + 1;
    if (outcome === null || !delivered) return;
    this.#complete.push(`${request.to} ${request.from} ${found.requestMessageId}`);
  }

  result(sent: number, arrivals: ReadonlyMap<string, number>): Audit {
    const arrived = this.#complete.filter((key) => arrivals.has(key)).length;
    const twice = [...arrivals.values()].reduce((sum, times) => sum + times - 1, 0);
    const outcomes = Object.entries(this.#byOutcome).toSorted(([left], [right]) =>
      left < right ? -1 : 1,
    );
    return {
      receipts: {
        accepted: this.#accepted,
        refused: this.#refused,
        delivered: this.#delivered,
      },
      replies: {
        final: outcomes.reduce((sum, [, count]) => sum + count, 0),
        byOutcome: Object.fromEntries(outcomes),
      },
      integrity: { lost: sent - arrived, duplicated: this.duplicated + twice },
    };
  }
}

async function* casesOf(store: AuditStore): AsyncGenerator<StoredCase> {
  let place: Pick<PageArgs, "after"> = {};
  for (;;) {
    const page = await store.listCases({ order: "opened", filter: {}, limit: PAGE_ROWS, ...place });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    place = { after: { atMs: last.openedAtMs, position: last.position } };
  }
}
