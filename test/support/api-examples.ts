import type { TSchema } from "typebox";
import { compileSchema } from "#runtime";

/** JSON whose shape its reader knows. */
// biome-ignore lint/suspicious/noExplicitAny: a description is walked through as JSON
type Json = any;

/** One example of the description of an API, ready to be executed. */
export interface ApiExample {
  readonly operationId: string;
  readonly name: string;
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly isOpen: boolean;
  readonly status: number;
  /** Content type of the answer, without parameters. */
  readonly type: string;
  readonly answer: Json;
  readonly answerSchema: Json;
}

/** Every example of every operation, in the order of the description. */
export function examplesOf(document: Json): ApiExample[] {
  return Object.entries<Json>(document.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).flatMap(([method, operation]) =>
      Object.entries<Json>(operation.responses).flatMap(([status, response]) =>
        Object.entries<Json>(response.content).flatMap(([type, media]) =>
          Object.entries<Json>(media.examples ?? {}).map(([name, { value }]) => ({
            operationId: operation.operationId,
            name,
            method: method.toUpperCase(),
            ...requestOf(path, operation, name),
            isOpen: operation.security.length === 0,
            status: Number(status),
            type,
            answer: value,
            answerSchema: closed(resolved(media.schema, document)),
          })),
        ),
      ),
    ),
  );
}

function requestOf(path: string, operation: Json, name: string) {
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let filled = path;
  for (const parameter of operation.parameters ?? []) {
    const example = parameter.examples?.[name];
    if (example === undefined) continue;
    const value = String(example.value);
    if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, value);
    else if (parameter.in === "query") query.set(parameter.name, value);
    else headers[parameter.name] = value;
  }
  const [content] = Object.entries<Json>(operation.requestBody?.content ?? {});
  const example = content?.[1].examples?.[name];
  if (content !== undefined && example !== undefined) headers["content-type"] = content[0];
  const isText = typeof example?.value === "string";
  return {
    path: query.size === 0 ? filled : `${filled}?${query}`,
    headers,
    body: isText ? example.value : example && JSON.stringify(example.value),
  };
}

/** The schema with what it refers to in its place. */
function resolved(schema: Json, document: Json): Json {
  if (schema.$ref !== undefined) {
    return document.components.schemas[schema.$ref.split("/").at(-1)];
  }
  if (schema.allOf === undefined) return schema;
  const parts = schema.allOf.map((part: Json) => resolved(part, document));
  const [first] = parts;
  const properties = Object.assign({}, ...parts.map((part: Json) => part.properties));
  return { ...first, properties };
}

/** The schema without room for a field that nobody described. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inside = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === "enum" ? value : closed(value)]),
  );
  const isClosed = inside.properties !== undefined && inside.additionalProperties === undefined;
  return isClosed ? { ...inside, additionalProperties: false } : inside;
}

/** What is wrong with a value under the schema of an answer; empty for nothing. */
export function problemsOf(schema: Json, value: Json): string[] {
  const result = compileSchema(schema as TSchema).check(value);
  return result.ok ? [] : result.problems.map(({ field, rule }) => `${field} ${rule}`);
}

/** The example with ids of a running service in the place of those of the description. */
export function withIds(example: ApiExample, ids: ReadonlyMap<string, string>): ApiExample {
  const replaced = (text: string): string =>
    [...ids].reduce((result, [there, here]) => result.replaceAll(there, here), text);
  const body = example.body === undefined ? undefined : replaced(example.body);
  return { ...example, path: replaced(example.path), body };
}
