import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NAMED_TABLES } from "#statistics";
import { ExchangePaths, initExchange, parseParticipantsYaml } from "../../../deploy/local/index.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";

const ECOWAS = "regionalBodies: [{ body: ECOWAS, since: 1975-05-28";
const PEOPLE = `
- id: NE
  name: Focal point of NE (made up)
  role: focal-point
  languages: [fr]
  ${ECOWAS}, until: 2025-01-29 }]
  disclosures: [{ body: ECOWAS, aggregation: ROUTES }]
- id: NG
  name: Focal point of NG (made up)
  role: focal-point
  languages: [en]
  ${ECOWAS} }]
  disclosures:
    - { body: ECOWAS, aggregation: ROUTES }
    - { body: ECOWAS, aggregation: TIMELINESS }
- { id: BR, name: Focal point of BR (made up), role: focal-point, languages: [pt] }
- id: ORG-ECOWAS
  name: Monitor of ECOWAS (made up)
  role: regional-monitor
  languages: [en]
  ${ECOWAS} }]
`;

let folder = "";
let paths: ExchangePaths;
const file = (name: string) => join(folder, name);

async function run(...args: readonly string[]) {
  const { code, err, out } = await tracepost([...args, "--json"]);
  if (code !== 0) return { code, error: JSON.parse(err).error };
  return { code, json: JSON.parse(out) };
}

const explain = (...more: readonly string[]) =>
  run("disclosure", "explain", "--body", "ECOWAS", ...more);
