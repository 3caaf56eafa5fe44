import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { type CommandEnd, tracepost as tracepostAlone } from "../../support/run-command.ts";
import { traceBody } from "../../support/trace-body.ts";

let dir = "";
let data = "";
let exchange: RunningExchange;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-traces-"));
  data = join(dir, "exchange");
  const [us, at, it_] = specsOf(["US", "AT", "IT"]);
  if (us === undefined || at === undefined || it_ === undefined) throw new TypeError("no specs");
  const participants = [us, at, { ...it_, answering: "officer" as const }];
  await initExchange({ dataDir: data, participants });
  exchange = await startExchange({ dataDir: data });
  for (const [id, role] of [
    ["US", "FOCAL_POINT_OFFICER"],
    ["IT", "FOCAL_POINT_SUPERVISOR"],
  ] as const) {
    const user = ["user", "add", "desk-7", "--name", "Desk 7 (made up)", "--role", role];
    await json([...user, "--data", data, "--participant", id]);
  }
});

afterAll(async () => {
  await exchange?.stop();
  await rm(dir, { recursive: true, force: true });
});

const us = () => ["--data", data, "--participant", "US"];
const inItaly = () => ["--data", data, "--participant", "IT"];
const italy = () => [...inItaly(), "--user", "desk-7"];
const errorOf = (end: CommandEnd) => JSON.parse(end.err).error;

async function json(args: readonly string[], code = 0) {
  const end = await tracepost([...args, "--json"]);
  expect(end, end.err).toMatchObject({ code, err: "" });
  return JSON.parse(end.out);
}

async function write(name: string, value: unknown): Promise<string> {
  const file = join(dir, name);
  await writeFile(file, name.endsWith(".json") ? JSON.stringify(value) : stringify(value));
  return file;
}

const request = (to: string, serial: string, change: object = {}) => {
  const body = traceBody({ to, serial });
  return { ...body, request: { ...body.request, nationalCaseNumber: `US/${serial}`, ...change } };
};

describe("trace send", () => {
  // TP-CLI-5
  it("sends a YAML file, waits for the receipts and prints them", async () => {
    const file = await write("first.yaml", request("AT", "FIRST-1"));
    const end = await tracepostAlone(["trace", "send", file, ...us(), "--wait"]);
    expect(end, end.err).toMatchObject({ code: 0, err: "" });
    expect(end.out).toMatch(/^Sent: case [0-9a-f-]{36}\.$/mu);
    expect(end.out).toMatch(/Z {2}accepted by the exchange, log entry \d+$/mu);
    expect(end.out).toMatch(/Z {2}delivered: AT opened and kept it$/mu);
    expect(end.out).toContain(`tracepost trace show `);
  });

  // TP-CLI-4
  it("sends the same file once, and another key again", async () => {
    const file = await write("once.json", request("AT", "ONCE-1"));
    const send = ["trace", "send", file, ...us()];
    const first = await json(send);
    expect(first).toMatchObject({ isNew: true, state: "SUBMITTED" });
    const again = await json(send);
    expect(again).toMatchObject({ isNew: false, caseId: first.caseId, key: first.key });
    expect((await tracepost(send)).out).toMatch(/^Sent before: case .* nothing was sent again/u);
    const other = await json([...send, "--key", "another"]);
    expect(other).toMatchObject({ isNew: true });
    expect(other.caseId).not.toBe(first.caseId);
  });

  it("names every field that is wrong, with its rule and what to do, and sends nothing", async () => {
    const change = { legalJustification: "", officerRef: "" };
    const file = await write("incomplete.yaml", request("AT", "BAD-1", change));
    const end = await tracepost(["trace", "send", file, ...us(), "--json"]);
    expect(end).toMatchObject({ code: 2, out: "" });
    expect(errorOf(end)).toMatchObject({
      code: "BODY_INVALID",
      fields: [
        { field: "request.officerRef", rule: "missing", remedy: "Fill it in." },
        { field: "request.legalJustification", rule: "missing", remedy: "Fill it in." },
      ],
    });
    const none = await tracepost(["trace", "list", ...us(), "--json"]);
    expect(none.out).not.toContain("US/BAD-1");
  });

  it.each([
    ["broken.json", '{"to": ', /is no JSON/u],
    ["broken.yaml", "to: [AT\n", /is no YAML: .*line/u],
    ["twice.yaml", "to: AT\nto: IT\n", /is no YAML: Map keys must be unique/u],
    ["list.yaml", "- to: AT\n", /holds no fields/u],
    ["empty.yaml", "", /holds no fields/u],
    ["latin.yaml", Buffer.from([0x74, 0x6f, 0x3a, 0x20, 0xe9]), /not text in UTF-8/u],
    ["large.yaml", "x".repeat(300_000), /longer than 262144 bytes/u],
  ])("takes no %s, and says why", async (name, content, message) => {
    const file = join(dir, name);
    await writeFile(file, content);
    const end = await tracepost(["trace", "send", file, ...us()]);
    expect(end, end.err).toMatchObject({ code: 2, out: "" });
    expect(end.err).toMatch(message);
  });
});

