import type { FastifyReply } from "fastify";
import {
  FAULTS,
  type FaultCode,
  REFUSALS,
  type Refusal,
  type RefusalCodeName,
  TracepostError,
} from "#errors";
import type { SchemaProblem } from "#runtime";
import { HTTP_CODES } from "./http-codes.ts";
import type { Permission, Role } from "./users/roles.ts";

/** Closed list of the codes a problem can carry (TP-API-61). */
export type ProblemCode = RefusalCodeName | FaultCode | keyof typeof HTTP_CODES;

/** All of them, in alphabetical order. */
export const PROBLEM_CODES: readonly ProblemCode[] = [
  ...(Object.keys(HTTP_CODES) as ProblemCode[]),
  ...(Object.keys(REFUSALS) as ProblemCode[]),
  ...(Object.keys(FAULTS) as ProblemCode[]),
].toSorted();

/** One wrong field. */
export interface FieldProblem extends SchemaProblem {
  /** What to do about it, where that is more than obeying the rule. */
  readonly remedy?: string;
}

/** Problem details (RFC 9457) with a closed code. */
export interface Problem {
  /** `urn:tracepost:problem:<code>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  /** What was found, without content of a message. */
  readonly detail?: string;
  /** Path of the one field that is wrong. */
  readonly field?: string;
  /** What the caller does now. */
  readonly remedy?: string;
  /** Every wrong field. */
  readonly problems?: readonly FieldProblem[];
  /** What the user lacks. */
  readonly permission?: Permission;
  /** The roles that have it. */
  readonly roles?: readonly Role[];
}

/** What a route may add to a problem. */
export type ProblemDetails = Partial<Omit<Problem, "type" | "title" | "status" | "code">>;

/** Refusals whose status is not the usual 422. */
const REFUSAL_STATUS: Partial<Record<RefusalCodeName, number>> = {
  QUOTA_EXCEEDED: 429,
  TOO_LARGE: 413,
  ID_REUSED: 409,
  ILLEGAL_MOVE: 409,
  NOT_YOUR_MOVE: 409,
};

/** Faults: what the caller hears. Titles of faults never carry what was caught. */
const FAULT_ANSWERS: Record<FaultCode, { status: number; title: string; remedy: string }> = {
  USAGE: { status: 400, title: "The request is not understood.", remedy: "Correct the request." },
  INPUT_INVALID: {
    status: 422,
    title: "The request has wrong fields.",
    remedy: "Correct every field named in problems.",
  },
  CONFIG_INVALID: fault("The service is not configured for this.", "Ask its administrator."),
  DATA_FOLDER: fault("The data folder of the service is damaged.", "Ask its administrator."),
  MISSING_DEPENDENCY: fault("The service lacks something to run.", "Ask its administrator."),
  KEY_FILE: fault("A key file of the service is unusable.", "Ask its administrator."),
  UNAVAILABLE: {
    status: 503,
    title: "The service cannot do this now.",
    remedy: "Try again later; nothing was half done.",
  },
  VERIFICATION: fault("Something stored does not verify.", "Ask the administrator."),
  STORE: fault("The store of the service failed.", "Try again; then ask the administrator."),
  TRANSPORT: fault("The connection to the exchange failed.", "Try again later."),
  INTERNAL: fault("The service failed.", "Try again; then ask the administrator."),
};

function fault(title: string, remedy: string): { status: number; title: string; remedy: string } {
  return { status: 500, title, remedy };
}

/** Builds the problem of a code. */
export function problemOf(code: ProblemCode, details: ProblemDetails = {}): Problem {
  const answer = answerOf(code);
  return { type: `urn:tracepost:problem:${code}`, code, ...answer, ...details };
}

function answerOf(code: ProblemCode): { status: number; title: string; remedy: string } {
  if (isHttpCode(code)) return HTTP_CODES[code];
  if (isRefusalCode(code)) {
    const { meaning, remedy } = REFUSALS[code];
    return { status: REFUSAL_STATUS[code] ?? 422, title: meaning, remedy };
  }
  return FAULT_ANSWERS[code];
}

/** The problem of a refusal: code, field and remedy of the closed table. */
export function problemFromRefusal(refusal: Refusal): Problem {
  return problemOf(refusal.code, {
    ...(refusal.field === "" ? {} : { field: refusal.field }),
    ...(refusal.detail === "" ? {} : { detail: refusal.detail }),
  });
}

/** The problem of a fault. Faults of the caller are told in full, faults of ours without detail. */
export function problemFromFault(caught: unknown): Problem {
  const found = TracepostError.from(caught);
  const answer = FAULT_ANSWERS[found.code];
  if (answer.status >= 500 && found.code !== "UNAVAILABLE") return problemOf(found.code);
  return problemOf(found.code, {
    detail: found.message,
    ...(found.remedy === "" ? {} : { remedy: found.remedy }),
    ...(found instanceof InvalidRequest ? { problems: found.fields } : {}),
  });
}

/** A request whose fields break the schema of its route. */
export class InvalidRequest extends TracepostError {
  readonly fields: readonly FieldProblem[];

  constructor(fields: readonly FieldProblem[]) {
    super("INPUT_INVALID", `${fields.length} field(s) are wrong`, {
      problems: fields.map((problem) => `${problem.field}: ${problem.rule}`),
    });
    this.fields = fields;
  }
}

/** Ends a request with a problem. */
export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .send(JSON.stringify(problem));
}

function isHttpCode(code: ProblemCode): code is keyof typeof HTTP_CODES {
  return Object.hasOwn(HTTP_CODES, code);
}

function isRefusalCode(code: ProblemCode): code is RefusalCodeName {
  return Object.hasOwn(REFUSALS, code);
}
