import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createExport, figureLines, ledgerFigures, ledgerNotes } from "#outputs";
import { findBrowser } from "../../../cli/print-pdf.ts";
import { tracepostHere as tracepost } from "../../support/in-process.ts";
import { LEDGERS } from "../../support/ledgers.ts";

let folder = "";
let figures = "";
const file = (name: string): string => join(folder, name);
const monitor = (...args: readonly string[]) => tracepost(["monitor", ...args]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-outputs-"));
  figures = file("figures.jsonl");
  const set = createExport(
    {
      ...{ body: "ECOWAS", bodyName: "West African States (made up)", threshold: 5 },
      ...{ exchangeStatus: "ACTUAL", preparedAt: "2027-07-01T10:00:00Z" },
      notes: ledgerNotes(LEDGERS),
    },
    ledgerFigures(LEDGERS),
  );
  await writeFile(figures, figureLines(set));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("tracepost monitor export", () => {
  it("writes what is asked for in a form that others take", async () => {
    const out = file("indicator.csv");
    const args = ["--format", "sdmx-csv", "--measure", "VC_ARM_SZTRACE", "--year", "2026"];
    const { code, out: said } = await monitor("export", figures, ...args, "--out", out);
    expect([code, said]).toEqual([0, `Written: ${out}, ${out}.note.md, 2 figures.\n`]);
    expect(await readFile(`${out}.note.md`, "utf8")).toContain("## Indicator 16.4.2");
    expect((await readFile(out, "utf8")).split("\r\n")).toHaveLength(4);
    const { out: rows } = await monitor("export", figures, "--format", "sdg");
    expect(JSON.parse(rows)).toHaveLength(2);
  });

  it("writes over nothing, and says what else to do (TP-OUT-14)", async () => {
    const { code, err } = await monitor("export", figures, "--format", "csv", "--out", figures);
    expect([code, err]).toEqual([2, expect.stringContaining("Name another file with --out")]);
  });

  it("says what is missing where neither a file nor a monitor is named", async () => {
    const nothing = await monitor("export", "--format", "csv");
    expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining("--participant ID")]);
    const year = await monitor("export", "--format", "csv", "--url", "http://127.0.0.1:1");
    expect([year.code, year.err]).toEqual([2, expect.stringContaining("--year 2026")]);
  });

  it("says which forms there are, and which line is wrong", async () => {
    const form = await monitor("export", figures, "--format", "xml");
    expect([form.code, form.err]).toEqual([2, expect.stringContaining("sdmx-json")]);
    const year = await monitor("export", figures, "--format", "csv", "--year", "26");
    expect([year.code, year.err]).toEqual([2, expect.stringContaining("26 is no year")]);
    await writeFile(file("bad.jsonl"), "{}\nx\n");
    const bad = await monitor("export", file("bad.jsonl"), "--format", "csv");
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining("line 2: is not JSON")]);
  });
});

describe("tracepost monitor report", () => {
  it("writes one HTML file", async () => {
    const out = file("report.html");
    const { code } = await monitor("report", figures, "--year", "2026", "--out", out);
    expect(code).toBe(0);
    expect(await readFile(out, "utf8")).toContain("<h1>Tracing of firearms in 2026</h1>");
  });

  it("says what to do where there is no browser, and writes nothing (TP-OUT-14)", async () => {
    await expect(findBrowser(folder)).rejects.toMatchObject({
      message: "There is no browser on the path, so no PDF can be printed.",
      remedy: expect.stringContaining("--browser"),
    });
    const args = ["--year", "2026", "--out", file("none.html"), "--pdf", "--browser", folder];
    const { code, err } = await monitor("report", figures, ...args);
    expect([code, err]).toEqual([2, expect.stringContaining("is no program")]);
    await expect(readFile(file("none.html"))).rejects.toThrow("ENOENT");
  });

  it("keeps the HTML where the browser prints nothing (TP-OUT-14)", async () => {
    const out = file("kept.html");
    const args = ["--year", "2026", "--out", out, "--pdf", "--browser", "/bin/true"];
    const { code, err } = await monitor("report", figures, ...args);
    expect([code, err]).toEqual([1, expect.stringContaining("/bin/true printed no PDF")]);
    expect(await readFile(out, "utf8")).toContain("</html>");
  });
});
