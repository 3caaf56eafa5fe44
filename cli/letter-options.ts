import { type Command, Option } from "commander";
import { TracepostError } from "#errors";
import type { WaitOptions } from "./sent-message.ts";

/** Options of a letter in a command that is shown, to be filled in. */
export const LETTER_WORDS = "--channel POST --reference REFERENCE --on YYYY-MM-DD";

/** As the focal point knows them. */
export const CHANNELS = ["I-24/7", "iARMS", "POST", "DIPLOMATIC", "COURIER", "OTHER"];

/** By which letter something went to a State that is not on the exchange. */
export interface LetterOptions {
  readonly channel?: string;
  readonly reference?: string;
  readonly on?: string;
  readonly note?: string;
}

/** Gives a command the options of a letter that it may have gone by. */
export function addLetterOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--channel <channel>", "off the exchange: how it goes by letter").choices(
        CHANNELS,
      ),
    )
    .option("--reference <text>", "with --channel: what the channel knows it by")
    .option("--on <date>", "with --channel: day on which it leaves, YYYY-MM-DD")
    .option("--note <text>", "with --channel: what else is worth keeping");
}

/**
 * Refuses to wait for receipts of what goes by letter: nobody off the exchange gives any. Throws
 * TracepostError USAGE.
 */
export function refuseWaiting({ wait }: WaitOptions, body: object): void {
  const isLetter = "byLetter" in body || ("offExchange" in body && body.offExchange === true);
  if (wait === undefined || !isLetter) return;
  throw new TracepostError("USAGE", "--wait waits for receipts, and a letter has none", {
    remedy: "Leave out --wait; what that State answers is entered by: tracepost trace enter",
  });
}

/** The letter as the API takes it; absent without one. Throws TracepostError USAGE for a part. */
export function letterOf({ channel, note, on, reference }: LetterOptions): object {
  const given = [channel, reference, on].filter((one) => one !== undefined);
  if (given.length === 0 && note === undefined) return {};
  if (given.length < 3) {
    throw new TracepostError("USAGE", "A letter has --channel, --reference and --on", {
      remedy: "Give all three, or none: messages of the exchange have no letter.",
    });
  }
  return { byLetter: { channel, reference, dispatchedOn: on, note } };
}
