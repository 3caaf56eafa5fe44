import { FAULTS } from "#errors";
import { parseCheckpoint } from "#message-log";
import { printable } from "#runtime";
import {
  type EndedLogVerification,
  type LogVerification,
  type StampsUnderRoot,
  verifyLogOf,
} from "../../deploy/local/index.ts";

/** What to verify and how to say it. */
export interface LogVerifyOptions {
  /** Folder of the exchange. */
  readonly dataDir: string;
  /** One JSON value instead of text. */
  readonly json: boolean;
  /** Time-stamps too, with the roots of authorities that are known, SHA-256 in hex. */
  readonly stampRoots?: readonly string[] | undefined;
  readonly stdout: { write(text: string): unknown };
}

/**
 * Verifies the log of a data folder and says what was found. Returns the exit code: 0 when it
 * verifies, 6 when it does not. Throws as {@link verifyLogOf}.
 */
export async function verifyLogCommand(options: LogVerifyOptions): Promise<number> {
  const { dataDir, stampRoots } = options;
  const found = await verifyLogOf(dataDir, { stampRoots });
  const lines = options.json ? [JSON.stringify(logVerificationJson(found))] : linesOf(found);
  options.stdout.write(`${lines.join("\n")}\n`);
  const isVerified = [found, ...found.before].every(({ verified }) => verified);
  return isVerified ? 0 : FAULTS.VERIFICATION.exitCode;
}

/** The finding as one JSON value: hashes in base64, `checkpoint` null when there is none. */
export function logVerificationJson(found: LogVerification): Readonly<Record<string, unknown>> {
  return {
    verified: found.verified,
    origin: found.origin,
    size: found.size,
    rootHash: base64(found.rootHash),
    checkpoint: found.checkpoint ?? null,
    uncovered: found.uncovered,
    problems: found.problems,
    problemsTotal: found.problemsTotal,
    ...(found.stamps === undefined ? {} : { stamps: found.stamps.map(stampsJson) }),
    ...(found.before.length === 0
      ? {}
      : {
          before: found.before.map((ended) => {
            const { missing, origin, problems, provenSize, size, verified } = ended;
            return { origin, verified, size, provenSize, missing, problems };
          }),
        }),
  };
}

function linesOf(found: LogVerification): string[] {
  return [...ownLines(found), ...found.before.flatMap(endedLines)];
}

/** What is left of a log that another has succeeded. */
function endedLines(ended: EndedLogVerification): string[] {
  const { missing, origin, problems, provenSize, size, verified } = ended;
  const lacks = missing === 0 ? "" : `; ${missing} of them are lost`;
  return [
    `${verified ? "Verified" : "NOT verified"}: what is left of ${origin}, which has ended`,
    `  entries     ${size}, proven up to ${provenSize}${lacks}`,
    ...problems.map((problem) => `  - ${problem}`),
  ];
}

function ownLines(found: LogVerification): string[] {
  const facts = [
    `  entries     ${found.size}`,
    `  root hash   ${base64(found.rootHash)}`,
    `  checkpoint  ${checkpointLine(found)}`,
    ...(found.stamps?.length === 0 ? ["  time-stamps none"] : []),
    ...(found.stamps ?? []).map((one) => printable(`  time-stamps ${stampsLine(one)}`)),
  ];
  if (found.verified) return [`Verified: the log ${found.origin}`, ...facts];
  const unlisted = found.problemsTotal - found.problems.length;
  return [
    `NOT verified: the log ${found.origin}`,
    ...facts,
    `Problems (${found.problemsTotal}):`,
    ...found.problems.map((problem) => `  - ${problem}`),
    ...(unlisted > 0 ? [`  - and ${unlisted} more`] : []),
    "Keep the folder as it is, and compare it with a backup and with receipts of participants.",
  ];
}

function stampsJson({ firstAtMs, newestAtMs, ...rest }: StampsUnderRoot) {
  return { ...rest, firstAt: instant(firstAtMs), newestAt: instant(newestAtMs) };
}

function stampsLine(found: StampsUnderRoot): string {
  const { firstAtMs, isTrusted, newestAtMs, newestSize, rootFingerprint, rootHolder } = found;
  const whose = `under ${rootHolder}, ${rootFingerprint}${isTrusted ? "" : ", which was not named"}`;
  const newest = `by ${instant(newestAtMs)} the first ${newestSize} entries existed`;
  return `${found.stamps} since ${instant(firstAtMs)}; ${newest}; ${whose}`;
}

const instant = (ms: number): string => new Date(ms).toISOString();

function checkpointLine({ checkpoint, uncovered, verified }: LogVerification): string {
  if (checkpoint === undefined) return "none";
  const size = parseCheckpoint(checkpoint)?.size;
  if (size === undefined) return "unreadable";
  if (!verified) return `says ${size} entries`;
  const rest = uncovered === 0 ? "" : `; ${uncovered} later entries are not yet under a signature`;
  return `signed by the gateway for ${size} entries${rest}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
