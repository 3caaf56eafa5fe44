import { access } from "node:fs/promises";
import { join } from "node:path";
import { FAULTS, TracepostError } from "#errors";
import { type LogReport, parseCheckpoint, verifyLog } from "#message-log";
import { KeyPurpose } from "#proto";
import { openSqliteReader } from "#store";
import { loadRegister } from "#trust";

/** What is known of the log of a data folder after every entry was read. */
export interface LogVerification extends LogReport {
  /** Name of the log, from the participant register. */
  readonly origin: string;
}

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
  return found.verified ? 0 : FAULTS.VERIFICATION.exitCode;
}

/**
 * Recomputes the whole log of a data folder from its entries and checks the latest checkpoint with
 * the gateway's checkpoint keys, which the participant register vouches for under the root key. Needs
 * no network and no running service, and disturbs none (TP-LOG-12). Throws TracepostError
 * DATA_FOLDER for a folder without an exchange or with a damaged store, VERIFICATION for a register
 * that the root key did not sign.
 */
export async function verifyLogOf(dataDir: string): Promise<LogVerification> {
  const registerFile = join(dataDir, "exchange", "register.bin");
  await access(registerFile).catch((caught: unknown) => {
    throw new TracepostError("DATA_FOLDER", `there is no exchange in ${dataDir}`, {
      cause: caught,
      remedy: "Give the folder of an exchange with --data.",
    });
  });
  const register = await loadRegister(registerFile, [
    join(dataDir, "exchange", "root", "root-1.pub"),
  ]);
  const publicKeys = register
    .gatewayKeys(KeyPurpose.CHECKPOINT)
    .filter(({ key }) => key.revokedAt === undefined)
    .map(({ publicKey }) => publicKey);
  const origin = register.logOrigin;
  const reader = openSqliteReader(join(dataDir, "gateway", "gateway.sqlite"));
  try {
    return { origin, ...(await reader.read((tx) => verifyLog(tx, { origin, publicKeys }))) };
  } finally {
    reader.close();
  }
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
  };
}

function linesOf(found: LogVerification): string[] {
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
