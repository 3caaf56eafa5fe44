import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { addUserOnce, issueToken } from "#http";
import { systemClock } from "#runtime";
import { type FocalPoints, openFocalPoints } from "../../support/focal-points.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { traceBody } from "../../support/trace-body.ts";

/** What an officer and a second person do about answers, from the command line. */

const HOUR_MS = 3_600_000;
const TIMEOUT_MS = 30_000;
const USERS = [
  ["first", "FOCAL_POINT_SUPERVISOR"],
  ["second", "FOCAL_POINT_SUPERVISOR"],
  ["standin", "RELEASE_DEPUTY"],
] as const;

let dir = "";
let points: FocalPoints;
/** How far the clock of the exchange has been put forward. */
let forwardMs = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-answers-"));
  points = await openFocalPoints(["US", "AT"], {}, { now: () => systemClock.now() + forwardMs });
  for (const id of ["US", "AT"]) {
    const admin = await points.admin(id);
    for (const [userId, role] of USERS) {
      await addUserOnce(admin, { userId, name: `${userId} (made up)`, roles: [role] }, TIMEOUT_MS);
      const token = await issueToken(admin, userId, { label: "test", timeoutMs: TIMEOUT_MS });
      await writeFile(tokenFile(id, userId), token, { mode: 0o600 });
    }
  }
});

afterAll(async () => {
  await points?.close();
  await rm(dir, { recursive: true, force: true });
});

type User = (typeof USERS)[number][0];
const tokenFile = (id: string, user: string) => join(dir, `${id}-${user}.token`);

/** Runs a command against the focal point of a State, as one of its users. */
async function run(args: readonly string[], id: string, user: User = "first") {
  const { url } = points.door(id);
  return await tracepostHere([...args, "--url", url, "--token-file", tokenFile(id, user)]);
}

async function text(args: readonly string[], id: string, user?: User): Promise<string> {
  const end = await run(args, id, user);
  expect(end, end.err).toMatchObject({ code: 0, err: "" });
  return end.out;
}

async function json(args: readonly string[], id: string, user?: User) {
  return JSON.parse(await text([...args, "--json"], id, user));
}

/** Text of a refusal on standard error; nothing else was printed. */
async function refused(args: readonly string[], id: string, user?: User): Promise<string> {
  const end = await run(args, id, user);
  expect(end).toMatchObject({ out: "" });
  expect(end.code).toBeGreaterThan(0);
  return end.err;
}

/** Asks again until what a command gives is as wanted. */
async function until<T>(look: () => Promise<T>, wanted: (found: T) => boolean): Promise<T> {
  const givenUpAt = Date.now() + TIMEOUT_MS;
  for (;;) {
    const found = await look();
    if (wanted(found)) return found;
    if (Date.now() > givenUpAt) throw new TypeError(`never so: ${JSON.stringify(found)}`);
    await pause(100);
  }
}

async function write(name: string, value: unknown): Promise<string> {
  const file = join(dir, name);
  await writeFile(file, stringify(value));
  return file;
}

/** Writes a request of US to AT; returns the file. */
async function request(number: string, change: object = {}, facts: object = {}): Promise<string> {
  const body = traceBody({ to: "AT", serial: number });
  const changed = { ...body.request, nationalCaseNumber: `US/${number}`, ...facts };
  return await write(`${number}.yaml`, { ...body, ...change, request: changed });
}

/** A request that AT has; returns its national case number. */
async function asked(number: string): Promise<string> {
  const { caseId } = await json(["trace", "send", await request(number)], "US");
  await until(
    () => text(["trace", "list"], "AT"),
    (out) => out.includes(caseId),
  );
  return `US/${number}`;
}

const RESTRICTED = { handling: { tlp: "RED" } };

