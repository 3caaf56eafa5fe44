import { beforeAll, describe, expect, it } from "vitest";
import { findLines, type SourceFile, sourceFiles } from "../support/source-files.ts";

/**
 * House rules (CONTRIBUTING.md) that no linter knows. Each list holds the places that break one.
 */
describe("the house", () => {
  const PRODUCT = /^(bin|lib|gateway|services|cli|scenario|deploy)\/.*\.(ts|js)$/;
  const CODE =
    /^([^/]+|(bin|lib|gateway|services|cli|scenario|deploy|scripts|test)\/.*)\.[cm]?[tj]s$/;
  const TEXT = /(^|\/)[^/]+\.(ts|js|cjs|json|md|ya?ml|proto|sh|csv|html|css)$|^\.ci\//;
  let product: SourceFile[] = [];
  let code: SourceFile[] = [];
  let text: SourceFile[] = [];

  beforeAll(async () => {
    product = await sourceFiles(PRODUCT);
    code = await sourceFiles(CODE);
    text = (await sourceFiles(TEXT)).filter(({ path }) => path !== "package-lock.json");
  });

  it("looks at the whole checkout", () => {
    expect(product.length).toBeGreaterThan(100);
    expect(code.length).toBeGreaterThan(150);
    expect(text.length).toBeGreaterThan(170);
  });

  it("keeps comments within 100 characters, as the formatter keeps code", () => {
    const comments = findLines(code, /^(?!.*(biome-ignore|▶))\s*(\/?\*|\/\/).*$/u);
    const long = new Set(findLines(code, /^.{101,}$/u));
    expect(comments.filter((place) => long.has(place))).toEqual([]);
  });

  it("throws faults with a code, never a bare Error", () => {
    const elsewhere = product.filter(({ path }) => !path.startsWith("lib/errors/"));
    expect(findLines(elsewhere, /\bnew (Type|Range)?Error\(/)).toEqual([]);
  });

  it("reads the environment in config files and composition roots only", () => {
    const root = /(^|\/)config\.ts$|(^|\/)main\.ts$|^cli\/commands\/|^deploy\/local\/|^bin\//;
    const elsewhere = product.filter(({ path }) => !root.test(path));
    expect(findLines(elsewhere, /\bprocess\.env\b/)).toEqual([]);
  });

  it("ends a process in composition roots only", () => {
    const root = /(^|\/)main\.ts$|^bin\//;
    const elsewhere = product.filter(({ path }) => !root.test(path));
    expect(findLines(elsewhere, /\bprocess\.(exit|abort)\(/)).toEqual([]);
  });

  it("explains every export of the product", () => {
    const unexplained = product.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => {
        const isExport =
          /^export (declare )?(abstract )?(async )?(function|const|class|interface|type) \w/.test(
            line,
          );
        const isExplained = /(\*\/|^\s*\/\/.*)$/.test(lines[index - 1] ?? "");
        return isExport && !isExplained ? [`${path}:${index + 1}`] : [];
      }),
    );
    expect(unexplained).toEqual([]);
  });

  it("names files for what they hold", () => {
    const vague = /(^|\/)(utils?|helpers?|misc|common|stuff)\.[cm]?[tj]s$/;
    expect(code.filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([]);
  });

  it("lets composition roots fit on a page", () => {
    const roots = product.filter(({ path }) => /(^|\/)main\.ts$/.test(path));
    const long = roots.filter(({ lines }) => lines.length > 100).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it("leaves no work for later in the text", () => {
    expect(
      findLines(text, new RegExp(["TO" + "DO", "FIX" + "ME", "XX" + "X\\b"].join("|"))),
    ).toEqual([]);
  });

  it("names no machine and no package registry", () => {
    // A folder of the exchange is named root, too; only the machine's begins a path.
    const machine = [
      "(?<!\\w)/ro" + "ot/",
      "/ho" + "me/",
      "/wo" + "rk/",
      "registry\\.npm" + "js",
    ].join("|");
    expect(findLines(text, new RegExp(machine))).toEqual([]);
  });

  it("sets no test aside and runs none alone", () => {
    const tests = code.filter(({ path }) => path.startsWith("test/"));
    expect(findLines(tests, /\b(it|test|describe)\.(only|skip|todo|fails)\(/)).toEqual([]);
  });

  it("waits for things in tests, not for time", () => {
    const tests = code.filter(({ path }) => path.startsWith("test/"));
    expect(findLines(tests, /^\s*(await )?(sleep|delay)\(\d/)).toEqual([]);
  });
});
