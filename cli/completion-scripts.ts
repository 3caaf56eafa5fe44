import type { CompletionOption, CompletionPlace } from "./completion-model.ts";

/** A shell that completions are made for. */
export type CompletionShell = "bash" | "zsh" | "fish";

/** The shells, as `completion` takes them. */
export const COMPLETION_SHELLS: readonly CompletionShell[] = ["bash", "zsh", "fish"];

/** The script that teaches a shell the commands, options and closed lists of the program. */
export function completionScript(
  shell: CompletionShell,
  places: readonly CompletionPlace[],
): string[] {
  switch (shell) {
    case "bash":
      return bashScript(places);
    case "zsh":
      return zshScript(places);
    case "fish":
      return fishScript(places);
    default:
      return shell satisfies never;
  }
}

/** Text as one word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const wordsOf = (names: readonly string[]): string => quoted(names.join(" "));

/** Lines that walk over the words typed so far and leave the command they lead to in `place`. */
function walk(
  places: readonly CompletionPlace[],
  { word, until }: { word: string; until: string },
) {
  const known = places.slice(1).map(({ path }) => quoted(path));
  return [
    `  local place=tracepost i`,
    `  for ((i = ${until}; i++)); do`,
    `    case "$place ${word}" in`,
    `      ${known.join(" | \\\n      ")}) place="$place ${word}" ;;`,
    `    esac`,
    `  done`,
  ];
}

const valued = ({ options }: CompletionPlace): readonly CompletionOption[] =>
  options.filter(({ hasValue }) => hasValue);

function bashScript(places: readonly CompletionPlace[]): string[] {
  const reply = (words: readonly string[]): string =>
    `mapfile -t COMPREPLY < <(compgen -W ${wordsOf(words)} -- "$cur")`;
  const values = places.flatMap((place) =>
    valued(place).map(({ choices, name }) => {
      const given =
        choices === undefined ? 'mapfile -t COMPREPLY < <(compgen -f -- "$cur")' : reply(choices);
      return `    ${quoted(`${place.path}:${name}`)}) ${given}; return ;;`;
    }),
  );
  return [
    "# Completion of tracepost for bash. Load it with: source <(tracepost completion bash)",
    "_tracepost() {",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    ...walk(places, { word: "${COMP_WORDS[i]}", until: "1; i < COMP_CWORD" }),
    "  COMPREPLY=()",
    '  case "$place:$prev" in',
    ...values,
    "  esac",
    "  if [[ $cur == -* ]]; then",
    '    case "$place" in',
    ...places.map(({ options, path }) => {
      return `      ${quoted(path)}) ${reply(options.map(({ name }) => name))} ;;`;
    }),
    "    esac",
    "    return",
    "  fi",
    '  case "$place" in',
    ...places.flatMap(({ choices, commands, path }) => {
      const words = [...commands.map(({ name }) => name), ...choices];
      return words.length === 0 ? [] : [`    ${quoted(path)}) ${reply(words)} ;;`];
    }),
    "  esac",
    "}",
    "# Where nothing of ours fits, names of files do.",
    "complete -o default -F _tracepost tracepost",
  ];
}

function zshScript(places: readonly CompletionPlace[]): string[] {
  const described = (words: readonly { readonly name: string; readonly about: string }[]): string =>
    words.map(({ about, name }) => quoted(`${name}:${about}`)).join(" ");
  const values = places.flatMap((place) =>
    valued(place).map(({ choices, name }) => {
      const given =
        choices === undefined ? "_files" : `compadd -- ${choices.map(quoted).join(" ")}`;
      return `    ${quoted(`${place.path}:${name}`)}) ${given}; return ;;`;
    }),
  );
  return [
    "#compdef tracepost",
    "# Completion of tracepost for zsh. Load it with: source <(tracepost completion zsh)",
    "_tracepost() {",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    ...walk(places, { word: "${words[i]}", until: "2; i < CURRENT" }),
    "  local -a found",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    '  case "$place:${words[CURRENT - 1]}" in',
    ...values,
    "  esac",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    "  if [[ ${words[CURRENT]} == -* ]]; then",
    '    case "$place" in',
    ...places.map(({ options, path }) => `      ${quoted(path)}) found=(${described(options)}) ;;`),
    "    esac",
    "    _describe option found -o",
    "    return",
    "  fi",
    '  case "$place" in',
    ...places.flatMap(({ choices, commands, path }) => {
      const words = [...commands, ...choices.map((name) => ({ name, about: name }))];
      return words.length === 0 ? [] : [`    ${quoted(path)}) found=(${described(words)}) ;;`];
    }),
    "  esac",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    "  if ((${#found})); then _describe command found; else _files; fi",
    "}",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    'if [[ ${funcstack[1]-} == _tracepost ]]; then _tracepost "$@"',
    "else compdef _tracepost tracepost; fi",
  ];
}

/** Text as one word of fish, which knows backslashes within single quotes. */
const fishQuoted = (text: string): string =>
  `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function fishScript(places: readonly CompletionPlace[]): string[] {
  return [
    "# Completion of tracepost for fish. Load it with: tracepost completion fish | source",
    "function __tracepost_at",
    "    set -l place tracepost",
    "    for word in (commandline -opc)[2..-1]",
    '        switch "$place $word"',
    `            case ${places
      .slice(1)
      .map(({ path }) => fishQuoted(path))
      .join(" \\\n                ")}`,
    '                set place "$place $word"',
    "        end",
    "    end",
    '    test "$place" = "$argv[1]"',
    "end",
    ...places.flatMap(fishLines),
  ];
}

function fishLines({ choices, commands, options, path }: CompletionPlace): string[] {
  const at = `complete -c tracepost -n ${fishQuoted(`__tracepost_at "${path}"`)}`;
  return [
    ...commands.map(({ about, name }) => `${at} -f -a ${name} -d ${fishQuoted(about)}`),
    ...(choices.length === 0 ? [] : [`${at} -f -a ${fishQuoted(choices.join(" "))}`]),
    ...options.map(({ about, choices: values, hasValue, name }) => {
      const value = values === undefined ? "-r -F" : `-x -a ${fishQuoted(values.join(" "))}`;
      return `${at} -l ${name.slice(2)}${hasValue ? ` ${value}` : ""} -d ${fishQuoted(about)}`;
    }),
  ];
}
