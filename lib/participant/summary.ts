import { Type } from "typebox";
import {
  attentionList,
  glanceAtRegister,
  REGISTER_GLANCE,
  type RegisterGlance,
  type RegisterGlanceSource,
} from "#http";
import type { PostStatus } from "#post";
import type { Clock, Database } from "#runtime";
import type { DueCertificate } from "#tls";
import { endingKeys } from "#trust";
import { laneToken } from "#wire";
import type { ServiceGlance } from "./attention.ts";
import type { RecordCounts } from "./records/record-counts.ts";
import type { ServiceProcedures } from "./store/service-store.ts";

/** What the summary of every service is made from. */
export interface ServiceSummaryDeps {
  readonly participant: string;
  readonly store: Pick<Database<ServiceProcedures>, "call">;
  readonly clock: Clock;
  readonly connected: () => boolean;
  readonly consuming: () => boolean;
  /** Why the program that signs gives no signature. */
  readonly signerProblem?: () => string | undefined;
  /** Own certificates that are to be renewed. */
  readonly dueCertificates?: () => readonly DueCertificate[];
  /** The register in force with its time. */
  readonly registers: RegisterGlanceSource;
}

const instant = Type.String({ format: "date-time" });
const count = Type.Integer({ minimum: 0 });
const counts = (description: string) => Type.Record(Type.String(), count, { description });

/** Contract of what {@link summarizeService} tells. */
export const SERVICE_SUMMARY = {
  participant: Type.String(),
  at: instant,
  attention: attentionList,
  connection: Type.Object({ connected: Type.Boolean(), consuming: Type.Boolean() }),
  register: REGISTER_GLANCE,
  outbox: Type.Object({ pending: count, byState: counts("Messages sent, by state") }),
  inbox: Type.Object({ byState: counts("Messages received, by state"), receiptsOwed: count }),
  waiting: Type.Array(
    Type.Object({
      participant: Type.String(),
      lane: Type.String(),
      messages: count,
      unconfirmed: Type.Integer({ minimum: 0, description: "Without a receipt of the exchange" }),
      since: instant,
    }),
    { description: "Messages on their way, by recipient and lane" },
  ),
  gaps: Type.Object({ missingNumbers: count, since: Type.Optional(instant) }),
  incidents: counts("Kind → count, since the store was made"),
  log: Type.Object({ newestCheckpointSize: count }),
  webhooks: Type.Array(
    Type.Object({
      webhookId: Type.String(),
      state: Type.String(),
      reason: Type.Optional(Type.String()),
      failure: Type.Optional(Type.String()),
      behind: Type.Integer({ minimum: 0, description: "Changes it has not been told" }),
    }),
  ),
} as const;

/** The post of a service at a glance: counts, ages, States, codes; no message, no person. */
export interface ServiceSummary {
  readonly participant: string;
  readonly at: string;
  readonly connection: { readonly connected: boolean; readonly consuming: boolean };
  /** The participant register in force here, and how long it lasts (TP-REG-3). */
  readonly register: RegisterGlance;
  readonly outbox: { readonly pending: number; readonly byState: Readonly<Record<string, number>> };
  readonly inbox: {
    readonly byState: Readonly<Record<string, number>>;
    readonly receiptsOwed: number;
  };
  /** Messages of ours on their way, by recipient and lane. */
  readonly waiting: readonly {
    readonly participant: string;
    readonly lane: string;
    readonly messages: number;
    /** Without a receipt of the exchange. */
    readonly unconfirmed: number;
    readonly since: string;
  }[];
  readonly gaps: { readonly missingNumbers: number; readonly since: string | undefined };
  readonly incidents: Readonly<Record<string, number>>;
  readonly log: { readonly newestCheckpointSize: number };
  readonly webhooks: readonly {
    readonly webhookId: string;
    readonly state: string;
    readonly reason: string | undefined;
    readonly failure: string | undefined;
    /** Changes it has not been told. */
    readonly behind: number;
  }[];
}

/** What every service tells of itself, with what it is told from. */
export interface SummarizedService {
  readonly summary: ServiceSummary;
  readonly glance: ServiceGlance & { readonly records: RecordCounts };
  readonly post: PostStatus;
  readonly nowMs: number;
}

/** Gathers it; costs the same however long the history is. */
export async function summarizeService(deps: ServiceSummaryDeps): Promise<SummarizedService> {
  const { store } = deps;
  const nowMs = deps.clock.now();
  const [post, open, webhooks, newestChange, records] = await Promise.all([
    store.call("postStatus", undefined),
    store.call("postOpen", undefined),
    store.call("webhookList", undefined),
    store.call("feedNewest", undefined),
    store.call("recordCounts", { nowMs }),
  ]);
  const connection = { connected: deps.connected(), consuming: deps.consuming() };
  const { incidents, missingSinceMs } = post;
  const signerProblem = deps.signerProblem?.();
  const { notice, register } = glanceAtRegister(deps.registers, nowMs);
  const ending = endingKeys(deps.registers.current.view(), nowMs);
  const own = ending.filter(({ participant }) => participant === deps.participant);
  const dueCertificates = deps.dueCertificates?.() ?? [];
  const problems = { signerProblem, notice, endingKeys: own, dueCertificates };
  const waiting = { incidents, webhooks, newestChange, records };
  const glance = { ...connection, ...problems, ...waiting, post: open };
  const summary = {
    participant: deps.participant,
    at: instantText(nowMs),
    connection,
    register,
    outbox: { pending: post.pending, byState: byState(post.outbox) },
    inbox: { byState: byState(post.inbox), receiptsOwed: post.receiptsOwed },
    gaps: { missingNumbers: post.missingNumbers, since: instantOf(missingSinceMs) },
    waiting: open.waiting.map(({ recipient, lane, messages, unconfirmed, sinceMs }) => ({
      participant: recipient,
      lane: laneToken(lane),
      messages,
      unconfirmed,
      since: instantText(sinceMs),
    })),
    incidents,
    log: { newestCheckpointSize: post.checkpointSize },
    webhooks: webhooks.map(({ webhookId, state, reason, failure, position }) => ({
      webhookId,
      state,
      reason: reason || undefined,
      failure: failure || undefined,
      behind: newestChange - position,
    })),
  };
  return { summary, glance, post, nowMs };
}

/** A time as it is told. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same of one that may be absent. */
export function instantOf(ms: number | null): string | undefined {
  return ms === null ? undefined : instantText(ms);
}

function byState(rows: PostStatus["outbox"]): Record<string, number> {
  const states: Record<string, number> = {};
  for (const { state, count: rowCount } of rows) states[state] = (states[state] ?? 0) + rowCount;
  return states;
}
