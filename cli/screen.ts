import { styleText } from "node:util";

/** Where text is shown: how wide it may be, and whether colours are understood. */
export interface Screen {
  /** Columns. */
  readonly width: number;
  readonly hasColours: boolean;
}

/** Narrowest and widest text: below, words would be cut; above, lines are hard to read. */
const WIDTH_MIN = 40;
const WIDTH_MAX = 110;
const WIDTH_DEFAULT = 80;

/** What is known of a standard output. */
export interface OutputFacts {
  readonly isTerminal: boolean;
  /** Columns of the terminal. */
  readonly columns: number | undefined;
  /** Variable COLUMNS, for an output that is no terminal. */
  readonly columnsVariable: string | undefined;
  /** Variable NO_COLOR (no-color.org); TERM=dumb means the same. */
  readonly noColour: string | undefined;
  readonly term: string | undefined;
}

/** The screen of a standard output: colours on a terminal only, and not against NO_COLOR. */
export function screenOf(facts: OutputFacts): Screen {
  const named = Number(facts.columnsVariable);
  const given = facts.isTerminal ? facts.columns : named;
  const columns = given !== undefined && given > 0 ? given : WIDTH_DEFAULT;
  return {
    width: Math.min(Math.max(columns, WIDTH_MIN), WIDTH_MAX),
    hasColours: facts.isTerminal && (facts.noColour ?? "") === "" && facts.term !== "dumb",
  };
}

/** What a piece of text is, from which its look follows. */
export type Look = "title" | "heading" | "good" | "bad" | "waiting" | "quiet";

const STYLES = {
  title: ["bold"],
  heading: ["bold"],
  good: ["green"],
  bad: ["red"],
  waiting: ["yellow"],
  quiet: ["dim"],
} as const;

/** Text with its look, or as it is where colours are not understood. */
export function paint(screen: Screen, look: Look, text: string): string {
  if (!screen.hasColours || text === "") return text;
  return styleText([...STYLES[look]], text, { validateStream: false });
}

/** Breaks text between words into lines of at most `width`; a word that is longer is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/u).filter((each) => each !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** A label and what stands behind it. */
export interface LabelledText {
  readonly label: string;
  /** Width of the widest label of the list. */
  readonly labelWidth: number;
  readonly text: string;
  readonly look?: Look;
}

/** A label and its text beside it, or below it where there is little room. */
export function labelled(
  screen: Screen,
  { label, labelWidth, look, text }: LabelledText,
): string[] {
  const indent = 2;
  const isNarrow = screen.width < 50;
  const from = isNarrow ? indent * 2 : indent + labelWidth + 2;
  const lines = wrap(text, screen.width - from).map((line) =>
    look === undefined ? line : paint(screen, look, line),
  );
  const pad = " ".repeat(from);
  if (isNarrow) {
    const head = `${" ".repeat(indent)}${paint(screen, "quiet", label)}`;
    return [head, ...lines.map((line) => `${pad}${line}`)];
  }
  const head = `${" ".repeat(indent)}${paint(screen, "quiet", label.padEnd(labelWidth))}  `;
  return lines.map((line, at) => (at === 0 ? `${head}${line}` : `${pad}${line}`));
}
