import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { initExchange, type RunningExchange, startExchange } from "../../../deploy/local/index.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { specsOf } from "../../support/nats-carrier.ts";
import { traceBody } from "../../support/trace-body.ts";

let dir = "";
let data = "";
let exchange: RunningExchange;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-notices-"));
  data = join(dir, "exchange");
  const participants = specsOf(["US", "IT"]).map((one) => {
    return { ...one, answering: "officer" as const };
  });
  await initExchange({ dataDir: data, participants });
  exchange = await startExchange({ dataDir: data });
  const roles = ["FOCAL_POINT_SUPERVISOR", "RECORDS_OFFICER", "AUDITOR"].flatMap((role) => [
    "--role",
    role,
  ]);
  for (const id of ["US", "IT"]) {
    for (const user of ["desk-7", "second"]) {
      const add = ["user", "add", user, "--name", `${user} (made up)`, ...roles];
      await json([...add, "--data", data, "--participant", id]);
    }
  }
});

afterAll(async () => {
  await exchange?.stop();
  await rm(dir, { recursive: true, force: true });
});

const folder = (id: string) => ["--data", data, "--participant", id];
const at = (id: string, user = "desk-7") => [...folder(id), "--user", user];

async function json(args: readonly string[], code = 0) {
  const end = await tracepost([...args, "--json"]);
  expect(end, end.err).toMatchObject({ code, err: "" });
  return JSON.parse(end.out);
}

async function write(name: string, value: unknown): Promise<string> {
  const file = join(dir, name);
  await writeFile(file, stringify(value));
  return file;
}

/** Asks again until what a command prints is as wanted. */
async function until(args: readonly string[], wanted: (said: string) => boolean): Promise<string> {
  const givenUpAt = Date.now() + 60_000;
  for (;;) {
    const { out } = await tracepost(args);
    if (wanted(out)) return out;
    if (Date.now() > givenUpAt) throw new TypeError(`never as wanted: ${out}`);
    await pause(100);
  }
}

const NAME = "Madeup Nobody";
const personsOf = (name: string) => ({
  necessity: "The record is kept under this name and cannot be found without it.",
  legalBasis: "Police Act section 12 (made up)",
  persons: [{ personRef: "P1", role: "PURCHASER", accuracy: "FACT", name }],
});
let sent: { caseId: string; messageId: string };

describe("persons", () => {
  it("are sent with a request once a second person confirms, and read with a reason", async () => {
    const body = { ...traceBody({ to: "IT", serial: "CLI-PERSONS-1" }), persons: personsOf(NAME) };
    const file = await write("request.yaml", body);
    const held = await json(["trace", "send", file, ...at("US")]);
    const confirm = ["release", "confirm", held.releaseId, ...at("US", "second")];
    const confirmed = await json(confirm);
    const { caseId } = confirmed.release;
    sent = { caseId, messageId: confirmed.messageId };
    await until(["trace", "list", ...folder("IT")], (out) => out.includes(caseId));
    const show = ["persons", "show", caseId, "--reason", "Preparing the answer", ...at("IT")];
    const { out } = await tracepost(show);
    expect(out).toContain(NAME);
    expect(out).toContain("By law: Police Act section 12 (made up)");
    expect((await json(show)).blocks).toMatchObject([{ data: personsOf(NAME) }]);
    const log = await tracepost(["persons", "log", caseId, ...at("IT")]);
    expect(log.out).toMatch(/read +desk-7 .*Preparing the answer/u);
    expect(log.out).not.toContain(NAME);
  });

  it("are due for review, kept until another day, and erased", async () => {
    const soon = new Date(Date.now() + 400 * 86_400_000).toISOString();
    expect((await json(["persons", "due", ...at("IT")])).blocks).toEqual([]);
    const due = await json(["persons", "due", "--until", soon, ...at("IT")]);
    const [{ blockId }] = due.blocks;
    const keepUntil = new Date(Date.now() + 700 * 86_400_000).toISOString();
    const why = ["--reason", "The trial goes on."];
    const review = ["persons", "review", blockId, "--keep-until", keepUntil, ...why, ...at("IT")];
    expect(await json(review)).toMatchObject({ blockId, reviewAt: keepUntil });
    const refused = await tracepost([
      ...["persons", "review", blockId, "--keep-until", "2099-01-01T00:00:00Z", ...why],
      ...at("IT"),
    ]);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("within five years");
  });
});