describe("clock", () => {
  it("shows, sets and takes away targets, in words and as JSON", async () => {
    expect(await text(["clock", "show"], "AT")).toMatch(/unless set +URGENT +8 h +72 h/u);
    const key = ["clock", "target", "--priority", "PRIORITY", "--requesting", "US"];
    const set = [...key, "--acknowledge", "24h", "--final", "5wd"];
    expect(await text(set, "AT")).toMatch(/US to any +PRIORITY +24 h +5 wd/u);
    expect((await json(["clock", "show"], "AT")).targets).toMatchObject([
      { requestingState: "US", final: { count: 5, unit: "WORKING_DAYS" }, changedBy: "first" },
    ]);
    expect((await json([...key, "--remove"], "AT")).targets).toEqual([]);
  });

  it("sets and takes away a State's calendar", async () => {
    const vienna = { timeZone: "Europe/Vienna", weekend: ["SUNDAY"], holidays: ["2099-12-25"] };
    const file = await write("vienna.yaml", vienna);
    const set = ["clock", "calendar", "AT", file];
    expect(await text(set, "AT")).toMatch(/AT +Europe\/Vienna +sunday +1 holidays/u);
    expect((await json(set, "AT")).calendars).toMatchObject([{ state: "AT", ...vienna }]);
    expect((await json(["clock", "calendar", "AT", "--remove"], "AT")).calendars).toEqual([]);
  });

  it("refuses what cannot be, with the field, its rule and the way out", async () => {
    const key = ["clock", "target", "--priority", "ROUTINE"];
    const late = await refused([...key, "--acknowledge", "9d", "--final", "8d"], "AT");
    expect(late).toContain("acknowledge: is longer than the final reply may take");
    expect(late).toContain("An answer counts as the acknowledgement too.");
    const soon = await refused([...key, "--acknowledge", "soon", "--final", "8d"], "AT");
    expect(soon).toMatch(/--acknowledge.*It must be a time such as 8h, 7d or 5wd/u);
    const half = await refused([...key, "--acknowledge", "9d"], "AT");
    expect(half).toContain("Give --acknowledge TIME and --final TIME, or --remove.");
    const file = await write("mars.yaml", { timeZone: "Mars", weekend: [], holidays: [] });
    expect(await refused(["clock", "calendar", "AT", file], "AT")).toContain(
      "timeZone: is no time zone of the IANA database (Give a name such as Europe/Vienna.)",
    );
  });
});

describe("deputy", () => {
  const day = (days: number) => new Date(Date.now() + days * 24 * HOUR_MS).toISOString();
  const name = (user: string, until: string) => {
    return ["deputy", "name", user, "--until", until, "--reason", "Both supervisors travel"];
  };

  it("is named, listed and ended before his time", async () => {
    expect(await text(["deputy", "list"], "AT")).toBe("Nobody.\n");
    const named = await json(name("standin", day(7)), "AT");
    expect(named).toMatchObject({ userId: "standin", namedBy: "first", valid: true });
    expect(await text(["deputy", "list"], "AT")).toMatch(/standin +now .*Both supervisors travel/u);
    const ended = await json(["deputy", "end", String(named.deputyId)], "AT", "second");
    expect(ended).toMatchObject({ endedBy: "second", valid: false });
    expect((await json(["deputy", "list"], "AT")).deputies).toMatchObject([{ valid: false }]);
  });

  it("is refused with the field, its rule and the way out", async () => {
    const past = await refused(name("standin", "2020-01-01T00:00:00Z"), "AT");
    expect(past).toContain("validUntil: is not after validFrom");
    expect(past).toContain("Give a time after it, within three months.");
    expect(await refused(name("standin", day(93)), "AT")).toContain("more than 92 days");
    const oneself = await refused(name("first", day(7)), "AT");
    expect(oneself).toContain("userId: is yourself (Have another supervisor name you.)");
    expect(await refused(["deputy", "end", "x"], "AT")).toContain("a number of the list");
  });
});

describe("release list, confirm and return", () => {
  it("confirms what another person prepared, as a deputy does too", async () => {
    const file = await request("HELD-1", RESTRICTED);
    const waits = await text(["trace", "send", file], "US");
    expect(waits).toContain(
      "It waits for a second person (RESTRICTED_HANDLING); nothing was sent.",
    );
    const { releases } = await json(["release", "list", "--state", "PENDING"], "US");
    expect(releases).toMatchObject([{ preparedBy: "first", reasons: ["RESTRICTED_HANDLING"] }]);
    const [{ releaseId }] = releases;
    expect(waits).toContain(`tracepost release confirm ${releaseId} --url `);
    expect(waits).not.toContain(tokenFile("US", "first"));
    expect(await text(["release", "list"], "US")).toMatch(/PENDING .*RESTRICTED_HANDLING +first/u);
    const confirm = ["release", "confirm", releaseId, "--note", "Read and found right"];
    const own = await refused(confirm, "US");
    expect(own).toContain("SAME_PERSON");
    expect(own).toContain("Ask a supervisor who did not prepare it, or a deputy.");
    expect(await refused(confirm, "US", "standin")).toContain("NOT_SECOND_PERSON");
    const until = new Date(Date.now() + 24 * HOUR_MS).toISOString();
    const why = ["--reason", "A supervisor is away"];
    await json(["deputy", "name", "standin", "--until", until, ...why], "US");
    const { messageId, release } = await json(confirm, "US", "standin");
    expect(release).toMatchObject({ state: "RELEASED", decidedBy: "standin", asDeputy: true });
    expect(messageId).toMatch(/^[0-9a-f-]{36}$/u);
    const again = await refused(confirm, "US", "second");
    expect(again).toContain("it is RELEASED by standin");
    expect(again).toContain("Look where it stands: tracepost release show.");
  });

  it("sends back what shall not leave, with the reason, and nothing was sent", async () => {
    const file = await request("HELD-2", RESTRICTED);
    const { releaseId } = await json(["trace", "send", file], "US");
    const sendBack = ["release", "return", releaseId];
    expect(await refused(sendBack, "US", "second")).toContain("--reason <text>");
    const empty = await refused([...sendBack, "--reason", ""], "US", "second");
    expect(empty).toContain("reason: must not have fewer than 20 characters");
    const reason = ["--reason", "The ground is another one"];
    const told = await text([...sendBack, ...reason], "US", "second");
    expect(told).toContain("Note: The ground is another one");
    const shown = await json(["release", "show", releaseId], "US");
    expect(shown).toMatchObject({ state: "RETURNED", decidedBy: "second" });
    expect(await text(["trace", "list"], "AT")).not.toContain("US/HELD-2");
  });

  it("refuses a state that there is none of, and a release that is unknown", async () => {
    const state = await refused(["release", "list", "--state", "WAITING"], "US");
    expect(state).toMatch(/--state.*Allowed choices are PENDING, RELEASED/u);
    expect(await refused(["release", "confirm", "no-such"], "US", "second")).toContain("NOT_FOUND");
  });
});

