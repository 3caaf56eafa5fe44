import bidiFactory, { type Bidi } from "bidi-js";

// The package is a function, whatever its types say of a default export within it.
const bidi = (bidiFactory as unknown as () => Bidi)();

/** Direction of a paragraph. */
export type Direction = "ltr" | "rtl";

/** The direction in which a text as written begins: that of its first letter. */
export function directionOf(text: string): Direction | undefined {
  const letter = /\p{Letter}/u.exec(text)?.[0];
  if (letter === undefined) return undefined;
  return bidi.getEmbeddingLevels(letter, "auto").paragraphs[0]?.level === 1 ? "rtl" : "ltr";
}

/** A piece of a line whose letters run one way, in the order in which it stands on paper. */
export interface VisualRun {
  readonly text: string;
  readonly isRightToLeft: boolean;
}

/**
 * Breaks a text between words into lines no wider than `width`; a word that is wider is broken
 * within. `measure` gives the width of a text.
 */
export function breakLines(
  text: string,
  width: number,
  measure: (text: string) => number,
): string[] {
  const lines: string[] = [];
  const space = measure(" ");
  let line = "";
  let used = 0;
  const end = (): void => {
    if (line !== "") lines.push(line);
    line = "";
    used = 0;
  };
  for (const word of text.split(/\s+/u).filter((each) => each !== "")) {
    const wide = measure(word);
    if (line !== "" && used + space + wide > width) end();
    if (wide <= width) {
      used += (line === "" ? 0 : space) + wide;
      line = line === "" ? word : `${line} ${word}`;
      continue;
    }
    for (const glyph of word) {
      if (line !== "" && measure(line + glyph) > width) end();
      line += glyph;
    }
    used = measure(line);
  }
  end();
  return lines.length === 0 ? [""] : lines;
}

/**
 * The runs of a line from left to right, by the Unicode bidirectional algorithm: numbers and Latin
 * marks within Arabic text keep their order, brackets turn.
 */
export function visualRuns(line: string, direction: Direction): VisualRun[] {
  const embedding = bidi.getEmbeddingLevels(line, direction);
  const runs: { text: string; level: number }[] = [];
  for (let index = 0; index < line.length; index += 1) {
    const level = embedding.levels[index] ?? 0;
    const last = runs.at(-1);
    const mirrored = level % 2 === 1 ? bidi.getMirroredCharacter(line[index] ?? "") : null;
    const glyph = mirrored ?? line[index] ?? "";
    if (last !== undefined && last.level === level) last.text += glyph;
    else runs.push({ text: glyph, level });
  }
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  // Rule L2: from the highest level down, turn what is at that level or above.
  for (let level = highest; level >= 1; level -= 1) turnFrom(runs, level);
  return runs.map(({ level, text }) => ({
    text: level % 2 === 1 && !/\p{Letter}/u.test(text) ? [...text].reverse().join("") : text,
    isRightToLeft: level % 2 === 1,
  }));
}

function turnFrom(runs: { text: string; level: number }[], level: number): void {
  let from = 0;
  while (from < runs.length) {
    if ((runs[from]?.level ?? 0) < level) {
      from += 1;
      continue;
    }
    let until = from;
    while ((runs[until]?.level ?? 0) >= level) until += 1;
    runs.splice(from, until - from, ...runs.slice(from, until).reverse());
    from = until;
  }
}
