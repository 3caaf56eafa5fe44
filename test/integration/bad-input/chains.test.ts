import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { type BadInputRow, badInputs, type Told, tryBadInputs } from "../../support/bad-input.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { openCaseworkDoors } from "../../support/test-doors.ts";
import { traceBody } from "../../support/trace-body.ts";

let dataDir = "";
let exchange: RunningExchange;
let door: { readonly url: string; readonly token: string };

const meant = (serial: string) => ({ ...traceBody({ to: "AT", serial }), status: "ACTUAL" });

beforeAll(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-bad-chains-")), "data");
  await initExchange({ dataDir, participants: specsOf(["US", "AT"]) });
  exchange = await startExchange({ dataDir });
  door = (await openCaseworkDoors(exchange))("US");
  await openCase("onExchange", meant("HELD 815"));
  await openCase("byLetter", { ...meant("HELD 816"), to: "ML", offExchange: true });
});

afterAll(async () => {
  await exchange?.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

/** Cases that are there, by what stands for them in a path. */
const cases: Record<string, string> = {};

async function openCase(name: string, json: object): Promise<void> {
  const { code, text } = await ask({ path: "/v1/traces", json });
  if (code !== "201") throw new TypeError(text);
  cases[name] = JSON.parse(text).caseId;
}

/** A call, or words of the command line. */
interface Given {
  readonly path: string;
  readonly json: unknown;
}

async function ask({ json, path }: Given): Promise<Told> {
  const filled = path.replace(/\$(\w+)/u, (_, name: string) => cases[name] ?? "");
  const response = await fetch(`${door.url}${filled}`, {
    method: "POST",
    body: JSON.stringify(json),
    headers: { authorization: `Bearer ${door.token}`, "content-type": "application/json" },
  });
  const text = await response.text();
  return { code: response.ok ? `${response.status}` : JSON.parse(text).code, text };
}

async function remains(): Promise<unknown> {
  const headers = { authorization: `Bearer ${door.token}` };
  const { traces } = await (await fetch(`${door.url}/v1/traces`, { headers })).json();
  return traces.map(({ caseId }: { caseId: string }) => caseId);
}

const askWhom = (json: object): Given => ({ path: "/v1/traces/ask-whom", json });
const send = (serial: string, more: object = {}): Given => {
  return { path: "/v1/traces", json: { ...meant(serial), ...more } };
};
const EACH = "Correct every field";
const FIX = "Correct";
const WHY = "despite: true with despiteReason";

const BODIES: readonly BadInputRow<Given>[] = [
  ["a firearm that is none", "INPUT_INVALID", "firearm", "object", EACH, askWhom({ firearm: 1 })],
  [
    "a maker in no State",
    "INPUT_INVALID",
    "firearm.countryOfManufacture",
    "is no ISO 3166-1 or 3166-3 code",
    EACH,
    askWhom({ firearm: { countryOfManufacture: "QQ" } }),
  ],
  [
    "an import into a State that is gone",
    "INPUT_INVALID",
    "firearm.importMark.country",
    "is no ISO 3166-1 alpha-2 code",
    EACH,
    askWhom({ importMarks: [{ country: "SU" }] }),
  ],
  [
    "a year before firearms were marked",
    "INPUT_INVALID",
    "yearOfManufacture",
    ">= 1500",
    EACH,
    askWhom({ yearOfManufacture: 12 }),
  ],
  [
    "found in no State",
    "INPUT_INVALID",
    "recoveryCountry",
    "is no ISO 3166-1 alpha-2 code",
    EACH,
    askWhom({ recoveryCountry: "QQ" }),
  ],
  ["a question nobody knows", "INPUT_INVALID", "who", "not a known", EACH, askWhom({ who: 1 })],
  [
    "a firearm that is in another case",
    "SAME_FIREARM",
    "request.firearm.serialRaw",
    "same make and serial number",
    WHY,
    send("held-815"),
  ],
  [
    "a firearm that is read alike in another case",
    "SAME_FIREARM",
    "request.firearm.serialRaw",
    "read alike",
    WHY,
    send("HELD 8I5"),
  ],
  [
    "a second request without a reason",
    "INPUT_INVALID",
    "despiteReason",
    "at least 20 characters",
    EACH,
    send("HELD 815", { despite: true }),
  ],
  [
    "a second request with a reason that says nothing",
    "INPUT_INVALID",
    "despiteReason",
    "at least 20 characters",
    EACH,
    send("HELD 815", { despite: true, despiteReason: "just so" }),
  ],
];

const letter = { channel: "POST", reference: "R-1", dispatchedOn: "2026-02-03" };
const dispatched = (changes: object, name = "byLetter"): Given => ({
  path: `/v1/traces/$${name}/dispatched`,
  json: { ...letter, ...changes },
});
const came = { channel: "POST", reference: "A-1", receivedOn: "2026-03-01" };
const final = { final: { outcome: "NO_RECORD" } };
const entered = (changes: object, name = "byLetter"): Given => ({
  path: `/v1/traces/$${name}/entered-answer`,
  json: { ...came, reply: final, ...changes },
});

const LETTERS: readonly BadInputRow<Given>[] = [
  [
    "a letter to a State on the exchange",
    "BODY_INVALID",
    "offExchange",
    "is on the exchange as AT",
    "leave offExchange out",
    send("NEW 1", { offExchange: true }),
  ],
  [
    "a letter to no State",
    "RECIPIENT_UNKNOWN",
    "to",
    "ISO 3166-1 alpha-2",
    "Use a participant id",
    send("NEW 2", { to: "QQ", offExchange: true }),
  ],
  [
    "a message to a State off the exchange",
    "RECIPIENT_UNKNOWN",
    "to",
    "not in the register",
    "offExchange: true",
    send("NEW 3", { to: "ML" }),
  ],
  [
    "a channel of no list",
    "INPUT_INVALID",
    "channel",
    "must be one of",
    EACH,
    dispatched({ channel: "PIGEON" }),
  ],
  [
    "no reference",
    "INPUT_INVALID",
    "reference",
    /1 char|fewer|min/u,
    EACH,
    dispatched({ reference: "" }),
  ],
  [
    "a day that is none",
    "INPUT_INVALID",
    "dispatchedOn",
    "day of the calendar",
    EACH,
    dispatched({ dispatchedOn: "2026-02-30" }),
  ],
  [
    "a day to come",
    "INPUT_INVALID",
    "dispatchedOn",
    "in the future",
    EACH,
    dispatched({ dispatchedOn: "2099-01-01" }),
  ],
  [
    "a letter of a case on the exchange",
    "NOT_BY_LETTER",
    "",
    "on the exchange",
    "by messages",
    dispatched({}, "onExchange"),
  ],
  ["a letter of no case", "NOT_FOUND", "", "no such thing", "Check", dispatched({}, "none")],
  [
    "an answer before the letter left",
    "ILLEGAL_MOVE",
    "DRAFT",
    "does not allow",
    "state of the case",
    entered({}),
  ],
  [
    "a follow-up to a State off the exchange without its letter",
    "INPUT_INVALID",
    "byLetter",
    "not on the exchange",
    "channel, reference and dispatchedOn",
    { path: "/v1/traces/$byLetter/follow-up", json: { reminder: {} } },
  ],
  [
    "an enclosure of a follow-up by letter",
    "INPUT_INVALID",
    "attachments",
    "with the letter itself",
    EACH,
    {
      path: "/v1/traces/$byLetter/follow-up",
      json: { reminder: {}, byLetter: letter, attachments: [] },
    },
  ],
  ["an empty answer", "INPUT_INVALID", "reply", "exactly one", EACH, entered({ reply: {} })],
  [
    "an answer that leads nowhere",
    "BODY_INVALID",
    "nextState",
    /./,
    FIX,
    entered({ reply: { final: { outcome: "EXPORTED_ONWARD" } } }),
  ],
  [
    "an answer that came tomorrow",
    "INPUT_INVALID",
    "receivedOn",
    "in the future",
    EACH,
    entered({ receivedOn: "2099-01-01" }),
  ],
  [
    "an answer entered to a case on the exchange",
    "NOT_BY_LETTER",
    "",
    "on the exchange",
    "by messages",
    entered({}, "onExchange"),
  ],
];

/** Runs a command as a program does that reads JSON. */
async function command(args: readonly string[]): Promise<Told> {
  const { err, out } = await tracepostHere([...args, "--json"]);
  if (out !== "") return { code: "a result", text: out };
  return { code: JSON.parse(err).error.code, text: err };
}

const whom = (...words: string[]) => ["trace", "ask-whom", ...words, "--url", "http://127.0.0.1:1"];

const COMMANDS: readonly BadInputRow<readonly string[]>[] = [
  ["nothing that is marked", "USAGE", "marked", "not said", "--made-in", whom()],
  [
    "a file and marks",
    "USAGE",
    "file",
    "both given",
    "--made-in",
    whom("request.yaml", "--made-in", "AT"),
  ],
  [
    "a year that is none",
    "USAGE",
    "--imported",
    "four digits",
    "Write it as 2005",
    whom("--imported", "US:05"),
  ],
  [
    "a letter in no language of ours",
    "USAGE",
    "--language",
    "is invalid",
    "tracepost trace letter --help",
    ["trace", "letter", "x", "--language", "la"],
  ],
  [
    "a letter by pigeon",
    "USAGE",
    "--channel",
    "is invalid",
    "tracepost trace dispatched --help",
    ["trace", "dispatched", "x", "--channel", "pigeon", "--reference", "R", "--on", "2026-02-03"],
  ],
];

tryBadInputs("chains, HTTP", badInputs(BODIES, ask), remains);
tryBadInputs("letters, HTTP", badInputs(LETTERS, ask), remains);
tryBadInputs("chains, commands", badInputs(COMMANDS, command), remains);
