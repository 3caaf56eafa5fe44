import { type Command, InvalidArgumentError } from "commander";
import { FAULTS } from "#errors";
import { CLI_LIMITS, printable } from "#runtime";
import type { ServiceAccess } from "./service-access.ts";
import { type MessageView, type ReceiptView, waitForReceipts } from "./trace-calls.ts";

/** Whether a command waits for the receipts of what it sent. */
export interface WaitOptions {
  /** Seconds; true for the usual time. */
  readonly wait?: true | number;
}

/** What is said of a message that was sent, in both forms. */
export interface SentReport {
  readonly lines: readonly string[];
  readonly json: { readonly receipts?: readonly ReceiptView[]; readonly logIndex?: number };
  readonly exitCode: number;
  /** State of the case now; undefined when nobody looked. */
  readonly state: string | undefined;
}

/** Gives a command `--wait`. */
export function addWaitOption(command: Command): void {
  const usual = CLI_LIMITS.receiptsWaitMs / 1_000;
  const about = `wait for the receipts and print them, at most so long (${usual} seconds)`;
  command.option("--wait [seconds]", about, parseWait);
}

function parseWait(text: string): number {
  const seconds = Number(text);
  const most = CLI_LIMITS.receiptsWaitMsMax / 1_000;
  if (Number.isSafeInteger(seconds) && seconds > 0 && seconds <= most) return seconds;
  throw new InvalidArgumentError(`It must be a whole number of seconds, at most ${most}.`);
}

/**
 * Waits for the receipts of a message, when asked to, and says what they are: exit code 2 when the
 * message was not taken, 5 when the last receipt did not come in time (TP-CLI-5).
 */
export async function reportSent(
  service: ServiceAccess,
  sent: { readonly caseId: string; readonly messageId: string },
  { wait }: WaitOptions,
): Promise<SentReport> {
  if (wait === undefined) return { lines: [], json: {}, exitCode: 0, state: undefined };
  const timeoutMs = wait === true ? CLI_LIMITS.receiptsWaitMs : wait * 1_000;
  const { ended, message, state } = await waitForReceipts(service, sent, timeoutMs);
  const receipts = message?.receipts ?? [];
  const notYet = "No last receipt yet. Nothing is lost: it is sent again until there is one.";
  const { logIndex } = message ?? {};
  return {
    state,
    json: { receipts, ...(logIndex === undefined ? {} : { logIndex }) },
    lines: [...receiptLines(message), ...(ended ? [] : [notYet])],
    exitCode: ended ? endOf(receipts) : FAULTS.UNAVAILABLE.exitCode,
  };
}

function endOf(receipts: readonly ReceiptView[]): number {
  return receipts.some(({ type }) => type === "DELIVERED") ? 0 : FAULTS.USAGE.exitCode;
}

function receiptLines(message: MessageView | undefined): string[] {
  return (message?.receipts ?? []).map((receipt) => {
    return printable(`  ${receipt.receivedAt}  ${receiptSentence(receipt, message?.logIndex)}`);
  });
}

/** A receipt in words: who says what, and the place in the log. */
export function receiptSentence(receipt: ReceiptView, logIndex: number | undefined): string {
  const { by, code = "", recipient, type } = receipt;
  const who = by === "GATEWAY" ? "the exchange" : by;
  const why = code === "" ? "" : ` (${code})`;
  switch (type) {
    case "ACCEPTED":
      return `accepted by ${who}${logIndex === undefined ? "" : `, log entry ${logIndex}`}`;
    case "DELIVERED":
      return `delivered: ${who} opened and kept it`;
    case "EXPIRED":
      return `expired before ${recipient ?? "the recipient"} had it${why}`;
    case "RETURNED":
      return `returned: ${recipient ?? "the recipient"} was removed from the exchange${why}`;
    default:
      return `${type.toLowerCase()} by ${who}${why}`;
  }
}
