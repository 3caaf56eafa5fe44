import { FAULTS } from "#errors";
import { parseCheckpoint } from "#message-log";
import {
  type EndedLogVerification,
  type LogVerification,
  verifyLogOf,
} from "../../deploy/local/index.ts";

/** What to verify and how to say it. */
export interface LogVerifyOptions {
  /** Folder of the exchange. */
  readonly dataDir: string;
  /** One JSON value instead of text. */
  readonly json: boolean;
  readonly stdout: { write(text: string): unknown };
}

/**
 * Verifies the log of a data folder and says what was found. Returns the exit code: 0 when it
 * verifies, 6 when it does not. Throws as {@link verifyLogOf}.
 */
export async function verifyLogCommand(options: LogVerifyOptions): Promise<number> {
  const found = await verifyLogOf(options.dataDir);
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
