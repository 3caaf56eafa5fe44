import type { RouteOptions } from "fastify";
import type { TSchema } from "typebox";
import { TracepostError } from "#errors";
import type { ProblemCode } from "../problem.ts";
import { RepeatHeaders } from "../repeat-request.ts";

/** What operations are grouped by in the description of an API; a closed table. */
export const TAGS = {
  traces: "Trace requests of this State and of others, and the answers to them.",
  clocks: "When answers are due, what is overdue, and how old it is.",
  attachments: "Photographs and documents of a case: cleaned, kept, handed out.",
  releases: "What needs a second person, and who may be one.",
  alerts: "Alerts of this participant and of others, acknowledgements and hits.",
  persons: "Personal data: read with a reason, reviewed, erased, and who did it.",
  notices: "What is said about information given: corrected, erased, disclosed, passed on.",
  evidence: "Evidence files: what was recorded, with all that proves it to a stranger.",
  receipts: "What the exchange and its participants have signed about a message.",
  changes: "What has changed, as a feed and as calls to other systems.",
  checks: "Whether somebody looks for a firearm, ammunition, a document or a consignment.",
  ledger: "Reports of seizures, and the national ledger of indicator 16.4.2 made of them.",
  firearms: "The register of firearms that answers are given from.",
  register: "Bringing a national register in, and taking it out.",
  participants: "The participant register in force, and new versions of it.",
  log: "The message log as hashes, for whoever wants to verify it.",
  overview: "The service at a glance: counts, and what to look into.",
  figures: "What a regional monitor has counted, what was released, and what States signed off.",
  watch: "Thresholds of a regional monitor, what is told of them, and to whom.",
  records: "What is kept: found, looked at, held, due for disposal; certificates of it.",
  quarantine: "What the gateway could not verify.",
  events: "What the operator should know of.",
  users: "Who may use the service, and their tokens.",
  account: "One's own account.",
  service: "Whether the process lives, and what it offers; open to everybody who reaches it.",
} as const satisfies Record<string, string>;

/** A name of {@link TAGS}. */
export type Tag = keyof typeof TAGS;

/** One call and its answer. The same name binds the two in the description (TP-API-14). */
export interface OperationExample {
  /** What it shows, in one line. */
  readonly summary: string;
  /** Parameters of path, query and header, by name. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** JSON body, or the text of a body that is none. */
  readonly body?: unknown;
  readonly status: number;
  /** Body of the answer; a text where it is no JSON. */
  readonly answer: unknown;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Codes that this route says beside those of every route of its kind. */
    problems?: readonly ProblemCode[];
    /** Name → a call that works, or one that shows a problem. */
    examples?: Readonly<Record<string, OperationExample>>;
    /** Schema of one line, where the body is JSON Lines. */
    lines?: TSchema;
    /** The body is bytes of any kind. */
    bytes?: boolean;
  }
}

/**
 * Keeps a service from starting with a route that nobody described (TP-API-13), or that makes
 * something and takes no idempotency key (TP-API-18). Throws TracepostError INTERNAL, naming what
 * the route lacks.
 */
export function checkOperation({ method, url, schema, config }: RouteOptions): void {
  const { operationId, summary, tags = [] } = schema ?? {};
  const [tag = ""] = tags;
  const answers = Object.keys(schema?.response ?? {}).map(Number);
  const examples = Object.values(config?.examples ?? {});
  const has: Record<string, boolean> = {
    operationId: operationId !== undefined,
    summary: summary !== undefined,
    "one of the tags": tags.length === 1 && Object.hasOwn(TAGS, tag),
    "a schema of its answer": answers.some(isGood),
    "an example": examples.some(({ status }) => isGood(status)),
    "the headers of a repeat": !answers.includes(201) || schema?.headers === RepeatHeaders,
  };
  const lacks = Object.keys(has).filter((what) => has[what] === false);
  if (lacks.length === 0) return;
  const problem = `the route ${String(method)} ${url} lacks ${lacks.join(", ")}`;
  throw new TracepostError("INTERNAL", problem, {
    remedy: "Describe it as docs/spec/api.md says under “Contract”.",
  });
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}
