import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Boundness, Instrument } from "#proto";
import { type FocalPoints, openFocalPoints } from "../support/focal-points.ts";
import { tracepostHere } from "../support/in-process.ts";

/**
 * TP-REQ-10 to TP-REQ-12: what each form is for, from the empty form to the outcome. Kenya asks
 * Austria, from the command line, as an officer does.
 */

// biome-ignore lint/suspicious/noExplicitAny: answers of many commands are looked into
type Json = any;
type State = "KE" | "AT";

/** The register of Austria; made up. */
const REGISTER = [
  "id,make,model,serial,calibre,recordHolder,madeUp,event,date,toParty,toState",
  "AT-1,GLOCK,17,MADE-UP 0815,9 mm Luger,CIVIL,true,SOLD,2011-04-02,Made-up Dealer,",
  "AT-2,EKOL,Firat Magnum,EK-774411,9 mm P.A.K.,CIVIL,true,EXPORTED,2018-06-11,,SO",
  "AT-3,GLOCK,17,FRAME 123,9 mm Luger,MILITARY,true,STOLEN,2015-01-30,,",
  "AT-4,GLOCK,19,SL 4471,9 mm Luger,CIVIL,true,DESTROYED,2013-09-19,,",
  "",
].join("\r\n");

let dir = "";
let exchange: FocalPoints;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-forms-"));
  // A party to the Firearms Protocol: the ITI covers neither parts nor ammunition.
  const instruments = [Instrument.FIREARMS_PROTOCOL];
  exchange = await openFocalPoints(["KE", "AT"], { instruments, boundness: Boundness.PARTY });
  const file = join(dir, "register.csv");
  await writeFile(file, REGISTER);
  expect(await run("AT", "register", "import", file)).toMatchObject({ state: "DONE", inserted: 4 });
});

