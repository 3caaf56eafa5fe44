import { parseFigureLines } from "#outputs";
import { ofOptional, type Target, textTarget } from "../verdict.ts";

/** Parsers of files of figures (TP-OUT-4). */
export const OUTPUT_TARGETS: readonly Target[] = [
  textTarget("figure-lines", ["parseFigureLines"], (text) => {
    const parsed = parseFigureLines(text);
    if (parsed.ok) return ofOptional(parsed.value);
    if (parsed.problems.length === 0) throw new TypeError("refused, and nothing is said");
    return ofOptional(undefined);
  }),
];
