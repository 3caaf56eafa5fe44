import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  faultsOfReport,
  prepareReportFile,
  type ScenarioReport,
  writeReport,
} from "../../../scenario/report.ts";

const good: ScenarioReport = {
  input: { rows: 2 },
  screening: {
    sent: 1,
    domestic: 0,
    incomplete: 1,
    items: [
      { ref: "1", outcome: "sent", to: "AT" },
      { ref: "2", outcome: "incomplete", fields: [{ field: "calibre", rule: "missing" }] },
    ],
  },
  receipts: { accepted: 1, refused: 0, delivered: 1 },
  replies: { final: 1, byOutcome: { NO_RECORD: 1 } },
  log: { size: 4, rootHash: "AA==", checkpoint: "note", verified: true },
  integrity: { lost: 0, duplicated: 0 },
  elapsedMs: 12,
};

describe("the report", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "tracepost-report-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it("is written whole, into a folder that is made when needed", async () => {
    const file = join(dir, "deep", "r.json");
    await writeReport(file, good);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(good);
    expect(await readdir(join(dir, "deep"))).toEqual(["r.json"]);
  });

  it("is not written with a key of another name", async () => {
    const odd = { ...good, extra: 1 } as ScenarioReport;
    const written = writeReport(join(dir, "odd.json"), odd);
    await expect(written).rejects.toMatchObject({
      code: "INTERNAL",
      problems: ["extra: is not a known field"],
    });
  });

  it("says where it cannot be written, before anything else is done", async () => {
    await expect(writeReport(dir, good)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(prepareReportFile(dir)).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: `The report cannot be written to ${dir}`,
    });
    const below = join(dir, "deep", "r.json", "r.json");
    await expect(prepareReportFile(below)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  it("leaves nothing behind when it only makes sure", async () => {
    await prepareReportFile(join(dir, "new", "r.json"));
    expect(await readdir(join(dir, "new"))).toEqual([]);
  });
});

describe("what is wrong with a run", () => {
  it("is nothing when every request was delivered and answered once", () => {
    expect(faultsOfReport(good)).toEqual([]);
  });

  it.each([
    [{ integrity: { lost: 1, duplicated: 0 } }, "1 of 1 requests have no delivery or no answer"],
    [{ integrity: { lost: 0, duplicated: 2 } }, "2 messages had more than one effect"],
    [{ receipts: { accepted: 0, refused: 1, delivered: 0 } }, "1 requests were refused"],
    [{ log: { ...good.log, verified: false } }, "the message log does not verify"],
    [{ replies: { final: 1, byOutcome: {} } }, "1 answers, but 0 outcomes"],
  ])("is told in a sentence: %j", (change, sentence) => {
    expect(faultsOfReport({ ...good, ...change })).toEqual([sentence]);
  });
});