describe("trace send --break-glass", () => {
  const alone = ["--break-glass", "The vessel leaves tonight (made up)"];
  const urgent = { urgencyJustification: "The vessel leaves tonight (made up)" };

  it("sends what is urgent alone, and a second person reviews it", async () => {
    const change = { ...RESTRICTED, priority: "URGENT" };
    const file = await request("ALONE-1", change, urgent);
    const sent = await json(["trace", "send", file, ...alone], "US");
    expect(sent).toMatchObject({ isNew: true, state: "SUBMITTED" });
    const due = ["release", "list", "--state", "REVIEW_DUE"];
    const [{ releaseId }] = (await json(due, "US")).releases;
    const shown = await text(["release", "show", releaseId], "US");
    expect(shown).toContain("Sent alone: The vessel leaves tonight (made up)");
    const verdict = ["--verdict", "APPROVED", "--note", "It could not wait until Monday"];
    const reviewed = await json(["release", "review", releaseId, ...verdict], "US", "second");
    expect(reviewed).toMatchObject({ state: "REVIEWED", verdict: "APPROVED" });
    const other = await request("ALONE-2", change, urgent);
    expect(await text(["trace", "send", other, ...alone], "US")).toMatch(/^Sent: case /u);
  });

  it("is refused for what can wait and without a reason, with the way out", async () => {
    const file = await request("ALONE-3", RESTRICTED);
    const routine = await refused(["trace", "send", file, ...alone], "US");
    expect(routine).toContain("One person may not send this alone. (NOT_ALONE)");
    expect(routine).toContain("it is for URGENT alone, where the policy allows it");
    const short = await refused(["trace", "send", file, "--break-glass", ""], "US");
    expect(short).toContain("breakGlass.reason: must not have fewer than 20 characters");
  });
});

describe("trace draft and trace release", () => {
  it("sends the draft as it was seen", async () => {
    const number = await asked("DRAFT-1");
    const draft = await json(["trace", "draft", number], "AT");
    expect(draft).toMatchObject({ candidates: [], reply: { final: { outcome: "NO_RECORD" } } });
    const shown = await text(["trace", "draft", number], "AT");
    expect(shown).toContain("No firearm of the register may be the one.");
    expect(shown).toContain(`Send it: tracepost trace release ${draft.caseId} --draft `);
    const stale = await refused(["trace", "release", number, "--draft", "of-yesterday"], "AT");
    expect(stale).toContain("DRAFT_CHANGED");
    expect(stale).toContain("Look at the draft again: tracepost trace draft.");
    const release = ["trace", "release", number, "--draft", draft.draftId];
    expect(await text(release, "AT")).toBe(`Sent: case ${draft.caseId} stands at ANSWERED.\n`);
    const answered = await until(
      () => json(["trace", "show", number], "US"),
      ({ state }) => state === "ANSWERED",
    );
    expect(answered.reply.final).toEqual(draft.reply.final);
  });

  it("sends what an officer made of it, and nothing while it breaks a rule", async () => {
    const number = await asked("DRAFT-2");
    const { caseId, draftId, reply } = await json(["trace", "draft", number], "AT");
    const release = ["trace", "release", number, "--draft", draftId, "--edit"];
    const both = { ...reply, acknowledgement: { nationalReference: "1" } };
    const wrong = await refused([...release, await write("both.yaml", both)], "AT");
    expect(wrong).toMatch(/^ {2}- must hold exactly one of acknowledgement, .*final/mu);
    const remarks = "Neither here nor in the paper records.";
    const edited = { ...reply, final: { ...reply.final, remarks } };
    const sent = await json([...release, await write("edited.yaml", edited)], "AT");
    expect(sent).toMatchObject({ caseId, state: "ANSWERED" });
    const answered = await until(
      () => json(["trace", "show", number], "US"),
      ({ state }) => state === "ANSWERED",
    );
    expect(answered.reply.final).toMatchObject({ remarks });
    const { events } = await json(["trace", "show", number], "AT");
    expect(JSON.stringify(events)).toContain("draft released, edited");
  });

  it("say of an unknown case what to do", async () => {
    const unknown = await refused(["trace", "draft", "US/NONE"], "AT");
    expect(unknown).toMatch(/US\/NONE[\s\S]*tracepost trace list/u);
  });
});

