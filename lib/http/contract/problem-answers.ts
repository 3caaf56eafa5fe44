import { STATUS_CODES } from "node:http";
import type { RouteOptions } from "fastify";
import { Type } from "typebox";
import { PROBLEM_CODES, type ProblemCode, problemOf } from "../problem.ts";
import { PERMISSIONS, ROLE_NAMES } from "../users/roles.ts";

/** Type of every answer that is a "no" (RFC 9457). */
export const PROBLEM_TYPE = "application/problem+json";

const FieldProblem = Type.Object({
  field: Type.String({ description: "Path of the field, dots between names; empty for the whole" }),
  rule: Type.String({ description: "The rule it breaks" }),
  remedy: Type.Optional(Type.String({ description: "What to do about it" })),
});

/** Problem details as every route answers them; `code` is the closed list. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: "urn:tracepost:problem:<code>" }),
    title: Type.String({ description: "What the code means" }),
    status: Type.Integer(),
    code: Type.Enum(PROBLEM_CODES),
    detail: Type.Optional(Type.String({ description: "What was found; no content of a message" })),
    field: Type.Optional(Type.String({ description: "Path of the one field that is wrong" })),
    remedy: Type.Optional(Type.String({ description: "What the caller does now" })),
    problems: Type.Optional(Type.Array(FieldProblem, { description: "Every wrong field" })),
    permission: Type.Optional(
      Type.Enum(Object.keys(PERMISSIONS), { description: "What the user lacks" }),
    ),
    roles: Type.Optional(Type.Array(Type.Enum(ROLE_NAMES), { description: "Roles that have it" })),
  },
  { description: "Problem details (RFC 9457) with a code of the closed list" },
);

/** An answer of the description. */
export interface DescribedAnswer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content: Record<string, { schema: unknown; examples?: Record<string, unknown> }>;
}

/** Status → the problems a route may answer with it. */
export function problemAnswers(route: RouteOptions): Map<number, DescribedAnswer> {
  const codes = Map.groupBy(codesOf(route), (code) => problemOf(code).status);
  return new Map([...codes].map(([status, same]) => [status, answerOf(status, same)]));
}

function answerOf(status: number, codes: readonly ProblemCode[]): DescribedAnswer {
  const meanings = codes.map((code) => `- \`${code}\`: ${problemOf(code).title}`);
  const schema = {
    allOf: [
      { $ref: "#/components/schemas/Problem" },
      { type: "object", properties: { code: { enum: codes } } },
    ],
  };
  return {
    description: `${STATUS_CODES[status]}\n\n${meanings.join("\n")}`,
    ...(HEADERS[status] === undefined ? {} : { headers: HEADERS[status] }),
    content: { [PROBLEM_TYPE]: { schema } },
  };
}

const HEADERS: Readonly<Record<number, Readonly<Record<string, object>>>> = {
  401: {
    "WWW-Authenticate": { description: "The scheme to use: Bearer.", schema: { type: "string" } },
  },
  429: {
    "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 1 } },
  },
};

/** What any route may say, what one with a body or parameters may, and what it says itself. */
function codesOf({ schema, config }: RouteOptions): ProblemCode[] {
  const { lines, bytes } = config ?? {};
  const hasBody = schema?.body !== undefined || lines !== undefined || bytes === true;
  const { params, querystring, headers } = schema ?? {};
  const isChecked = [params, querystring, headers].some((part) => part !== undefined);
  const codes: ProblemCode[] = ["MISDIRECTED", "INTERNAL"];
  if (config?.permission !== undefined) {
    codes.push("UNAUTHENTICATED", "FORBIDDEN", "TOO_MANY_REQUESTS", "STORE", "UNAVAILABLE");
  }
  if (config?.isCounted === true) codes.push("TOO_MANY_REQUESTS");
  if (hasBody) codes.push("USAGE", "TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE");
  if (hasBody || isChecked) codes.push("INPUT_INVALID");
  codes.push(...(config?.problems ?? []));
  return [...new Set(codes)].toSorted();
}
