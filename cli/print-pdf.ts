import { spawn } from "node:child_process";
import { access, constants, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { TracepostError } from "#errors";
import { OUTPUT_LIMITS } from "#runtime";
import { isThere } from "../deploy/local/index.ts";

/** Browsers that print without a window, as they are called on the path. */
const BROWSERS = [
  ...["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  ...["microsoft-edge", "chrome", "msedge"],
];
/** Without a window, a profile of its own, and nothing that asks the network. */
const FLAGS = [
  ...["--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--no-pdf-header-footer"],
];

/**
 * A browser to print with: the one named, or the first in the folders of a path. Throws
 * TracepostError USAGE.
 */
export async function findBrowser(path: string, named?: string): Promise<string> {
  const folders = path.split(delimiter).filter(Boolean);
  const places =
    named === undefined
      ? folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name)))
      : [resolve(named)];
  for (const place of places) if (await isProgram(place)) return place;
  const what = named === undefined ? "There is no browser on the path" : `${named} is no program`;
  throw new TracepostError("USAGE", `${what}, so no PDF can be printed.`, {
    remedy:
      "Name a Chromium, Chrome or Edge with --browser, or leave out --pdf and print the HTML by hand.",
  });
}

/**
 * Prints an HTML file to a PDF beside it, and gives its name. Throws TracepostError INTERNAL when
 * the browser fails; the HTML stays.
 */
export async function printPdf(browser: string, file: string): Promise<string> {
  const pdf = `${file.replace(/\.html?$/iu, "")}.pdf`;
  if (await isThere(pdf)) {
    throw new TracepostError("USAGE", `${pdf} is there already, and is not written over.`, {
      remedy: "Name another file with --out.",
    });
  }
  const profile = await mkdtemp(join(tmpdir(), "tracepost-print-"));
  try {
    const args = [
      ...FLAGS,
      // A browser keeps no sandbox for root; the page has no script.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ...[`--user-data-dir=${profile}`, `--print-to-pdf=${resolve(pdf)}`],
      pathToFileURL(resolve(file)).href,
    ];
    const said = await run(browser, args);
    if (await isThere(pdf)) return pdf;
    throw new TracepostError("INTERNAL", `${browser} printed no PDF.`, {
      problems: said.trim().split("\n").slice(-3),
      remedy: `${file} is written: open it in a browser and print it there.`,
    });
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}

/** What a program says on standard error until it ends, or is ended after its time. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((done) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: OUTPUT_LIMITS.printMs,
    });
    let said = "";
    child.stderr.on("data", (piece: Buffer) => {
      said = (said + piece.toString("utf8")).slice(-OUTPUT_LIMITS.printWordsMax);
    });
    child.on("error", (caught) => done(caught.message));
    child.on("close", () => done(said));
  });
}

async function isProgram(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    async () => (await stat(path)).isFile(),
    () => false,
  );
}
