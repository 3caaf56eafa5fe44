import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { checkReport, type Question } from "#alerts-api";
import { TracepostError } from "#errors";
import { systemClock } from "#runtime";
import { timestampMs } from "#wire";
import { checkLines } from "../check-lines.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import {
  logToTakeHome,
  makePostFolder,
  openPostFolder,
  type PostFolder,
  takeFile,
} from "../post-folder.ts";
import { noteAsked } from "../post-log-files.ts";
import { addQuestionOptions, type QuestionOptions, readQuestions } from "./check.ts";

interface HeldOptions extends OutputOptions {
  readonly folder: string;
  readonly issuer?: string;
  readonly officer?: string;
  readonly out?: string;
  readonly since?: string;
}

const HOUR_MS = 3_600_000;
/** Questions of one asking that are remembered as they were. */
const QUESTIONS_KEPT = 20;

const ABOUT = `
A border post without an account at the exchange holds the alerts in force as a file: sealed to its
own key, signed by its participant, and dead after its expiry. Files come by whatever way there is.
`;

/** Adds what is done at a post: `init`, `take`, `open` and `check`. */
export function addPostHeld(parent: Command, terminal: Terminal): void {
  const init = parent
    .command("init")
    .description("at the post: make its folder and key")
    .argument("<post>", "id of the post, such as GAYA-1");
  const take = parent
    .command("take")
    .description("at the post: take a file with the alerts in force")
    .argument("<file>", "a copy, a change or an order to erase")
    .option("--issuer <file>", "the first time: whom to believe, as post add wrote it");
  const open = parent.command("open").description("at the post: say what it holds");
  const check = parent
    .command("check")
    .description("at the post: ask whether something is wanted, without any line")
    .requiredOption("--officer <ref>", "who asks; remembered at the post");
  addQuestionOptions(check);
  const log = parent
    .command("log")
    .description("at the post: write what was asked there, signed, to be brought home")
    .requiredOption("--out <file>", "where to write it")
    .option("--since <n>", "only what comes after this number, as post list says", "0");
  const examples: readonly (readonly [Command, string])[] = [
    [init, "tracepost post init GAYA-1 --folder gaya"],
    [take, "tracepost post take gaya-0042.age --folder gaya --issuer issuer.json"],
    [open, "tracepost post open --folder gaya --json"],
    [check, "tracepost post check --folder gaya --officer desk-7 --serial 'AB 12?4'"],
    [log, "tracepost post log --folder gaya --since 40 --out gaya-log.json"],
  ];
  for (const [command, example] of examples) {
    command.requiredOption("--folder <dir>", "folder of the post");
    command.addHelpText("after", `${ABOUT}\nExample:\n  ${example}\n`);
  }
  addAction<HeldOptions>(init, terminal, runInit);
  addAction<HeldOptions>(take, terminal, async ({ folder, issuer }, file = "") => {
    const clockMs = systemClock.now();
    return heldResult(await takeFile(folder, file, { issuerFile: issuer, clockMs }));
  });
  addAction<HeldOptions>(open, terminal, async ({ folder }) =>
    heldResult(await openPostFolder(folder, systemClock.now())),
  );
  addAction<HeldOptions>(log, terminal, runLog);
  addAction<HeldOptions & QuestionOptions>(check, terminal, (options) =>
    runCheck(options, terminal),
  );
}

async function runInit({ folder }: HeldOptions, postId = ""): Promise<CommandResult> {
  if (!/^[A-Z0-9][A-Z0-9-]{1,31}$/.test(postId)) {
    throw new TracepostError("USAGE", `${postId} is no id of a post`, {
      remedy: "Use capitals, digits and dashes, such as GAYA-1.",
    });
  }
  const { logKey, recipient } = await makePostFolder(folder, postId);
  const keyFile = join(folder, "recipient.txt");
  await writeFile(keyFile, `${recipient}\n${logKey}\n`, { mode: 0o644 });
  return {
    json: { postId, folder, recipient, logKey, keyFile },
    lines: [
      `Made ${folder}; its key stays there.`,
      `Bring ${keyFile} to the capital: tracepost post add ${postId} --key FILE …`,
    ],
  };
}