describe("trace check", () => {
  it("says that a request can be sent, how complete it is and how to send it", async () => {
    const file = await write("good.yaml", request("AT", "GOOD-1"));
    const { code, out } = await tracepost(["trace", "check", file, ...us()]);
    expect(code).toBe(0);
    expect(out).toMatch(/^It can be sent\.$/mu);
    expect(out).toMatch(/^Complete to \d+ of \d+ points/mu);
    expect(out).toContain(`tracepost trace send ${file}`);
  });

  it("lists what is wrong, worst first, with exit code 2, and keeps nothing", async () => {
    const file = await write("worse.yaml", request("AT", "WORSE-1", { officerRef: "" }));
    const { code, out } = await tracepost(["trace", "check", file, ...us()]);
    expect(code).toBe(2);
    expect(out).toContain("It cannot be sent as it is.");
    expect(out).toContain("  error: request.officerRef: missing (Fill it in.)");
    expect((await tracepost(["trace", "list", ...us()])).out).not.toContain("WORSE-1");
  });
});

describe("trace reply", () => {
  it("acknowledges, then answers; the asking State sees both", async () => {
    const file = await write("asked.yaml", request("IT", "ASKED-1"));
    const { caseId } = await json(["trace", "send", file, ...us(), "--wait"]);
    const reply = ["trace", "reply", "US/ASKED-1", ...italy()];
    const acknowledged = await json([...reply, "--acknowledge", "IT/2026/3", "--wait"]);
    expect(acknowledged).toMatchObject({ caseId, state: "ACKNOWLEDGED" });
    const answer = await write("answer.yaml", {
      sourceNote: "Made up for a test",
      final: {
        outcome: "NO_RECORD",
        remarks: "Not found (made up)",
        answers: [{ question: "LAST_LEGAL_HOLDER", answer: "Not known", status: "NOT_KNOWN" }],
      },
    });
    const answered = ["trace", "reply", caseId.slice(0, 30), answer, ...italy(), "--wait"];
    const { code, err, out } = await tracepost(answered);
    expect(code, err).toBe(0);
    expect(out).toContain(`Sent: case ${caseId} stands at ANSWERED.`);
    expect(out).toContain("delivered: US opened and kept it");
    const again = await tracepost([...answered, "--json"]);
    expect(again.code).toBe(2);
    expect(errorOf(again)).toMatchObject({ code: "ILLEGAL_MOVE" });
  });

  it("refuses with a ground of the closed list", async () => {
    const file = await write("refused.yaml", request("IT", "REFUSED-1"));
    await json(["trace", "send", file, ...us(), "--wait"]);
    const reply = ["trace", "reply", "US/REFUSED-1", ...italy(), "--refuse"];
    const unknown = await tracepost([...reply, "BECAUSE"]);
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain("Allowed choices are");
    const silent = await tracepost([...reply, "NATIONAL_SECURITY", "--json"]);
    expect(errorOf(silent)).toMatchObject({ code: "BODY_INVALID" });
    const why = ["--explanation", "It would show a source (made up)."];
    const held = await json([...reply, "NATIONAL_SECURITY", ...why]);
    expect(held).toMatchObject({ state: "PENDING", reasons: ["REFUSAL"] });
    const user = ["user", "add", "desk-8", "--name", "Desk 8 (made up)"];
    await json([...user, "--role", "FOCAL_POINT_SUPERVISOR", ...inItaly()]);
    const release = ["release", "confirm", held.releaseId, ...inItaly()];
    expect(errorOf(await tracepost([...release, "--user", "desk-7", "--json"]))).toMatchObject({
      code: "SAME_PERSON",
    });
    const confirmed = await json([...release, "--user", "desk-8"]);
    expect(confirmed).toMatchObject({ state: "REFUSED", release: { decidedBy: "desk-8" } });
    const listed = ["release", "list", "--state", "RELEASED", ...inItaly(), "--user", "desk-8"];
    expect(await json(listed)).toMatchObject({ releases: [{ releaseId: held.releaseId }] });
  });

  it.each([
    [["x"], /One message at a time/u],
    [["x", "FILE", "--acknowledge", "a"], /One message at a time/u],
    [["x", "FILE", "--expected-by", "2099-01-01T00:00:00Z"], /belongs to --acknowledge/u],
    [["x", "--acknowledge", "a", "--explanation", "b"], /belongs to --delay or --refuse/u],
    [["no-such-case", "--acknowledge", "a"], /no case here: no-such-case/u],
  ])("with %j hears what is wrong, and nothing is sent", async (args, message) => {
    const end = await tracepost(["trace", "reply", ...args, ...italy()]);
    expect(end, end.err).toMatchObject({ code: 2, out: "" });
    expect(end.err).toMatch(message);
  });
});

