import { Argument, type Command } from "commander";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { completionPlaces } from "../completion-model.ts";
import {
  COMPLETION_SHELLS,
  type CompletionShell,
  completionScript,
} from "../completion-scripts.ts";

const HELP = `
Prints a script that completes commands, options and values of closed lists. It is made from the
program itself, so make it again after an update.

Examples:
  source <(tracepost completion bash)
  source <(tracepost completion zsh)
  tracepost completion fish | source
  tracepost completion bash > ~/.local/share/bash-completion/completions/tracepost
`;

/** Adds `completion`: what a shell needs to complete the commands of `program`. */
export function addCompletion(program: Command, terminal: Terminal): void {
  const shells = new Argument("<shell>", "the shell that completes").choices(COMPLETION_SHELLS);
  const command = program
    .command("completion")
    .description("print a script that completes commands in a shell")
    .addArgument(shells)
    .addHelpText("after", HELP);
  addAction<OutputOptions>(command, terminal, (_options, shell) =>
    Promise.resolve(complete(program, shell as CompletionShell)),
  );
}

function complete(program: Command, shell: CompletionShell): CommandResult {
  const script = completionScript(shell, completionPlaces(program));
  return { json: { shell, script: `${script.join("\n")}\n` }, lines: script };
}
