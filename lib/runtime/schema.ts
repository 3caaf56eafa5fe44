import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { Settings } from "typebox/system";
import { TracepostError } from "#errors";
import { PROCESS_LIMITS } from "./limits.ts";
import { type PlacementSetting, placeOf, withSettings } from "./placement.ts";

/** One thing that is wrong with a value from outside. */
export interface SchemaProblem {
  /** Path of the field, dots between names, such as `request.firearm.make`; "" for the whole. */
  readonly field: string;
  /** The rule it breaks, as a sentence without its subject: "must be an integer". */
  readonly rule: string;
}

/** Either the value, of the schema's type, or everything that is wrong with it. */
export type SchemaResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

/** A compiled schema; `convert` turns texts such as "12" into what the schema asks for first. */
export interface SchemaCheck<T> {
  check(value: unknown, options?: { readonly convert?: boolean }): SchemaResult<T>;
}

/** What the schema library reports, as far as it is read here. */
interface RawProblem {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: Record<string, unknown>;
}

/** Compiles a TypeBox schema; the check reports all problems together, each with its field. */
export function compileSchema<S extends TSchema>(schema: S): SchemaCheck<Static<S>> {
  const validator = Compile(schema);
  // The library stops at eight reports otherwise, and makes several of one mistake.
  Settings.Set({ maxErrors: PROCESS_LIMITS.schemaReportsMax });
  return {
    check(value, options) {
      const candidate = options?.convert === true ? validator.Convert(value) : value;
      if (validator.Check(candidate)) return { ok: true, value: candidate as Static<S> };
      const raw = validator.Errors(candidate) as unknown as RawProblem[];
      return { ok: false, problems: describeProblems(raw) };
    },
  };
}

/**
 * Parses a JSON configuration text; every problem is listed in one fault, unknown keys included
 * when the schema forbids them. Settings of the environment come over those of the file.
 * Throws TracepostError CONFIG_INVALID.
 */
export function parseConfig<S extends TSchema>(
  schema: S,
  text: string,
  file: string,
  settings: readonly PlacementSetting[] = [],
): Static<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (caught) {
    throw new TracepostError("CONFIG_INVALID", `${file} is not JSON`, {
      cause: caught,
      problems: [caught instanceof Error ? caught.message : String(caught)],
      remedy: "Correct the file; `tracepost exchange init` writes a good one.",
    });
  }
  const result = compileSchema(schema).check(withSettings(value, settings));
  if (result.ok) return result.value;
  throw new TracepostError("CONFIG_INVALID", `${file} has ${result.problems.length} problem(s)`, {
    problems: result.problems.map(({ field, rule }) => `${placeOf(field, settings)}: ${rule}`),
    remedy: "Correct every field named above.",
  });
}

/** Turns the library's reports into one problem for each field, in the order of the fields. */
function describeProblems(raw: readonly RawProblem[]): SchemaProblem[] {
  const rules = new Map<string, string>();
  for (const problem of raw) {
    const base = fieldOf(problem.instancePath);
    switch (problem.keyword) {
      case "required":
        for (const name of textList(problem.params.requiredProperties)) {
          rules.set(join(base, name), "is required");
        }
        break;
      case "additionalProperties":
        for (const name of textList(problem.params.additionalProperties)) {
          rules.set(join(base, name), "is not a known field");
        }
        break;
      case "boolean":
        // The same unknown field as above, seen from its value.
        break;
      case "const":
        noteChoice(rules, base, [problem.params.allowedValue]);
        break;
      case "enum":
        noteChoice(rules, base, textList(problem.params.allowedValues));
        break;
      case "anyOf":
        if (!rules.has(base)) rules.set(base, "is none of the allowed forms");
        break;
      default:
        if (!rules.has(base)) rules.set(base, problem.message);
    }
  }
  return [...rules].map(([field, rule]) => ({ field, rule }));
}

const CHOICE = "must be one of: ";

/** Gathers the allowed values of a union of literals into one sentence. */
function noteChoice(rules: Map<string, string>, field: string, allowed: readonly unknown[]): void {
  const before = rules.get(field);
  const choice = allowed.map(String).join(", ");
  if (before === undefined) rules.set(field, `${CHOICE}${choice}`);
  else if (before.startsWith(CHOICE)) rules.set(field, `${before}, ${choice}`);
}

function fieldOf(instancePath: string): string {
  return instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

function join(base: string, name: string): string {
  return base === "" ? name : `${base}.${name}`;
}

function textList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
