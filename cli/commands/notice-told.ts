import { type Command, Option } from "commander";
import { addAction, type Terminal } from "../command-result.ts";
import { CHANNELS, LETTER_WORDS } from "../letter-options.ts";
import { noteTold } from "../notice-calls.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { toldOf } from "./notice-look.ts";

interface ToldOptions extends ServiceOptions {
  readonly to: string;
  readonly channel: string;
  readonly reference: string;
  readonly on: string;
  readonly answer?: string;
  readonly note?: string;
  readonly key?: string;
}

const HELP = `
Notes that a State which is not on the exchange was told of a correction or an erasure by letter,
or what it answered. NOTICE is one received, of what this State passed on by letter, or one of this
State about a request that went by letter (notice erase and notice correct name it). Of one received
who sent it hears State, channel, reference, day and answer; the note stays here.

Examples:
  tracepost notice told 019b0f75-1a2b --to ML --channel POST --reference KE/OUT/12 \\
    --on 2026-03-03 --data exchange --participant KE --user desk-7
  tracepost notice told 019b0f75-1a2b --to ML --channel POST --reference ML/DGPN/80 \\
    --on 2026-03-20 --answer DONE --data exchange --participant KE --user desk-7
`;

/** The command that notes the letter of a notice, to be filled in. */
export function toldCommand(
  { noticeId, to }: { readonly noticeId: string; readonly to: string },
  access: string,
): string {
  return `tracepost notice told ${noticeId} --to ${to} ${LETTER_WORDS} ${access}`;
}

/** Adds `notice told`: what went about a notice by letter (TP-PERS-18). */
export function addNoticeTold(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("told")
    .description("note that a State off the exchange was told by letter, or what it answered")
    .argument("<notice>", "id of the notice: one received, or one of this State")
    .requiredOption("--to <state>", "the State, ISO 3166-1 alpha-2")
    .addOption(
      new Option("--channel <channel>", "how it went or came")
        .choices(CHANNELS)
        .makeOptionMandatory(),
    )
    .requiredOption("--reference <text>", "what the channel knows it by")
    .requiredOption("--on <date>", "day on which it left or its answer came, YYYY-MM-DD")
    .addOption(new Option("--answer <answer>", "what it answered").choices(["DONE", "NOT_DONE"]))
    .option("--note <text>", "what else is worth keeping here; no other State hears it")
    .option("--key <key>", "idempotency key: the same letter is noted once");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<ToldOptions>(command, terminal, async (options, noticeId = "") => {
    const { answer, channel, key, note, on, reference, to } = options;
    const service = await openService(options, terminal, {
      kind: "focal-point",
      defaultUser: "person",
    });
    const body = { to, channel, reference, on, answer, note };
    return toldOf(await noteTold(service, { noticeId, body, key }));
  });
}
