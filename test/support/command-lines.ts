import type { Command, Option } from "commander";
import { EXAMPLE_IDS, EXAMPLE_ORIGIN, EXAMPLE_USER } from "#http";

/** A command that does something, with the words that lead to it. */
export interface LeafCommand {
  readonly words: string;
  readonly command: Command;
}

/** Every command of a program that does something. */
export function leafCommands(command: Command, words: readonly string[] = []): LeafCommand[] {
  if (command.commands.length === 0) return [{ words: words.join(" "), command }];
  return command.commands.flatMap((each) => leafCommands(each, [...words, each.name()]));
}

/** Files that lines name. */
export interface LineFiles {
  /** A JSON file that is there. */
  readonly there: string;
  /** Gives a path at which nothing is, another one each time. */
  readonly fresh: () => string;
}

/** Options that say where a service is, or how an answer is printed. */
const AROUND = ["data", "participant", "gateway", "url", "user", "token-file", "json", "wait"];

/** Ids that the examples of the HTTP API hold, by the name of the argument. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  alert: EXAMPLE_IDS.sentAlert,
  attachment: EXAMPLE_IDS.photograph,
  case: EXAMPLE_IDS.sentCase,
  deputy: "1",
  double: "1",
  event: "1",
  hit: EXAMPLE_IDS.hit,
  hold: "1",
  id: EXAMPLE_IDS.recordedCase,
  item: "1",
  message: EXAMPLE_IDS.sentMessage,
  release: EXAMPLE_IDS.release,
  report: EXAMPLE_IDS.seizure,
  run: "1",
  state: "KE",
  token: EXAMPLE_IDS.token,
  upload: EXAMPLE_IDS.registerFile,
  url: EXAMPLE_ORIGIN,
  user: EXAMPLE_USER,
  webhook: EXAMPLE_IDS.webhook,
};

/** Values of options that take no text of any kind. */
const OPTIONS: Readonly<Record<string, string>> = {
  acknowledge: "8h",
  after: "4711",
  "as-of": "2026-02-02",
  attach: "there",
  final: "7d",
  format: "jsonl",
  item: "1",
  key: "there",
  limit: "5",
  log: "there",
  "made-year": "1998",
  on: "2026-02-02",
  out: "fresh",
  output: "fresh",
  secret: "fresh",
  "recorded-before": "2026-02-20T00:00:00Z",
  "recorded-from": "2026-02-02T00:00:00Z",
  review: "2099-02-02T00:00:00Z",
  since: "4711",
  until: "2026-02-20T00:00:00Z",
  "write-token": "fresh",
  year: "2026",
};

/**
 * Lines that try what a command offers: what it demands, then each further option alone, then all
 * that take a value; each without and with the arguments that may be left out.
 */
export function linesOf({ command, words }: LeafCommand, files: LineFiles): string[][] {
  const name = (option: Option): string => option.long?.slice(2) ?? "";
  const options = command.options.filter((option) => !AROUND.includes(name(option)));
  const demanded = options.filter(({ mandatory }) => mandatory);
  const others = options.filter(({ mandatory }) => !mandatory);
  const choices = [
    [],
    ...others.map((one) => [one]),
    others.filter(({ flags }) => flags.includes("<")),
  ];
  const value = (text: string): string => {
    if (text === "fresh") return files.fresh();
    return text === "there" ? files.there : text;
  };
  const word = (option: Option): string => {
    if (option.isBoolean()) return `--${name(option)}`;
    return `--${name(option)}=${value(option.argChoices?.[0] ?? OPTIONS[name(option)] ?? "x")}`;
  };
  const needed = command.registeredArguments.filter(({ required }) => required);
  return [needed, command.registeredArguments].flatMap((taken) =>
    choices.map((chosen) => [
      ...words.split(" "),
      ...[...demanded, ...chosen].map(word),
      ...taken.map((one) => {
        const named = one.name();
        if (named === "file") return words === "register export" ? files.fresh() : files.there;
        return one.argChoices?.[0] ?? ARGUMENTS[named] ?? "1";
      }),
    ]),
  );
}
