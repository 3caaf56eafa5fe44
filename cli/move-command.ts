import { TracepostError } from "#errors";
import { type AttachOptions, attachFiles } from "./attach-option.ts";
import type { CommandResult, Terminal } from "./command-result.ts";
import { heldResult } from "./held-answer.ts";
import { refuseWaiting } from "./letter-options.ts";
import { type NextMoves, nextLine } from "./next-moves.ts";
import { readBody } from "./read-body.ts";
import { reportSent, type SentReport, type WaitOptions } from "./sent-message.ts";
import {
  accessWords,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "./service-access.ts";
import { allTraces, findCaseId, loadTrace, sendMove } from "./trace-calls.ts";

/** Options of every command that says something in a case. */
export interface MoveOptions extends ServiceOptions, WaitOptions, AttachOptions {
  /** Idempotency key. */
  readonly key?: string;
  readonly breakGlass?: string;
}

/** A message that options can make. */
export interface OptionMove {
  /** The option that makes it. */
  readonly name: string;
  /** Further options that belong to it. */
  readonly with: readonly string[];
  readonly isGiven: boolean;
  /** Every option of the command, by its name in code. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly body: object;
}

/**
 * The one body that the options or the file hold. Throws TracepostError USAGE for none, for two,
 * and for an option that belongs to another message.
 */
export async function oneBody(
  moves: readonly OptionMove[],
  file: string | undefined,
): Promise<object> {
  const given = moves.filter(({ isGiven }) => isGiven);
  const names = moves.map(({ name }) => name);
  if (given.length + (file === undefined ? 0 : 1) !== 1) {
    throw new TracepostError("USAGE", "One message at a time: a FILE, or one of the options", {
      remedy: `Give FILE, or exactly one of ${names.join(", ")}.`,
    });
  }
  const [move] = given;
  const owners = new Set(moves.flatMap((one) => one.with));
  const stray = [...owners].find((option) => {
    return moves[0]?.given[option] !== undefined && move?.with.includes(option) !== true;
  });
  if (stray !== undefined) {
    const flag = `--${stray.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
    const owner = moves.filter((one) => one.with.includes(stray)).map(({ name }) => name);
    throw new TracepostError("USAGE", `${flag} belongs to ${owner.join(" or ")}`, {
      remedy: "Leave it out, or write it into the file.",
    });
  }
  return move?.body ?? (await readBody(file ?? "-")).value;
}

/** Says something in a case, and tells what became of it and what is next. */
export async function makeMove(
  { path, role }: { readonly path: "reply" | "follow-up"; readonly role: string },
  options: MoveOptions,
  said: { readonly name: string; readonly body: object },
  terminal: Terminal,
): Promise<CommandResult> {
  const { name } = said;
  const { breakGlass: reason } = options;
  const body = reason === undefined ? said.body : { ...said.body, breakGlass: { reason } };
  refuseWaiting(options, body);
  const access = { kind: "focal-point", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  const caseId = await findCaseId(allTraces(service, { role }), name);
  const attached = await attachFiles(service, options);
  const whole = { ...body, ...attached };
  const sent = await sendMove(service, { caseId, path, body: whole, key: options.key });
  const held = heldResult(sent, options);
  if (held !== undefined) return held;
  const report = await reportOf(service, { caseId, messageId: sent.messageId }, options);
  const state = report.state ?? sent.state;
  const { next } = await loadTrace<{ next: NextMoves }>(service, caseId);
  return {
    json: { caseId, ...sent, state, next, ...report.json },
    lines: [
      `Sent: case ${caseId} stands at ${state}.`,
      ...report.lines,
      nextLine(next, role),
      `See it: tracepost trace show ${caseId} ${accessWords(options)}`,
    ],
    exitCode: report.exitCode,
  };
}

const NOTHING_SENT = "No receipts are waited for: the other State is not on the exchange.";

/**
 * Waits when asked to, and never where nothing was sent: nobody off the exchange gives receipts.
 */
export async function reportOf(
  service: ServiceAccess,
  sent: { readonly caseId: string; readonly messageId: string },
  options: WaitOptions,
): Promise<SentReport> {
  if (options.wait === undefined) return await reportSent(service, sent, options);
  const { offExchange } = await loadTrace<{ offExchange?: boolean }>(service, sent.caseId);
  if (offExchange !== true) return await reportSent(service, sent, options);
  return { ...(await reportSent(service, sent, {})), lines: [NOTHING_SENT] };
}
