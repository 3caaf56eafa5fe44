/**
 * Makes docs/spec/limits.md from the limits in lib/runtime: values as the program has them, reasons
 * as the comments give them. `npm run generate` writes the page; a test keeps it fresh.
 */
import { readdirSync, readFileSync } from "node:fs";
import * as runtime from "#runtime";

const FOLDER = new URL("../lib/runtime/", import.meta.url);
/** Those of the services first, then those of single areas by name. */
const SOURCES = ["limits.ts", ...readdirSync(FOLDER).filter((name) => name.endsWith("-limits.ts"))]
  .sort(
    (one, other) =>
      Number(other === "limits.ts") - Number(one === "limits.ts") || (one < other ? -1 : 1),
  )
  .map((name) => new URL(name, FOLDER));
const UNITS = {
  Ms: [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1_000, "s"],
    [1, "ms"],
  ],
  Bytes: [
    [1_048_576, "MiB"],
    [1_024, "KiB"],
    [1, "B"],
  ],
};

/**
 * A value for people: time and size in the largest unit that divides it, others as they are.
 * @param {string} name
 * @param {number} value
 */
function readable(name, value) {
  const kind = /Ms(?=[A-Z]|$)/.test(name) ? "Ms" : /[bB]ytes/.test(name) ? "Bytes" : undefined;
  if (kind === undefined) return "";
  const [size = 1, unit = ""] = UNITS[kind].find(([step]) => value % Number(step) === 0) ?? [];
  return `${(value / Number(size)).toLocaleString("en-US")} ${unit}`;
}

/**
 * Text of a JSDoc comment on one line.
 * @param {string} comment
 */
function plain(comment) {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trim())
    .join(" ")
    .trim();
}

/** The page. */
export function limitsPage() {
  const source = SOURCES.map((file) => readFileSync(file, "utf8")).join("\n");
  const lines = [
    "# Limits",
    "",
    "Every bound of the product. Beyond one there is a refusal with a code, or a wait; never a",
    "silent loss. Made from the limits in `lib/runtime` by `npm run generate`.",
  ];
  // In the sequence of the source; a module lists its names in no sequence to rely on.
  const groups = /\/\*\*((?:(?!\*\/).)*)\*\/\s*export const (\w+) = \{(.*?)\n\} as const/gs;
  const values = new Map(Object.entries(runtime));
  for (const [, about = "", group = "", body = ""] of source.matchAll(groups)) {
    lines.push("", `## ${group}`, "", plain(about), "");
    lines.push("| name | value | is | why |", "|---|--:|---|---|");
    for (const [name, value] of Object.entries(values.get(group) ?? {})) {
      const why = new RegExp(`/\\*\\*((?:(?!\\*/).)*)\\*/\\s*${name}:`, "s").exec(body)?.[1] ?? "";
      lines.push(`| \`${name}\` | ${value} | ${readable(name, Number(value))} | ${plain(why)} |`);
    }
  }
  return `${lines.join("\n")}\n`;
}
