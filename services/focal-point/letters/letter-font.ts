import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { create } from "fontkit";
import { openWoff } from "./open-woff.ts";

const FILES = {
  regular: "@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff",
  bold: "@fontsource/dejavu-sans/files/dejavu-sans-latin-700-normal.woff",
} as const;

/** A weight of the letters' font. */
export type FontWeight = keyof typeof FILES;

let kept: Readonly<Record<FontWeight, Buffer>> | undefined;

/** The font files of letters, read once: DejaVu Sans, whole, whatever its file is called. */
export function letterFonts(): Readonly<Record<FontWeight, Buffer>> {
  kept ??= { regular: readFont(FILES.regular), bold: readFont(FILES.bold) };
  return kept;
}

function readFont(file: string): Buffer {
  return openWoff(readFileSync(fileURLToPath(import.meta.resolve(file))));
}

let covered: ReadonlySet<number> | undefined;

/** Shows nothing by itself: line ends, joiners, marks of direction. */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}]/u;

/**
 * A text as it can be printed (TP-OFF-4): a character the font has no glyph for is given by its
 * Unicode number in square brackets, never left out.
 */
export function printableIn(text: string): string {
  if (covered === undefined) {
    const font = create(letterFonts().regular);
    if (!("characterSet" in font)) return text;
    covered = new Set(font.characterSet);
  }
  const set = covered;
  return [...text].map((glyph) => (isShown(glyph, set) ? glyph : numberOf(glyph))).join("");
}

function isShown(glyph: string, set: ReadonlySet<number>): boolean {
  return INVISIBLE.test(glyph) || set.has(glyph.codePointAt(0) ?? 0);
}

function numberOf(glyph: string): string {
  return `[U+${(glyph.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;
}
