import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { readStart as readGatewayStart } from "../../../gateway/config.ts";
import { COLUMNS, readRecoveredFile } from "../../../scenario/recovered-file.ts";
import { readStart as readFocalPointStart } from "../../../services/focal-point/config.ts";
import {
  type BadInputRow,
  badInputs,
  pathsBelow,
  toldByFault,
  tryBadInputs,
} from "../../support/bad-input.ts";

let dir = "";
const at = (name: string): string => join(dir, name);
const remains = () => pathsBelow(dir);

const GOOD = {
  participant: "NE",
  answering: "officer",
  dataDir: ".",
  natsUrl: "nats://127.0.0.1:4222",
  credsFile: "nats.creds",
  registerFile: "register.bin",
  rootPublicKeyFiles: ["root.pub"],
  keysDir: "keys",
  apiTokenFile: "api.token",
  http: { host: "127.0.0.1", port: 0 },
  logLevel: "info",
};
const { answering: _a, participant: _p, ...GOOD_GATEWAY } = GOOD;
const CHAIN = /Correct|exchange init/;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-bad-input-"));
  await mkdir(at("folder"));
  for (const name of ["config.json", "in.csv"]) {
    await writeFile(at(name), "", { mode: 0o600 });
  }
});

afterAll(() => rm(dir, { recursive: true, force: true }));

/** A file of this content, or one that is there under another name. */
interface FileInput {
  readonly text?: string | Uint8Array;
  readonly name?: string;
}

async function inFile(name: string, given: FileInput): Promise<string> {
  if (given.text !== undefined) await writeFile(at(name), given.text, { mode: 0o600 });
  return at(given.name ?? name);
}

const HEADER = COLUMNS.join(",");
const csv = (...lines: string[]): FileInput => ({ text: `${[HEADER, ...lines].join("\n")}\n` });
const MEND = /Mend these lines/;

const CSV: readonly BadInputRow<FileInput>[] = [
  ["no file", "INPUT_INVALID", "absent.csv", "ENOENT", "--input", { name: "absent.csv" }],
  ["a folder", "INPUT_INVALID", "cannot be read", "EISDIR", "--input", { name: "folder" }],
  ["an empty file", "INPUT_INVALID", "line 1", "found nothing", HEADER, { text: "" }],
  ["another header", "INPUT_INVALID", "line 1", "found ref,make", HEADER, { text: "ref,make\n" }],
  ["an open quote", "INPUT_INVALID", "line 2", "CSV_QUOTE", "Check the quotes", csv('"A-1,GLOCK')],
  ["no UTF-8", "INPUT_INVALID", "in.csv", "is not UTF-8", "in UTF-8", { text: Buffer.of(0xff) }],
  ["fields missing", "INPUT_INVALID", "line 2", "wrongFieldCount", MEND, csv("A-1,GLOCK")],
  [
    "a comma unquoted",
    "INPUT_INVALID",
    "line 2",
    "found 9",
    "quote a field",
    csv("A,B,C,D,,,,USA,"),
  ],
  ["no reference", "INPUT_INVALID", "ref", "missing", "reference of its own", csv(",G,1,9,,,,USA")],
  [
    "a reference twice",
    "INPUT_INVALID",
    "line 3, ref",
    "doubled",
    "stands on line 2",
    csv("A,G,1,9,,,,USA", "A,G,2,9,,,,USA"),
  ],
  [
    "a day that is none",
    "INPUT_INVALID",
    "recovery_date",
    "notADate",
    "YYYY-MM-DD",
    csv("A,G,1,9,,2025-02-30,,USA"),
  ],
  [
    "an unknown State",
    "INPUT_INVALID",
    "recovered_in",
    "unknownState",
    "alpha-3",
    csv("A,G,1,9,,,,QQQ"),
  ],
  ["no State", "INPUT_INVALID", "recovered_in", "missing", "alpha-3", csv("A,G,1,9,,,,")],
  [
    "a serial number that is too long",
    "INPUT_INVALID",
    "serial_number",
    "tooLong",
    "at most",
    csv(`A,G,${"1".repeat(500)},9,,,,USA`),
  ],
];

tryBadInputs(
  "CSV of recovered firearms",
  badInputs(CSV, async (given) => {
    const file = await inFile("in.csv", given);
    return await toldByFault(() => readRecoveredFile(file));
  }),
  remains,
);