describe("release rules", () => {
  const usual = { name: "usual", tlpMax: "AMBER" };

  it("are off at first, and looser ones hold once a second person confirms", async () => {
    expect(await text(["release", "rules"], "AT")).toContain(
      "version 0: switched off: an officer acknowledges.",
    );
    const file = await write("rules.yaml", { active: true, rules: [usual] });
    const { reasons, releaseId } = await json(["release", "rules", file], "AT");
    expect(reasons).toEqual(["LOOSER_POLICY"]);
    expect((await json(["release", "rules"], "AT")).active).toBe(false);
    expect(await text(["release", "confirm", releaseId], "AT", "second")).toBe("In force.\n");
    expect(await json(["release", "rules"], "AT")).toMatchObject({ active: true, version: 1 });
    expect(await text(["release", "rules"], "AT")).toMatch(/usual +any +any +AMBER +0/u);
    const off = await write("off.yaml", { active: false, rules: [usual] });
    expect(await text(["release", "rules", off], "AT")).toContain("version 2: switched off");
  });

  it("are refused with the field, its rule and the way out", async () => {
    const twice = await write("twice.yaml", { active: true, rules: [usual, usual] });
    const name = await refused(["release", "rules", twice], "AT");
    expect(name).toContain("rules.1.name: is the name of another rule of the list");
    expect(name).toContain("(Give each rule a name of its own.)");
    const pink = await write("pink.yaml", { active: true, rules: [{ ...usual, tlpMax: "PINK" }] });
    const tlp = await refused(["release", "rules", pink], "AT");
    expect(tlp).toContain("rules.0.tlpMax: must be one of: CLEAR, GREEN, AMBER");
  });
});

describe("trace overdue and trace ageing", () => {
  it("list what is late once its hour is over, and how old it is", async () => {
    const number = await asked("LATE-1");
    const overdue = ["trace", "overdue", "--role", "requested", "--peer", "US"];
    expect(await text(overdue, "AT")).toBe("Nothing is overdue.\n");
    const hour = ["--acknowledge", "1h", "--final", "2h"];
    await json(["clock", "target", "--priority", "ROUTINE", ...hour], "AT");
    forwardMs = 90 * 60_000;
    const { more, traces } = await until(
      () => json(overdue, "AT"),
      (found) => JSON.stringify(found).includes(number),
    );
    expect(more).toBe(false);
    const late = traces.find((one: { nationalCaseNumber: string }) => {
      return one.nationalCaseNumber === number;
    });
    expect(late).toMatchObject({ owed: "ACKNOWLEDGEMENT", role: "requested", overdueDays: 0.02 });
    expect(await text(overdue, "AT")).toMatch(/owed to US +acknowledgement +routine .*US\/LATE-1/u);
    const { groups } = await json(["trace", "ageing"], "AT");
    expect(groups).toMatchObject([
      { peer: "US", role: "requested", overdue: traces.length, answered: 2 },
    ]);
    expect(groups[0].open).toBeGreaterThanOrEqual(traces.length);
    expect(groups[0].ageDays.oldest).toBeGreaterThanOrEqual(0.06);
    expect(await text(["trace", "ageing"], "AT")).toMatch(/asked by US +\d+ +\d+ +0\.0\d d/u);
  });

  it("say which options they take", async () => {
    const role = await refused(["trace", "overdue", "--role", "asking"], "AT");
    expect(role).toMatch(/--role.*Allowed choices are requesting, requested/u);
    const none = await refused(["trace", "overdue", "--limit", "0"], "AT");
    expect(none).toMatch(/--limit.*It must be a whole number above 0/u);
    expect(await refused(["trace", "ageing", "US"], "AT")).toContain("too many arguments");
  });
});
