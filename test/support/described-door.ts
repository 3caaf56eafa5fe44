import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect } from "vitest";
import type { ApiDoor } from "#http";
import { type ApiExample, examplesOf, problemsOf, withIds } from "./api-examples.ts";

/** What a door says of itself. */
export async function describeDoor(url: string) {
  const response = await fetch(`${url}/openapi.json`);
  expect(response.status).toBe(200);
  return JSON.parse(await response.text());
}

/** Breaches of the rules of the linter. */
export async function lint(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ["recommended-strict"] });
  const source = JSON.stringify(document);
  const found = await lintFromString({ source, absoluteRef: "openapi.json", config });
  return found.map(({ ruleId, message, location }) => {
    return `${ruleId}: ${message} at ${location[0]?.pointer}`;
  });
}

/** Does what an example says, and tells how the answer differs from what it promises. */
async function execute(example: ApiExample, { url, token }: ApiDoor): Promise<string[]> {
  const { method, path, body, status, type, answer, answerSchema, isOpen } = example;
  const headers = {
    ...example.headers,
    ...(isOpen ? {} : { authorization: `Bearer ${token}` }),
  };
  const init = body === undefined ? { method, headers } : { method, headers, body };
  const response = await fetch(`${url}${path}`, init);
  const text = await response.text();
  const answeredType = response.headers.get("content-type")?.split(";")[0];
  if (response.status !== status) return [`answered ${response.status}: ${text}`];
  if (answeredType !== type) return [`answered ${answeredType}`];
  const isJson = type.endsWith("json") && type !== "application/x-ndjson";
  if (!isJson) return text === "" ? ["answered nothing"] : [];
  const value = JSON.parse(text);
  const isOther = status >= 400 && value.code !== answer.code;
  return [...problemsOf(answerSchema, value), ...(isOther ? [`answered ${value.code}`] : [])];
}

/** What of the examples of a door is not so, and how many there are. */
export async function differences(door: ApiDoor, ids: ReadonlyMap<string, string>) {
  const examples = examplesOf(await describeDoor(door.url));
  const found: Record<string, string[]> = {};
  // One after the other: a later example may build on an earlier one.
  for (const example of examples) {
    const wrong = await execute(withIds(example, ids), door);
    if (wrong.length > 0) found[`${example.operationId} ${example.name}`] = wrong;
  }
  return { count: examples.length, found };
}
