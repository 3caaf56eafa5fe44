import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { initExchange } from "../../../deploy/local/index.ts";
import { parseScenarioOptions } from "../../../scenario/options.ts";
import {
  type BadInputRow,
  badInputs,
  pathsBelow,
  type Told,
  toldByFault,
  tryBadInputs,
} from "../../support/bad-input.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";

let dir = "";
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-bad-commands-"));
  await initExchange({ dataDir: at("exchange"), participants: specsOf(["NE", "BR"]) });
  await mkdir(at("foreign"));
  await writeFile(at("foreign/notes.txt"), "mine");
  await writeFile(at("junk.bin"), "junk");
  await writeFile(at("good.yaml"), "- { id: NE, name: Niger, role: focal-point }\n");
  await writeFile(at("list.yaml"), "");
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const EXIT_OF: Readonly<Record<string, number>> = {
  USAGE: 2,
  INPUT_INVALID: 2,
  DATA_FOLDER: 3,
  UNAVAILABLE: 5,
};

/** Runs a command as a program does that reads JSON; the exit code must be that of the code. */
async function command(args: readonly string[]): Promise<Told> {
  const { code: exit, err, out } = await tracepostHere([...args, "--json"]);
  const { error } = JSON.parse(err) as { error: { code: string } };
  if (exit !== EXIT_OF[error.code]) return { code: `exit ${exit}`, text: err };
  // Results go to standard output: of what was refused there is none.
  return out === "" ? { code: error.code, text: err } : { code: "a result", text: out };
}

const seeHelp = (words: string): string => `tracepost ${words} --help`;
const data = (name: string): string[] => ["--data", at(name)];
const of = (id: string): string[] => ["--participant", id];

/** Arguments are made when the folder is there. */
const COMMANDS: readonly BadInputRow<() => readonly string[]>[] = [
  [
    "an unknown command",
    "USAGE",
    "exchnge",
    "unknown command",
    "tracepost --help",
    () => ["exchnge"],
  ],
  [
    "an unknown option",
    "USAGE",
    "--detatch",
    "unknown option",
    seeHelp("exchange up"),
    () => ["exchange", "up", ...data("exchange"), "--detatch"],
  ],
  [
    "an option left out",
    "USAGE",
    "--data",
    "required option",
    seeHelp("exchange up"),
    () => ["exchange", "up"],
  ],
  [
    "an argument left out",
    "USAGE",
    "case",
    "missing required",
    seeHelp("trace show"),
    () => ["trace", "show", ...data("exchange"), ...of("NE")],
  ],
  [
    "an argument too many",
    "USAGE",
    "inspect",
    "too many arguments",
    seeHelp("inspect"),
    () => ["inspect", "a", "b"],
  ],
  [
    "a limit of nothing",
    "USAGE",
    "--limit",
    "whole number",
    seeHelp("trace list"),
    () => ["trace", "list", ...data("exchange"), ...of("NE"), "--limit", "0"],
  ],
  [
    "a limit in words",
    "USAGE",
    "--limit",
    "whole number",
    seeHelp("trace list"),
    () => ["trace", "list", ...data("exchange"), ...of("NE"), "--limit", "ten"],
  ],
  [
    "a participant that is none",
    "USAGE",
    "ZZ",
    "no participant",
    "has NE, BR",
    () => ["trace", "list", ...data("exchange"), ...of("ZZ")],
  ],
  ["a rule that is none", "USAGE", "guess", "no rule", "rule list", () => ["rule", "guess"]],
  [
    "a folder that is not there",
    "DATA_FOLDER",
    "absent",
    "is not there",
    "exchange init",
    () => ["exchange", "status", ...data("absent")],
  ],
  [
    "a folder of somebody else",
    "DATA_FOLDER",
    "foreign",
    /not|no exchange/,
    /--data|another folder/,
    () => ["exchange", "up", ...data("foreign")],
  ],
  [
    "a folder that is in use",
    "DATA_FOLDER",
    "exchange",
    "already",
    /--data|another folder/,
    () => ["exchange", "init", ...data("exchange"), "--participants", at("good.yaml")],
  ],
  [
    "a message that is not there",
    "INPUT_INVALID",
    "absent.bin",
    "cannot be read",
    "path of a file",
    () => ["inspect", at("absent.bin")],
  ],
  [
    "a participants file that is not there",
    "INPUT_INVALID",
    "absent.yaml",
    "cannot be read",
    "--participants",
    () => ["exchange", "init", ...data("new"), "--participants", at("absent.yaml")],
  ],
];

