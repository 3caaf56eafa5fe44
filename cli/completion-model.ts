import type { Command, Option } from "commander";

/** A name that can be typed next, and what it is; made from the commands (TP-CLI-7). */
export interface CompletionWord {
  readonly name: string;
  readonly about: string;
}

/** An option as shells complete it. */
export interface CompletionOption extends CompletionWord {
  /** With its dashes, such as `--data`. */
  readonly name: string;
  /** Whether a value follows. */
  readonly hasValue: boolean;
  /** Values of a closed list; undefined for any value, which is taken for a file. */
  readonly choices: readonly string[] | undefined;
}

/** A command as shells complete it. */
export interface CompletionPlace {
  /** Words that lead to it, such as `tracepost user add`. */
  readonly path: string;
  readonly commands: readonly CompletionWord[];
  readonly options: readonly CompletionOption[];
  /** Values of its first argument, where they are a closed list. */
  readonly choices: readonly string[];
}

/** Every command of a program in the order of its help; made from the program itself. */
export function completionPlaces(program: Command): CompletionPlace[] {
  return placesBelow(program, program.name());
}

function placesBelow(command: Command, path: string): CompletionPlace[] {
  const help = command.createHelp();
  const visible = help.visibleCommands(command);
  const place: CompletionPlace = {
    path,
    commands: visible.map((each) => ({ name: each.name(), about: each.description() })),
    options: help.visibleOptions(command).flatMap(optionOf),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  };
  const below = visible
    .filter((each) => command.commands.includes(each))
    .flatMap((each) => placesBelow(each, `${path} ${each.name()}`));
  return [place, ...below];
}

function optionOf(option: Option): CompletionOption[] {
  if (option.long === undefined || option.long === null) return [];
  const { argChoices, description, long, optional, required } = option;
  // A value that may be left out is never waited for.
  const hasValue = required && !optional;
  return [{ name: long, about: description, hasValue, choices: argChoices }];
}
