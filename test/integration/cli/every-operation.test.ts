import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../../../cli/program.ts";
import { initExchange, startExchange } from "../../../deploy/local/index.ts";
import { leafCommands, linesOf } from "../../support/command-lines.ts";
import { ExampleDoor } from "../../support/example-door.ts";
import { SILENT_TERMINAL, tracepostHere as tracepost } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";

/** Operations that no person does from the command line, each with why. */
const WITHOUT_COMMAND: Readonly<Record<string, string>> = {
  reportEvents: "a program reports what the nats-server saw: `exchange up` or `exchange steward`",
  listForms: "`trace template` prints the same forms, and needs no service for it",
  importFirearms: "`register import` brings the same lines in pieces, and can go on",
  checkCsv: "`check --file FILE.csv` reads the table itself, and asks as JSON",
  showForm: "`trace template --form NAME` prints the same form",
};

/** Operations whose commands are still to come (docs/roadmap.md). */
const STILL_TO_COME: readonly string[] = ["publishRegister", "showRegister"];

let dir = "";
let file = "";
let files = 0;
/** By whose door it is. */
const doors = new Map<string, ExampleDoor>();
/** Operation → the commands that call it. */
const commandsOf = new Map<string, Set<string>>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-operations-"));
  // Some commands write into the folder they are started in.
  process.chdir(dir);
  file = join(dir, "there.jsonl");
  await writeFile(file, "{}\n");
  for (const [id, document] of await descriptions(join(dir, "exchange"))) {
    doors.set(id, await ExampleDoor.open(document));
  }
  for (const [id, door] of doors) await tryAll(id, door);
}, 240_000);

afterAll(async () => {
  process.chdir(import.meta.dirname);
  for (const door of doors.values()) await door.close();
  await rm(dir, { recursive: true, force: true });
});

/** What each kind of service says of itself. */
async function descriptions(dataDir: string): Promise<[string, object][]> {
  const monitor = { "ORG-ECOWAS": { role: "regional-monitor", state: "" } } as const;
  const participants = specsOf(["KE", "KE-CUSTOMS", "AT", "ORG-ECOWAS"], monitor);
  await initExchange({ dataDir, participants });
  const exchange = await startExchange({ dataDir });
  try {
    const urls = {
      "focal point": exchange.participants.get("KE")?.url,
      "border agency": exchange.participants.get("KE-CUSTOMS")?.url,
      "regional monitor": exchange.participants.get("ORG-ECOWAS")?.url,
      gateway: exchange.gateway.url,
    };
    const found: [string, object][] = [];
    for (const [id, url] of Object.entries(urls)) {
      found.push([id, (await (await fetch(`${url}/openapi.json`)).json()) as object]);
    }
    return found;
  } finally {
    await exchange.stop();
  }
}

/** Runs every line of every command that talks to a service, and notes what each called. */
async function tryAll(id: string, door: ExampleDoor): Promise<void> {
  const leaves = leafCommands(createProgram(SILENT_TERMINAL, false)).filter(({ command }) =>
    command.options.some(({ long }) => long === "--url"),
  );
  const fresh = (): string => {
    files += 1;
    return join(dir, `new-${files}.html`);
  };
  for (const leaf of leaves) {
    door.called.clear();
    for (const line of linesOf(leaf, { there: file, fresh })) {
      await tracepost([...line, "--url", door.url, "--json"], { token: "made-up" });
    }
    for (const operation of door.called) {
      const key = `${id} ${operation}`;
      commandsOf.set(key, (commandsOf.get(key) ?? new Set()).add(leaf.words));
    }
  }
}

describe("every operation of the HTTP APIs", () => {
  // TP-CLI-9
  it.each(["focal point", "border agency", "regional monitor", "gateway"])(
    "of the %s is called by a command (TP-CLI-9)",
    (id) => {
      const operations = doors.get(id)?.guarded ?? [];
      expect(operations.length).toBeGreaterThan(10);
      const without = operations.filter(
        (operation) =>
          !commandsOf.has(`${id} ${operation}`) &&
          !Object.hasOwn(WITHOUT_COMMAND, operation) &&
          !STILL_TO_COME.includes(operation),
      );
      expect(without).toEqual([]);
    },
  );

  it("is done by the command that is named for it", () => {
    const examples = [
      ["sendTrace", "trace send"],
      ["cancelAlert", "alert cancel"],
      ["setTargets", "clock target"],
      ["rotateWebhookSecret", "webhook rotate"],
    ] as const;
    for (const [operation, words] of examples) {
      expect([...(commandsOf.get(`focal point ${operation}`) ?? [])]).toContain(words);
    }
  });
});
