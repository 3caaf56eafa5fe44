import type { CapNamed } from "../../cap/cap-alert.ts";
import type { JsonValue } from "../json/field-codec.ts";

/** Names of parameters that hold what CAP has no element for begin so. */
const PREFIX = "tracepost:";
const PATH = /^[a-z][A-Za-z0-9]*(?:\.(?:\d{1,4}|[a-z][A-Za-z0-9]*))*$/;

/** Every leaf of a JSON value as a parameter named by its path. */
export function toParameters(json: JsonValue, path = ""): CapNamed[] {
  if (typeof json !== "object") {
    return [{ valueName: `${PREFIX}${path}`, value: String(json) }];
  }
  return Object.entries(json).flatMap(([name, value]) =>
    value === undefined ? [] : toParameters(value, path === "" ? name : `${path}.${name}`),
  );
}

type Branch = Map<string, Branch | string>;

/** What was read of parameters; `strangers` are those of others. */
export interface ReadParameters {
  readonly json: Readonly<Record<string, JsonValue>>;
  readonly strangers: readonly string[];
  /** Names that are no path, or stand for two things. */
  readonly wrong: readonly string[];
}

/**
 * The JSON value behind parameters; leaves stay texts. Positions of a list must come one after the
 * other, so that a name alone makes nothing large.
 */
export function fromParameters(parameters: readonly CapNamed[]): ReadParameters {
  const root: Branch = new Map();
  const strangers: string[] = [];
  const wrong: string[] = [];
  for (const { value, valueName } of parameters) {
    if (!valueName.startsWith(PREFIX)) strangers.push(valueName);
    else if (!place(root, valueName.slice(PREFIX.length), value)) wrong.push(valueName);
  }
  const json = jsonOf(root);
  const isObject = typeof json === "object" && !Array.isArray(json);
  return { json: isObject ? (json as ReadParameters["json"]) : {}, strangers, wrong };
}

function place(root: Branch, path: string, value: string): boolean {
  if (!PATH.test(path)) return false;
  const names = path.split(".");
  const last = names.pop() ?? "";
  let branch = root;
  for (const name of names) {
    const next: Branch | string = branch.get(name) ?? new Map();
    if (typeof next === "string" || !mayAdd(branch, name)) return false;
    branch.set(name, next);
    branch = next;
  }
  if (branch.has(last) || !mayAdd(branch, last)) return false;
  branch.set(last, value);
  return true;
}

/** Positions are 0, 1, 2 …, and stand beside no names. */
function mayAdd(branch: Branch, name: string): boolean {
  if (branch.has(name)) return true;
  const isPosition = /^\d/.test(name);
  if (isPosition) return Number(name) === branch.size && (branch.size === 0 || branch.has("0"));
  return !branch.has("0");
}

function jsonOf(branch: Branch): JsonValue {
  const entries = [...branch].map(
    ([name, value]) => [name, typeof value === "string" ? value : jsonOf(value)] as const,
  );
  return branch.has("0") ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}