describe("trace follow-up (TP-MOVE-25)", () => {
  it("gives what was asked for, and both say what is next", async () => {
    const file = await write("asked-back.yaml", request("IT", "BACK-1"));
    await json(["trace", "send", file, ...us(), "--wait"]);
    const reply = ["trace", "reply", "US/BACK-1", ...italy()];
    await json([...reply, "--acknowledge", "IT/2026/9", "--wait"]);
    const asked = await tracepost([...reply, "--ask", "An 8 or a B?", "--wait"]);
    expect(asked.code, asked.err).toBe(0);
    expect(asked.out).toContain("stands at INFORMATION_REQUESTED.");
    expect(asked.out).toContain("Next: the other State is to act; open to you: nothing.");
    const shown = await tracepost(["trace", "show", "US/BACK-1", ...us()]);
    expect(shown.out).toContain("An 8 or a B?");
    expect(shown.out).toContain("--inform TEXT --data");
    const followUp = ["trace", "follow-up", "US/BACK-1", ...us()];
    const given = await json([...followUp, "--inform", "An 8.", "--key", "once", "--wait"]);
    expect(given).toMatchObject({ state: "IN_PROGRESS", next: { turn: "requested" } });
    const again = await json([...followUp, "--inform", "An 8.", "--key", "once"]);
    expect(again.messageId).toBe(given.messageId);
  });

  it.each([
    [["x"], /One message at a time/u],
    [["x", "--remind", "--inform", "a"], /One message at a time/u],
    [["x", "--remind", "--established-by", "TRACE"], /belongs to --close/u],
    [["x", "--withdraw", "BORED"], /Allowed choices are/u],
  ])("with %j hears what is wrong, and nothing is sent", async (args, message) => {
    const end = await tracepost(["trace", "follow-up", ...args, ...us()]);
    expect(end, end.err).toMatchObject({ code: 2, out: "" });
    expect(end.err).toMatch(message);
  });
});

describe("trace show and trace list", () => {
  const remote = (id: string) => {
    const token = join(data, `participants/${id}/tokens/desk-7.token`);
    return ["--url", exchange.participants.get(id)?.url ?? "", "--token-file", token];
  };

  // TP-CLI-6
  it("give the same value from the store and over HTTP, on both sides of a case", async () => {
    const file = await write("same.yaml", request("IT", "SAME-1"));
    await json(["trace", "send", file, ...us(), "--wait"]);
    const reply = ["trace", "reply", "US/SAME-1", ...italy(), "--acknowledge", "IT/2026/4"];
    await json([...reply, "--wait"]);
    for (const [id, stored] of [
      ["US", us()],
      ["IT", inItaly()],
    ] as const) {
      const show = ["trace", "show", "US/SAME-1"];
      expect(await json([...show, ...remote(id)])).toEqual(await json([...show, ...stored]));
      const { cases } = await json(["trace", "list", ...remote(id)]);
      expect(cases).toEqual((await json(["trace", "list", ...stored])).cases);
    }
  });

  it("tell a case that waits, with the commands for it", async () => {
    const { code, out } = await tracepost(["trace", "show", "US/SAME-1", ...inItaly()]);
    expect(code).toBe(0);
    expect(out).toMatch(/^United States asked Italy where a firearm came from$/mu);
    expect(out).toMatch(/^ {2}State +ACKNOWLEDGED$/mu);
    expect(out).toMatch(/reply sent .*by desk-7 {2}→ ACKNOWLEDGED$/mu);
    expect(out).toMatch(/ANSWER\.yaml --data \S+ --participant IT$/mu);
  });

  it("say whose cases are meant when that is left open, and name no other case", async () => {
    const nobody = await tracepost(["trace", "show", "US/SAME-1", "--data", data]);
    expect(nobody).toMatchObject({ code: 2, out: "" });
    expect(nobody.err).toContain("--data DIR --participant ID, or --url URL");
    const absent = await tracepost(["trace", "show", "US/NONE-1", ...remote("US")]);
    expect(absent.err).toContain("no case here: US/NONE-1");
    const several = await tracepost(["trace", "show", "0", ...us()]);
    expect(several.err).toContain("several cases here");
  });
});
