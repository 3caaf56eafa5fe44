import { parse } from "yaml";
import { TracepostError } from "#errors";
import { HTTP_LIMITS } from "#runtime";
import { readInput } from "./read-input.ts";

/** A body of the API as somebody wrote it down. */
export interface BodyFile {
  readonly bytes: Uint8Array;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * Reads a body of the HTTP API out of a JSON or YAML file, "-" for standard input. What its fields
 * must hold is decided by the service. Throws TracepostError INPUT_INVALID, with the line.
 */
export async function readBody(file: string): Promise<BodyFile> {
  const bytes = await readInput(file, HTTP_LIMITS.bodyBytesMax);
  const name = file === "-" ? "standard input" : file;
  const value = parseText(decode(bytes, name), name);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { bytes, value: value as Readonly<Record<string, unknown>> };
  }
  throw new TracepostError("INPUT_INVALID", `${name} holds no fields`, {
    remedy: "Give one JSON object, or YAML with one `field: value` a line.",
  });
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (caught) {
    throw new TracepostError("INPUT_INVALID", `${name} is not text in UTF-8`, {
      cause: caught,
      remedy: "Save it in UTF-8.",
    });
  }
}

/** JSON begins with a brace; YAML takes most of JSON, but says worse what is wrong with it. */
function parseText(text: string, name: string): unknown {
  const isJson = text.trimStart().startsWith("{");
  try {
    return isJson ? JSON.parse(text) : parse(text, { uniqueKeys: true, prettyErrors: true });
  } catch (caught) {
    const [why = ""] = (caught instanceof Error ? caught.message : String(caught)).split("\n");
    throw new TracepostError("INPUT_INVALID", `${name} is no ${isJson ? "JSON" : "YAML"}: ${why}`, {
      cause: caught,
      remedy: "Correct it there; nothing was sent.",
    });
  }
}