tryBadInputs(
  "commands",
  badInputs(COMMANDS, (args) => command(args())),
  () => pathsBelow(dir),
);

const ENTRY = "- { id: NE, name: Niger, role: focal-point }";
const INSTRUMENT = (more: string) =>
  `- { id: NE, name: Niger, role: focal-point, instruments: [{ ${more} }] }`;

const PARTICIPANTS: readonly BadInputRow<string>[] = [
  ["nothing", "INPUT_INVALID", "line 1", "must be a list", "begin each entry", ""],
  ["an empty list", "INPUT_INVALID", "line 1", "is empty", "name at least one", "[]"],
  ["no list", "INPUT_INVALID", "line 1", "must be a list", "begin each entry", "id: NE"],
  ["a bracket left open", "INPUT_INVALID", "line 2", /flow|end/i, /participants/i, "- id: [NE\n"],
  ["a key twice", "INPUT_INVALID", "line 2", /unique/i, /participants/i, "- id: NE\n  id: BR"],
  [
    "a field nobody knows",
    "INPUT_INVALID",
    "colour",
    "is not known",
    "known are id",
    "- { id: NE, name: a, role: focal-point, colour: red }",
  ],
  [
    "no name",
    "INPUT_INVALID",
    "NE.name",
    "is missing",
    "write the name",
    "- { id: NE, role: focal-point }",
  ],
  [
    "no id",
    "INPUT_INVALID",
    "participants[0].id",
    "is no participant id",
    "write NE",
    "- { name: a, role: focal-point }",
  ],
  [
    "a code that is no State",
    "INPUT_INVALID",
    "XX.id",
    "no State code",
    "ISO 3166-1",
    "- { id: XX, name: a, role: focal-point }",
  ],
  [
    "a role that is none",
    "INPUT_INVALID",
    "NE.role",
    "must be one of",
    "focal-point",
    "- { id: NE, name: a, role: king }",
  ],
  [
    "the same twice",
    "INPUT_INVALID",
    "line 2",
    "stands in line 1",
    "keep one",
    `${ENTRY}\n${ENTRY}`,
  ],
  [
    "two focal points of a State",
    "INPUT_INVALID",
    "NE-POLICE",
    "a State has one",
    "has one",
    `${ENTRY}\n- { id: NE-POLICE, name: b, role: focal-point }`,
  ],
  [
    "a day that is none",
    "INPUT_INVALID",
    "since",
    "is no date",
    "YYYY-MM-DD",
    INSTRUMENT("instrument: ITI, boundness: party, since: 2010-02-30"),
  ],
  [
    "an end before the beginning",
    "INPUT_INVALID",
    "until",
    "must be after",
    "since",
    INSTRUMENT("instrument: ITI, boundness: party, since: 2010-01-01, until: 2009-01-01"),
  ],
  [
    "an instrument that is none",
    "INPUT_INVALID",
    "instrument",
    "must be one of",
    "FIREARMS_PROTOCOL",
    INSTRUMENT("instrument: X, boundness: party, since: 2010-01-01"),
  ],
];

tryBadInputs(
  "participants files (YAML)",
  badInputs(PARTICIPANTS, async (text) => {
    await writeFile(at("list.yaml"), text);
    return await command(["exchange", "init", ...data("new"), "--participants", at("list.yaml")]);
  }),
  () => pathsBelow(dir),
);

const SCENARIO: readonly BadInputRow<readonly string[]>[] = [
  ["an unknown option", "USAGE", "--twice", "Unknown option", "--once", ["--twice"]],
  [
    "an option without its value",
    "USAGE",
    "--input",
    "argument missing",
    "--input FILE",
    ["--input"],
  ],
  ["a value where none belongs", "USAGE", "--once", "does not take", "--once", ["--once=yes"]],
  ["a word by itself", "USAGE", "in.csv", "Unexpected argument", "--input FILE", ["in.csv"]],
];

tryBadInputs(
  "arguments of the scenario",
  badInputs(SCENARIO, (args) => toldByFault(() => parseScenarioOptions(args, dir))),
  () => pathsBelow(dir),
);