async function runLog({ folder, out = "", since = "0" }: HeldOptions): Promise<CommandResult> {
  const after = Number(since);
  if (!Number.isSafeInteger(after) || after < 0) {
    throw new TracepostError("USAGE", `--since is no number of a line: ${since}`, {
      remedy: "Give the number that post list shows as log, or leave it out.",
    });
  }
  const { file, first, last } = await logToTakeHome(folder, after);
  if (last === 0) return { json: { first, last }, lines: ["Nothing was asked since."] };
  await writeFile(out, file, { mode: 0o600 });
  return {
    json: { first, last, out },
    lines: [
      `Wrote ${out}: lines ${first} to ${last}, signed by this post.`,
      `Bring it to the capital: tracepost post take-log POST FILE …; more: --since ${last}`,
    ],
  };
}

/** What is remembered of an asking: the first questions as they were, and a digest of all. */
function askedOf(questions: readonly Question[]) {
  return {
    count: questions.length,
    digest: hash("sha256", JSON.stringify(questions), "base64"),
    questions: questions.slice(0, QUESTIONS_KEPT),
  };
}

function heldResult(post: PostFolder): CommandResult {
  const { held, nowMs, postId } = post;
  const newest = held.newest;
  const at = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  const expiresAtMs = timestampMs(newest?.expiresAt);
  const expired = expiresAtMs !== undefined && expiresAtMs <= nowMs;
  const json = {
    postId,
    participant: post.issuer?.participant ?? null,
    version: Number(newest?.version ?? 0n),
    alerts: held.size,
    asOf: at(timestampMs(newest?.asOf)),
    expiresAt: at(expiresAtMs),
    expired,
    revoked: newest?.revoked ?? false,
  };
  const state = json.revoked ? "REVOKED, erased" : expired ? "EXPIRED" : `${held.size} alerts`;
  return {
    json,
    lines: [
      `${postId}: ${state}, version ${json.version}, as of ${json.asOf ?? "never"}.`,
      `Until ${json.expiresAt ?? "it takes its first file"}.`,
    ],
  };
}

/** Beyond its expiry, or revoked, a post knows nothing and says so. */
function demandUsable({ held, nowMs }: PostFolder): void {
  const { newest } = held;
  const expiresAtMs = timestampMs(newest?.expiresAt) ?? 0;
  if (newest !== undefined && !newest.revoked && expiresAtMs > nowMs) return;
  const why =
    newest === undefined ? "has taken no file" : newest.revoked ? "was revoked" : "expired";
  throw new TracepostError("UNAVAILABLE", `What this post holds cannot be asked: it ${why}`, {
    remedy: "Take a new file: tracepost post take FILE --folder DIR",
  });
}

async function runCheck(
  options: HeldOptions & QuestionOptions,
  terminal: Terminal,
): Promise<CommandResult> {
  const { folder, officer = "" } = options;
  const questions = await readQuestions(options);
  const post = await openPostFolder(folder, systemClock.now());
  demandUsable(post);
  const { held, nowMs } = post;
  const at = new Date(nowMs).toISOString();
  await noteAsked(folder, { at, officer, ...askedOf(questions) });
  const answers = [];
  for (const question of questions) answers.push(await held.check(question, nowMs));
  const { asOf, staleAfterHours = 24, version = 0n } = held.newest ?? {};
  const currentAtMs = timestampMs(asOf) ?? 0;
  const state = { inForce: held.size, currentAtMs, version: Number(version) };
  const report = checkReport(questions, answers, {
    state,
    nowMs,
    staleAfterMs: staleAfterHours * HOUR_MS,
  });
  return { json: report, lines: checkLines(report, terminal.screen) };
}
