import { type Look, labelled, type Screen } from "./screen.ts";

/** Widest label. */
const LABEL_WIDTH = "Markings".length;

/** A label, what stands behind it, and what it is for the reader. */
export type Row = readonly [label: string, text: string | undefined, look?: Look];

/** Rows with something in them. */
export function rows(screen: Screen, lines: readonly Row[]): string[] {
  return lines.flatMap(([label, text, look]) =>
    text === undefined || text === ""
      ? []
      : labelled(screen, { label, labelWidth: LABEL_WIDTH, text, ...(look && { look }) }),
  );
}

/** `PISTOL_SELF_LOADING` → `pistol self loading` is for readers; the code stays recognizable. */
export const words = (name: string | undefined): string =>
  (name ?? "").toLowerCase().replaceAll("_", " ");

/** What is given of some texts, one after the other. */
export function listed(...texts: readonly (string | number | undefined)[]): string {
  return texts.filter((text) => text !== undefined && text !== "").join(", ");
}

/** A text with a word before it; undefined where there is none. */
export function named(word: string, text: string | number | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : `${word} ${text}`;
}
