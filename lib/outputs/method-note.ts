import { stateName } from "#reference";
import type { ExportSet } from "./export-set.ts";
import { SDG_SERIES } from "./sdmx-structure.ts";

/** A piece of a text that is published as Markdown and as HTML. */
export type NoteBlock =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "items"; readonly items: readonly string[] }
  | {
      readonly kind: "table";
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

const heading = (text: string): NoteBlock => ({ kind: "heading", text });
const text = (words: string): NoteBlock => ({ kind: "text", text: words });
const items = (...all: string[]): NoteBlock => ({ kind: "items", items: all });

/**
 * What has to be known to read the numbers, published with them (TP-OUT-12): how each is defined,
 * what is counted where, coverage, what is withheld, vintages, and where States count differently.
 */
export function methodNote(set: ExportSet): NoteBlock[] {
  return [
    ...indicatorBlocks(),
    ...exchangeBlocks(set),
    ...withheldBlocks(set),
    ...vintageBlocks(set),
    ...stateBlocks(set),
  ];
}

function indicatorBlocks(): NoteBlock[] {
  return [
    heading(`Indicator 16.4.2 (${SDG_SERIES})`),
    text(
      "Proportion of seized, found or surrendered arms whose illicit origin or context has been " +
        "traced or established by a competent authority in line with international instruments, " +
        "in percent: 100 · N / D.",
    ),
    items(
      "D is the number of all arms that were seized, found or surrendered in the State during the year.",
      "N is the number of those in D of which the point of diversion or the illicit origin was identified, by a trace or by a competent authority.",
      "One physical arm counts once, whatever the number of reports and traces.",
      "It counts in the year of its recovery. An answer that comes later revises that year in a later vintage.",
      "An answer alone is not in N: what counts is that the origin was established.",
      "Parts and ammunition are neither in N nor in D.",
      "Where D is 0 there is no value. That is not a value of 0.",
      "Each number was signed off by two officers of its State before it left.",
    ),
  ];
}

function exchangeBlocks({ exchangeStatus }: ExportSet): NoteBlock[] {
  const meant = {
    ACTUAL: "Messages of exercises and tests are not in these numbers.",
    EXERCISE: "These numbers are of an exercise. Nothing in them is real.",
    TEST: "These numbers are of a test. Nothing in them is real.",
  };
  return [
    heading("Numbers of the exchange"),
    items(
      "They are counted from what was recorded, by the time of the record in UTC. Nobody has read a message to count it.",
      meant[exchangeStatus],
      "Traces by letter or other channels are counted apart and are in no number of the exchange.",
      "Times are whole hours between two records; a median says that half of the times are shorter.",
    ),
  ];
}

function withheldBlocks({ threshold }: ExportSet): NoteBlock[] {
  return [
    heading("What is withheld, what is missing"),
    items(
      `A count from 1 to ${threshold - 1} is withheld (c), and so is one of which a single State has nearly all.`,
      "Other values are withheld (d) where they would give a withheld one away.",
      "Missing (..) means that nothing is known. Neither is zero.",
    ),
  ];
}

function vintageBlocks({ figures, preparedAt }: ExportSet): NoteBlock[] {
  const vintages = [...new Set(figures.map(({ vintage }) => vintage))].sort();
  const range =
    vintages.length === 0
      ? "There are no figures."
      : `The oldest figure is of ${vintages[0]}, the newest of ${vintages.at(-1)}.`;
  return [
    heading("Vintage and coverage"),
    items(
      `Prepared ${preparedAt}. ${range} Each value is of the latest release or sign-off at that time.`,
      "Provisional values (p) may still be revised. A break (b) marks where members or method changed.",
      "Beside each value stands how many States and months of those expected have reported.",
    ),
  ];
}

function stateBlocks({ notes }: ExportSet): NoteBlock[] {
  const said = notes.filter(({ text: words }) => words.trim() !== "");
  const own = notes.flatMap(({ national, state, year }) =>
    national.map(({ code, title, unit, value }) => [
      ...[stateName(state), String(year), code, title],
      value === null ? ".." : `${value} ${unit}`.trim(),
    ]),
  );
  return [
    heading("Where States count differently"),
    said.length === 0
      ? text("No State has said that it differs.")
      : {
          kind: "table",
          head: ["State", "Year", "As of", "What differs"],
          rows: said.map(({ asOf, state, text: words, year }) => [
            ...[stateName(state), String(year), asOf, words],
          ]),
        },
    ...(own.length === 0
      ? []
      : ([
          heading("Indicators of a State's own making"),
          { kind: "table", head: ["State", "Year", "Code", "Indicator", "Value"], rows: own },
        ] as const)),
  ];
}

/** The note as Markdown; what States have written is no markup in it. */
export function noteMarkdown(blocks: readonly NoteBlock[]): string {
  return blocks.map((block) => `${markdownOf(block)}\n`).join("\n");
}

function markdownOf(block: NoteBlock): string {
  switch (block.kind) {
    case "heading":
      return `## ${plain(block.text)}`;
    case "text":
      return plain(block.text);
    case "items":
      return block.items.map((item) => `- ${plain(item)}`).join("\n");
    case "table": {
      const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(" | ")} |`;
      return [line(block.head), line(block.head.map(() => "---")), ...block.rows.map(line)].join(
        "\n",
      );
    }
  }
}

/** On one line, with what Markdown would read as markup kept from it. */
function plain(words: string): string {
  return words
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/[\\`*_{}[\]<>#|!~]/gu, (mark) => `\\${mark}`)
    .trim();
}