afterAll(async () => {
  await exchange?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Runs a command as a caseworker of a State; gives its JSON. */
async function run(state: State, ...args: readonly string[]): Promise<Json> {
  const { token, url } = exchange.door(state);
  const end = await tracepostHere([...args, "--url", url, "--json"], { token });
  expect(end, end.err).toMatchObject({ code: 0, err: "" });
  return JSON.parse(end.out);
}

/** The request that a form prints, as a file, under a case number of its own. */
async function filled(form: string, ...options: readonly string[]): Promise<string> {
  const end = await tracepostHere(["trace", "template", "--form", form, ...options, "--json"]);
  const { body } = JSON.parse(end.out);
  const number = `KE/2026/${form}${options.join("")}`;
  const file = join(dir, `${form}${options.join("")}.yaml`);
  const request = { ...body.request, nationalCaseNumber: number };
  await writeFile(file, stringify({ ...body, request }));
  return file;
}

/** Checks the whole form, sends it, and waits until Austria has it; its case. */
async function send(form: string): Promise<string> {
  const file = await filled(form, "--all");
  expect(await run("KE", "trace", "check", file)).toMatchObject({ sendable: true });
  const sent = await run("KE", "trace", "send", file, "--wait");
  expect(sent.receipts.map(({ type }: Json) => type)).toContain("DELIVERED");
  await stands("AT", sent.caseId, "DELIVERED");
  return sent.caseId;
}

/** Waits until a case is seen in a state by one of the two. */
async function stands(by: State, caseId: string, state: string): Promise<void> {
  await exchange.until(`the case is ${state} in ${by}`, async () => {
    const { body } = await exchange.ask(by, "GET", `/v1/traces/${caseId}`);
    return body.state === state ? body : undefined;
  });
}

/** Lets Austria answer with a file, and gives the case as Kenya sees it then. */
async function answer(caseId: string, final: object): Promise<Json> {
  const file = join(dir, `${caseId}.answer.yaml`);
  const answers = [{ question: "LAST_LEGAL_HOLDER", answer: "As told in the remarks." }];
  await writeFile(file, stringify({ sourceNote: "Made up", final: { answers, ...final } }));
  await run("AT", "trace", "reply", caseId, file, "--wait");
  return await answered(caseId);
}

async function answered(caseId: string): Promise<Json> {
  await stands("KE", caseId, "ANSWERED");
  return await run("KE", "trace", "show", caseId);
}

/** The firearms of Austria's register that a request may be about. */
async function candidates(caseId: string): Promise<string[]> {
  const draft = await run("AT", "trace", "draft", caseId);
  return draft.candidates.map(({ firearm }: Json) => firearm.id);
}

/** Sends the draft of the register as it stands. */
async function release(caseId: string): Promise<Json> {
  const { draftId } = await run("AT", "trace", "draft", caseId);
  await run("AT", "trace", "release", caseId, "--draft", draftId);
  return await answered(caseId);
}

describe("every form", () => {
  it.each(["firearm", "artisanal", "converted", "assembled", "parts", "ammunition"])(
    "%s is sent from its short core alone: no attachment, no person, UNKNOWN where nobody knows",
    async (form) => {
      const shown = (await exchange.ask("KE", "GET", `/v1/forms/${form}`)).body;
      const paths = shown.fields.map(({ path }: Json) => path);
      expect(paths.filter((path: string) => /attachment|person/iu.test(path))).toEqual([]);
      expect(paths).toContain("request.recordHolder");
      const file = await filled(form);
      const checked = await run("KE", "trace", "check", file);
      expect(checked).toMatchObject({ sendable: true });
      expect(checked.findings.filter(({ level }: Json) => level === "ERROR")).toEqual([]);
      const printed = await tracepostHere(["trace", "template", "--form", form]);
      const core = shown.fields.filter((field: Json) => field.core);
      for (const { path } of core) expect(printed.out).toContain(`# ${path}: `);
    },
  );
});

describe("a firearm from a factory", () => {
  it("is found by its marks, and the register's own draft names its last holder", async () => {
    const caseId = await send("firearm");
    expect(await candidates(caseId)).toEqual(["AT-1"]);
    expect(await release(caseId)).toMatchObject({
      outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
      reply: { final: { recordHolder: "CIVIL" } },
    });
  });
});

describe("a converted firearm", () => {
  it("is found as what it was made as, and was exported before it was converted", async () => {
    const caseId = await send("converted");
    const seen = await run("AT", "trace", "show", caseId);
    expect(seen.request).toMatchObject({
      subjectKind: "CONVERTIBLE",
      firearm: { type: "CONVERTED", calibre: "9 mm P.A.K." },
      parts: [{ kind: "BARREL", serialRaw: "BA 9902" }],
    });
    expect(await candidates(caseId)).toEqual(["AT-2"]);
    const shown = await release(caseId);
    expect(shown).toMatchObject({ outcome: "EXPORTED_ONWARD" });
    expect(await run("KE", "trace", "next", caseId)).toMatchObject({
      to: "SO",
      offExchange: true,
      request: { subjectKind: "CONVERTIBLE", hopNumber: 1 },
    });
  });
});

describe("a firearm assembled from parts of others", () => {
  it("shows each firearm that a part of it came from, and is answered for all", async () => {
    const caseId = await send("assembled");
    expect(await candidates(caseId)).toEqual(["AT-3", "AT-4"]);
    const remarks = "The frame was stolen in 2015; the slide is of a pistol destroyed in 2013.";
    const shown = await answer(caseId, {
      outcome: "DIVERTED_STATE_STOCK",
      recordHolder: "MILITARY",
      remarks,
    });
    expect(shown).toMatchObject({
      outcome: "DIVERTED_STATE_STOCK",
      reply: { final: { recordHolder: "MILITARY", remarks } },
    });
  });
});

describe("parts and components", () => {
  it("are found by their own marks, though no firearm is asked about", async () => {
    const caseId = await send("parts");
    expect(await candidates(caseId)).toEqual(["AT-4"]);
    const draft = await run("AT", "trace", "draft", caseId);
    expect(draft.reply.final).toMatchObject({
      outcome: "INSUFFICIENT_IDENTIFICATION",
      remarks: expect.stringContaining("parts"),
    });
    const shown = await answer(caseId, {
      outcome: "RECORDED_DESTROYED",
      remarks: "The slide is of a pistol that was recorded as destroyed in 2013.",
      custodyEvents: [{ kind: "DESTROYED", date: "2013-09-19", fromState: "AT" }],
    });
    expect(shown).toMatchObject({ outcome: "RECORDED_DESTROYED", request: { quantity: 2 } });
  });
});

describe("an artisanal firearm", () => {
  it("goes without marks, matches nothing, and is established as illicitly made", async () => {
    const caseId = await send("artisanal");
    expect(await candidates(caseId)).toEqual([]);
    const seen = await run("AT", "trace", "show", caseId);
    expect(seen.request.firearm).toMatchObject({
      type: "CRAFT_MADE",
      make: "UNKNOWN",
      serialStatus: "NEVER_MARKED",
      measuredCalibreMm: "18.5",
      militaryCivil: "UNKNOWN",
    });
    const remarks = "The same pipe and welds as in three seizures of a workshop (made up).";
    const shown = await answer(caseId, { outcome: "ILLICITLY_MANUFACTURED", remarks });
    expect(shown).toMatchObject({ outcome: "ILLICITLY_MANUFACTURED" });
  });
});

describe("ammunition", () => {
  it("is asked about by its lot and the marks of its packaging, and answered by them", async () => {
    const caseId = await send("ammunition");
    const seen = await run("AT", "trace", "show", caseId);
    expect(seen.request).toMatchObject({
      subjectKind: "AMMUNITION",
      quantity: 50,
      ammunition: { lot: "MU-21-004", packagingMarks: ["MU 50 9x19 LOT 004"], roundCount: 50 },
    });
    expect(await candidates(caseId)).toEqual([]);
    const draft = await run("AT", "trace", "draft", caseId);
    expect(draft.reply.final.remarks).toContain("ammunition");
    const shown = await answer(caseId, {
      outcome: "EXPORTED_ONWARD",
      nextState: "SO",
      remarks: "Lot MU-21-004 left for Somalia in 2022 (made up).",
      custodyEvents: [{ kind: "EXPORTED", date: "2022", fromState: "AT", toState: "SO" }],
    });
    expect(shown).toMatchObject({ outcome: "EXPORTED_ONWARD" });
    const next = await run("KE", "trace", "next", caseId);
    expect(next.request.ammunition).toMatchObject({ lot: "MU-21-004" });
  });

  it("has to name its lot or its headstamp, and the check says so before anything leaves", async () => {
    const end = await tracepostHere(["trace", "template", "--form", "ammunition", "--json"]);
    const { body } = JSON.parse(end.out);
    const file = join(dir, "no-lot.yaml");
    const ammunition = { packagingMarks: ["MU 50 9x19"] };
    await writeFile(file, stringify({ ...body, request: { ...body.request, ammunition } }));
    const { token, url } = exchange.door("KE");
    const checked = await tracepostHere(["trace", "check", file, "--url", url, "--json"], {
      token,
    });
    expect(JSON.parse(checked.out).findings).toContainEqual(
      expect.objectContaining({
        field: "request.ammunition.lot",
        level: "ERROR",
        rule: "lotOrHeadstamp",
        remedy: expect.any(String),
      }),
    );
  });
});
