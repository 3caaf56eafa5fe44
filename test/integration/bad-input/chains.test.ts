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
  const told = await ask({ path: "/v1/traces", json: meant("HELD 815") });
  if (told.code !== "201") throw new TypeError(told.text);
});

afterAll(async () => {
  await exchange?.stop();
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

/** A call, or words of the command line. */
interface Given {
  readonly path: string;
  readonly json: unknown;
}

async function ask({ json, path }: Given): Promise<Told> {
  const response = await fetch(`${door.url}${path}`, {
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
];

tryBadInputs("chains, HTTP", badInputs(BODIES, ask), remains);
tryBadInputs("chains, commands", badInputs(COMMANDS, command), remains);