interface ConfigInput extends FileInput {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const changed = (changes: object): ConfigInput => ({
  text: JSON.stringify({ ...GOOD, ...changes }),
});
const changedGateway = (changes: object): ConfigInput => ({
  text: JSON.stringify({ ...GOOD_GATEWAY, ...changes }),
});
const CRASH = { env: { TRACEPOST_CRASH_AT: "nowhere" } };

const FOCAL_POINT: readonly BadInputRow<ConfigInput>[] = [
  ["no argument", "USAGE", "--config", "usage", "exchange init", { args: [] }],
  ["another argument", "USAGE", "--config", "usage", "exchange init", { args: ["--conf", "x"] }],
  [
    "no file",
    "CONFIG_INVALID",
    "absent.json",
    "cannot be read",
    "Check the path",
    { name: "absent.json" },
  ],
  ["no JSON", "CONFIG_INVALID", "config.json", "is not JSON", CHAIN, { text: "participant: NE" }],
  ["no object", "CONFIG_INVALID", "config.json", "object", CHAIN, { text: "[]" }],
  [
    "a field missing",
    "CONFIG_INVALID",
    "natsUrl",
    "is required",
    CHAIN,
    changed({ natsUrl: undefined }),
  ],
  [
    "a field nobody knows",
    "CONFIG_INVALID",
    "colour",
    "not a known",
    CHAIN,
    changed({ colour: 1 }),
  ],
  [
    "another scheme",
    "CONFIG_INVALID",
    "natsUrl",
    "pattern",
    CHAIN,
    changed({ natsUrl: "http://x" }),
  ],
  [
    "no root key",
    "CONFIG_INVALID",
    "rootPublicKeyFiles",
    /fewer|items/,
    CHAIN,
    changed({ rootPublicKeyFiles: [] }),
  ],
  [
    "a port as text",
    "CONFIG_INVALID",
    "http.port",
    "integer",
    CHAIN,
    changed({ http: { host: "x", port: "1" } }),
  ],
  [
    "nobody answering",
    "CONFIG_INVALID",
    "answering",
    "officer, register",
    CHAIN,
    changed({ answering: "me" }),
  ],
  [
    "a wait of nothing",
    "CONFIG_INVALID",
    "resendFirstMs",
    ">= 100",
    CHAIN,
    changed({ resendFirstMs: 1 }),
  ],
  [
    "a crash point that is none",
    "USAGE",
    "TRACEPOST_CRASH_AT",
    "nowhere",
    "Unset",
    { ...changed({}), ...CRASH },
  ],
];

const GATEWAY: readonly BadInputRow<ConfigInput>[] = [
  ["no argument", "USAGE", "--config", "usage", "exchange init", { args: [] }],
  [
    "a port of its own that is none",
    "USAGE",
    "--port",
    "0..65535",
    "exchange init",
    { args: ["--config", "x", "--port", "70000"] },
  ],
  [
    "no file",
    "CONFIG_INVALID",
    "absent.json",
    "cannot be read",
    "Check the path",
    { name: "absent.json" },
  ],
  ["no JSON", "CONFIG_INVALID", "config.json", "is not JSON", CHAIN, { text: "{" }],
  [
    "a port beyond all",
    "CONFIG_INVALID",
    "http.port",
    "65535",
    CHAIN,
    changedGateway({ http: { host: "x", port: 70_000 } }),
  ],
  [
    "a field of a focal point",
    "CONFIG_INVALID",
    "answering",
    "not a known",
    CHAIN,
    changedGateway({ answering: "officer" }),
  ],
  [
    "a level that is none",
    "CONFIG_INVALID",
    "logLevel",
    "must be one of",
    CHAIN,
    changedGateway({ logLevel: "loud" }),
  ],
  [
    "a crash point that is none",
    "USAGE",
    "TRACEPOST_CRASH_AT",
    "nowhere",
    "Unset",
    { ...changedGateway({}), ...CRASH },
  ],
];

for (const [where, rows, readStart] of [
  ["configuration of a focal point", FOCAL_POINT, readFocalPointStart],
  ["configuration of a gateway", GATEWAY, readGatewayStart],
] as const) {
  tryBadInputs(
    where,
    badInputs(rows, async (given) => {
      const file = await inFile("config.json", given);
      return await toldByFault(() => readStart(given.args ?? ["--config", file], given.env ?? {}));
    }),
    remains,
  );
}
