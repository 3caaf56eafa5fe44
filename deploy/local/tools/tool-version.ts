import { runTool } from "./run-tool.ts";

/** A program that takes longer to say its version is none of ours. */
const VERSION_DEADLINE_MS = 5_000;

/** A program on this machine. */
export interface Tool {
  /** Absolute path of the program. */
  readonly path: string;
  /** Such as "2.15.1". */
  readonly version: string;
}

/** How a program says which one it is, and from which version on it is used. */
export interface VersionRule {
  /** Oldest version that is used, such as "2.12.0". */
  readonly versionMin: string;
  /** Its first group is the version in what `--version` prints. */
  readonly versionPattern: RegExp;
}

/** What a path turned out to be. */
export type Inspection =
  | { readonly kind: "usable"; readonly tool: Tool }
  | { readonly kind: "too-old"; readonly tool: Tool }
  | { readonly kind: "another-program"; readonly complaint: string };

/** Asks the program at `path` for its version. */
export async function inspectTool(path: string, rule: VersionRule): Promise<Inspection> {
  const result = await runTool(path, ["--version"], { deadlineMs: VERSION_DEADLINE_MS });
  const version = rule.versionPattern.exec(result.stdout)?.[1];
  if (!result.ok || version === undefined) {
    const complaint = result.complaint || "it does not say its version";
    return { kind: "another-program", complaint };
  }
  const recent = compareVersions(version, rule.versionMin) >= 0;
  return { kind: recent ? "usable" : "too-old", tool: { path, version } };
}

/** Orders version texts by their numbers; a suffix such as "-beta" is ignored. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let place = 0; place < 3; place += 1) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
