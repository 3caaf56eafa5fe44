import swagger from "@fastify/swagger";
import type { RouteOptions } from "fastify";
import { Type } from "typebox";
import packageJson from "../../../package.json" with { type: "json" };
import type { HttpRoutes } from "../routes.ts";
import { checkOperation, type OperationExample, TAGS, type Tag } from "./operation.ts";
import {
  type DescribedAnswer,
  PROBLEM_TYPE,
  ProblemSchema,
  problemAnswers,
} from "./problem-answers.ts";

/** What a door says of itself at the head of its description. */
export interface ApiTitle {
  /** Such as "Tracepost focal point". */
  readonly title: string;
  /** What one can do through it, in a few sentences. */
  readonly description: string;
}

/** Path of the description; open, because it tells nothing of anybody. */
const DOCUMENT_PATH = "/openapi.json";

/**
 * Describes every route that is added from now on at `/openapi.json` (TP-API-12): OpenAPI 3.1, made
 * from the schemas the routes check with. A route without a description keeps the service from
 * starting; see checkOperation.
 */
export async function installContract(app: HttpRoutes, title: ApiTitle): Promise<void> {
  const described = new Map<string, RouteOptions>();
  app.addHook("onRoute", (route) => {
    if (route.method === "HEAD") return;
    checkOperation(route);
    described.set(route.schema?.operationId ?? "", route);
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.1",
      info: {
        ...title,
        version: packageJson.version,
        license: { name: "Apache License 2.0", identifier: packageJson.license },
      },
      servers: [{ url: "/", description: "The address this description came from" }],
    },
    // What stands for the rest of a path is described as its parameter `rest`.
    transform: ({ schema, url, route }) => ({
      schema: withLines(schema, route),
      url: url.replace(/\*$/u, ":rest"),
    }),
    transformObject: (made) =>
      "openapiObject" in made ? complete(made.openapiObject as Described, described) : {},
  });
  app.get(DOCUMENT_PATH, DOCUMENT_ROUTE, () => app.swagger());
}

const DOCUMENT_ROUTE = {
  schema: {
    operationId: "describe",
    summary: "This description",
    tags: ["service"],
    response: {
      200: Type.Object(
        { openapi: Type.String() },
        { additionalProperties: true, description: "An OpenAPI 3.1 document" },
      ),
    },
  },
  config: {
    examples: { document: { summary: "Its head", status: 200, answer: { openapi: "3.1.1" } } },
  },
};

/** The description as it is put together here. */
interface Described {
  paths: Record<string, Record<string, DescribedOperation>>;
  tags?: { name: Tag; description: string }[];
  components?: Record<string, unknown>;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly tags: readonly Tag[];
  description?: string;
  security?: Record<string, readonly string[]>[];
  readonly parameters?: { readonly name: string; examples?: Record<string, unknown> }[];
  readonly requestBody?: Pick<DescribedAnswer, "content">;
  readonly responses: Record<string, DescribedAnswer>;
}

/** A body of JSON Lines or of bytes is not checked as a whole, so its schema is not the route's. */
function withLines(schema: RouteOptions["schema"], { config }: RouteOptions) {
  if (config?.bytes === true) {
    const body = Type.String({ description: "Bytes", contentMediaType: BYTES_TYPE });
    return { ...schema, body, consumes: [BYTES_TYPE] };
  }
  if (config?.lines === undefined) return schema ?? {};
  const body = Type.String({
    description: "JSON Lines: an object of this schema on each line",
    contentMediaType: LINES_TYPE,
    contentSchema: config.lines,
  });
  return { ...schema, body, consumes: [LINES_TYPE] };
}

const BYTES_TYPE = "application/octet-stream";
const LINES_TYPE = "application/x-ndjson";

function complete(document: Described, described: ReadonlyMap<string, RouteOptions>): Described {
  const used = new Set<Tag>();
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) {
    const route = described.get(operation.operationId);
    for (const tag of operation.tags) used.add(tag);
    if (route !== undefined) completeOperation(operation, route);
  }
  const names = Object.keys(TAGS) as Tag[];
  document.tags = names
    .filter((name) => used.has(name))
    .map((name) => ({ name, description: TAGS[name] }));
  const isGuarded = [...described.values()].some(({ config }) => config?.permission !== undefined);
  document.components = {
    schemas: { Problem: ProblemSchema },
    ...(isGuarded ? { securitySchemes: { bearer: BEARER } } : {}),
  };
  return document;
}

const BEARER = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "tpt_<token id>_<43 characters of base64url>",
  description: "A token of a user of this service (`POST /v1/users/{userId}/tokens`).",
};

function completeOperation(operation: DescribedOperation, route: RouteOptions): void {
  const { permission, examples = {} } = route.config ?? {};
  operation.security = permission === undefined ? [] : [{ bearer: [] }];
  if (permission !== undefined) {
    const needs = `Needs the permission \`${permission}\`.`;
    const { description } = operation;
    operation.description = description === undefined ? needs : `${description}\n\n${needs}`;
  }
  for (const [status, answer] of problemAnswers(route)) operation.responses[status] = answer;
  for (const [name, example] of Object.entries(examples)) addExample(operation, name, example);
}

function addExample(operation: DescribedOperation, name: string, example: OperationExample): void {
  const { summary, parameters = {}, body, status, answer } = example;
  for (const parameter of operation.parameters ?? []) {
    const value = parameters[parameter.name];
    if (value !== undefined) parameter.examples = { ...parameter.examples, [name]: { value } };
  }
  const asked = Object.values(operation.requestBody?.content ?? {});
  if (body !== undefined) for (const media of asked) noteExample(media, name, summary, body);
  const answers = Object.entries(operation.responses[status]?.content ?? {});
  for (const [type, media] of answers) {
    const isFitting = status < 400 || type === PROBLEM_TYPE;
    if (isFitting) noteExample(media, name, summary, answer);
  }
}

function noteExample(
  media: { examples?: Record<string, unknown> },
  name: string,
  summary: string,
  value: unknown,
): void {
  media.examples = { ...media.examples, [name]: { summary, value } };
}