describe("notice", () => {
  it("corrects and erases, and shows who has done it", async () => {
    const file = await write("correction.yaml", {
      reason: "The name was misspelt in the request.",
      persons: personsOf("Madeup Nobodi"),
    });
    const part = ["--part", "persons", ...at("US")];
    const held = await json(["notice", "correct", sent.messageId, file, ...part]);
    expect(held.reasons).toEqual(["PERSONS"]);
    await json(["release", "confirm", held.releaseId, ...at("US", "second")]);
    const { notices } = await json(["notice", "list", "--direction", "sent", ...at("US")]);
    const [{ noticeId }] = notices;
    await until(["notice", "show", noticeId, ...at("US")], (out) => out.includes("Answered: done"));
    const erase = ["notice", "erase", sent.messageId, "--reason", "PURPOSE_ENDED", ...part];
    const erased = await json([...erase, "--key", "once"]);
    expect(erased.notices).toMatchObject([{ to: "IT" }]);
    expect(await json([...erase, "--key", "once"])).toEqual(erased);
    const path = ["notice", "show", erased.notices[0].noticeId, ...at("US")];
    await until(path, (out) => out.includes("Answered: done"));
    const why = ["--reason", "Looking what it did"];
    const { blocks } = await json(["persons", "show", sent.caseId, ...why, ...at("IT")]);
    expect(blocks.map(({ erased: gone }: { erased?: object }) => gone !== undefined)).toEqual([
      true,
      true,
    ]);
  });

  it("of somebody else's message is refused", async () => {
    const end = await tracepost([
      ...["notice", "erase", sent.messageId, "--reason", "INACCURATE"],
      ...at("IT"),
    ]);
    expect(end).toMatchObject({ code: 2, out: "" });
    expect(end.err).toContain("NOT_FOUND");
  });

  it("announces a disclosure, which the other State confirms", async () => {
    const file = await write("disclosure.yaml", {
      proceeding: "COURT",
      authority: "Regional court (made up)",
      disclosureOn: "2099-12-01",
      what: "The custody events of the answer",
      legalBasis: "Code of procedure, section 9 (made up)",
    });
    const disclose = ["notice", "disclose", sent.messageId, file, "--sender", "US", ...at("IT")];
    const [{ noticeId }] = (await json(disclose)).notices;
    await until(["notice", "list", "--open", ...at("US")], (out) => out.includes(noticeId));
    const no = ["--not-done", "Please keep the dealer's name out of it."];
    await json(["notice", "confirm", noticeId, ...no, ...at("US")]);
    const path = ["notice", "show", noticeId, ...at("IT")];
    await until(path, (out) => out.includes("Answered: not done"));
  });
});

describe("onward", () => {
  it("is asked of the sender, granted with a second person, and what was passed on is listed", async () => {
    const purpose = ["--purpose", "The importer moved to that State."];
    const ask = ["onward", "ask", sent.messageId, "--sender", "US", "--to", "CH,DE", ...purpose];
    const [{ noticeId }] = (await json([...ask, ...at("IT")])).notices;
    await until(["notice", "list", "--open", ...at("US")], (out) => out.includes(noticeId));
    const decide = ["onward", "decide", noticeId, "--grant", "CH", ...at("US")];
    const { releaseId } = await json(decide);
    await json(["release", "confirm", releaseId, ...at("US", "second")]);
    const path = ["notice", "show", noticeId, ...at("IT")];
    await until(path, (out) => out.includes("Answered: granted for CH"));
    expect((await tracepost(["onward", "list", ...at("IT")])).out).toBe("Nothing was passed on.\n");
    expect(await json(["onward", "list", ...at("IT")])).toEqual({ copies: [], more: false });
  });
});