const roots = () => paths.exchange.rootPublicKeys.flatMap((root) => ["--root", root]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-disclosure-"));
  await initExchange({ dataDir: file("exchange"), participants: parseParticipantsYaml(PEOPLE) });
  paths = new ExchangePaths(file("exchange"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("what a body sees, explained (TP-DISC-9)", () => {
  it("is told of all: who is fed, members, each State, and the pairs that are given", async () => {
    const { json } = await explain("--data", file("exchange"), "--at", "2026-03-01");
    expect(json).toMatchObject({
      at: "2026-03-01T00:00:00.000Z",
      body: "ECOWAS",
      registerVersion: "1",
      monitors: ["ORG-ECOWAS"],
      members: ["NG"],
      pairs: [{ what: "NE and NG", isGiven: true }],
    });
    const given = json.states.map(
      (one: { state: string; isMember: boolean; answers: Answer[] }) => [
        one.state,
        one.isMember,
        one.answers.flatMap(({ by, isGiven }) => (isGiven ? by.map(aggregationOf) : [])),
      ],
    );
    expect(given).toEqual([
      ["NE", false, ["ROUTES"]],
      ["NG", true, ["TIMELINESS", "ROUTES"]],
    ]);
  });

  it("goes by the members of the day", async () => {
    const { json } = await explain("--data", file("exchange"), "--at", "2024-12-31T23:00:00Z");
    expect(json.members).toEqual(["NE", "NG"]);
  });

  it("names what is missing, in words too", async () => {
    const one = ["--data", file("exchange"), "--pair", "NG,BR"];
    expect((await explain(...one)).json.pairs).toEqual([
      {
        what: "NG and BR",
        isGiven: false,
        by: [{ state: "NG", aggregation: "ROUTES" }],
        missing: [{ state: "BR", aggregation: "ROUTES" }],
        tables: [],
      },
    ]);
    const words = ["disclosure", "explain", "--body", "ECOWAS", "--data", file("exchange")];
    const { out } = await tracepost([...words, "--state", "NG", "--at", "2026-03-01"]);
    const timely = NAMED_TABLES.TIMELINESS.join(", ");
    expect(out.split("\n")).toEqual([
      expect.stringMatching(/^ECOWAS \(.+\) on 2026-03-01, by register version 1$/u),
      "  Fed to: ORG-ECOWAS",
      "  Members: NG",
      "  Sees sums over all members; they need no consent and name no State.",
      "NG",
      "  does not see VOLUMES of NG; missing consent of NG: VOLUMES to ECOWAS",
      "  does not see OUTCOMES of NG; missing consent of NG: OUTCOMES to ECOWAS",
      `  sees TIMELINESS of NG; consent of NG: TIMELINESS to ECOWAS; in ${timely} of each month`,
      "  does not see EVENTS of NG; missing consent of NG: EVENTS to ECOWAS",
      "  sees pairs of NG with each that consents too; consent of NG: ROUTES to ECOWAS; " +
        "in MESSAGES_BY_PAIR of each month",
      "Pairs",
      "  sees NE and NG; consent of NE: ROUTES to ECOWAS, NG: ROUTES to ECOWAS; " +
        "in MESSAGES_BY_PAIR of each month",
      "",
    ]);
    const other = await tracepost(words.with(3, "OAS"));
    expect(other.out).toContain("No participant stands for it");
    expect(other.out).toContain("Members: none");
  });

  it.each([
    ["no register", []],
    ["two registers", ["--data", "x", "--register", "y"]],
    ["a State and a pair", ["--data", "x", "--state", "NG", "--pair", "NE,NG"]],
    ["half a pair", ["--data", "x", "--pair", "NG"]],
    ["no day", ["--data", "x", "--at", "yesterday"]],
    ["a register without root keys", ["--register", "x"]],
  ])("refuses %s, and says what to write", async (_what, more) => {
    const { code, error } = await explain(...more);
    expect({ code, error: error.code }).toEqual({ code: 2, error: "USAGE" });
    expect(error.remedy).not.toBe("");
  });

  it("refuses a State without a focal point, with those that there are", async () => {
    const { code, error } = await explain("--data", file("exchange"), "--state", "KE");
    expect(code).toBe(2);
    expect(error).toMatchObject({
      message: "KE has no focal point in the register",
      remedy: "Register version 1 has: BR, NE, NG.",
    });
  });
});

describe("consents that a State gives and withdraws (TP-DISC-8)", () => {
  const disclose = (id: string, ...more: readonly string[]) =>
    run("participant", "disclose", id, "--draft", file("next"), ...more);

  it("are drafted, shown to who signs, and count with the version that is signed", async () => {
    await run("register", "draft", paths.exchange.bundle, "--out", file("next"));
    const change = ["--give", "ECOWAS:VOLUMES", "--withdraw", "ECOWAS:TIMELINESS"];
    expect((await disclose("NG", ...change, "--dry-run")).json.dryRun).toBe(true);
    const { json } = await disclose("NG", ...change);
    const lines = json.differences.find(({ about }: { about: string }) => about === "NG");
    expect(lines).toEqual({
      about: "NG",
      removed: [expect.stringMatching(/^lets ECOWAS .*see TIMELINESS$/u)],
      added: [expect.stringMatching(/^lets ECOWAS .*see VOLUMES$/u)],
    });
    const next = ["--register", file("next"), ...roots(), "--state", "NG"];
    expect(await explain(...next)).toMatchObject({ code: 6, error: { code: "VERIFICATION" } });
    for (const holder of [0, 1]) {
      const key = paths.exchange.rootKeys[holder] ?? "";
      const signed = ["register", "sign", file("next"), "--against", paths.exchange.bundle];
      expect((await run(...signed, "--key", key)).code).toBe(0);
    }
    const { json: told } = await explain(...next);
    expect(told.registerVersion).toBe("2");
    const answers: Answer[] = told.states[0].answers;
    expect(answers.flatMap(({ by }) => by.map(aggregationOf))).toEqual(["VOLUMES", "ROUTES"]);
  });

  it.each([
    ["nothing", "NG", []],
    ["an unknown body", "NG", ["--give", "NOWHERE:VOLUMES"]],
    ["an unknown aggregation", "NG", ["--give", "ECOWAS:EVERYTHING"]],
    ["no aggregation", "NG", ["--give", "ECOWAS:UNSPECIFIED"]],
    ["what is not given", "NG", ["--withdraw", "OAS:VOLUMES"]],
    ["a monitor", "ORG-ECOWAS", ["--give", "ECOWAS:VOLUMES"]],
    ["somebody unknown", "KE", ["--give", "ECOWAS:VOLUMES"]],
  ])("refuse %s, and say what to write", async (_what, id, more) => {
    const { code, error } = await disclose(id, ...more);
    expect({ code, error: error.code }).toEqual({ code: 2, error: "USAGE" });
    expect(error.remedy).not.toBe("");
  });
});

interface Answer {
  readonly isGiven: boolean;
  readonly by: readonly { readonly aggregation: string }[];
}

function aggregationOf({ aggregation }: { readonly aggregation: string }): string {
  return aggregation;
}
