import type { Command } from "commander";
import { TracepostError } from "#errors";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";

interface BelieveOptions extends ServiceOptions {
  readonly identityKey?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
}

interface Confirmation {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

interface Doubt {
  readonly participant: string;
  readonly kind: string;
  readonly pinnedKey: string;
  readonly offeredKey: string;
  readonly confirmations: readonly Confirmation[];
}

interface Confirmed {
  readonly confirmations: readonly Confirmation[];
  readonly doubted: boolean;
  readonly believed: boolean;
}

const HELP = `
A participant that has lost its identity key comes back with a new one. Its old one is pinned here and
stays in use, with an alarm. Two people call it, by a number that is not from a message, have it read
its fingerprint aloud, and each confirm it with this command and a user of their own, who is a
FOCAL_POINT_SUPERVISOR here; then its keys in the register are used. Who confirmed, when and why is kept. --dry-run shows both fingerprints.

Examples:
  tracepost participant believe BR --dry-run --data exchange --participant NE
  tracepost participant believe BR --identity-key 5f0c1a2b3c4d5e6f708192a3b4c5d6e7 \\
    --reason "Called the duty desk, read aloud" --data exchange --participant NE --user amina
`;

/** Adds `participant believe`: a new identity key, confirmed by two people (TP-KEY-9). */
export function addParticipantBelieve(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("believe")
    .description("confirm by another channel that a new identity key is a participant's")
    .argument("<id>", "participant id")
    .option("--identity-key <fingerprint>", "as the participant has said it, typed")
    .option("--reason <text>", "how it was asked")
    .option("--dry-run", "show both fingerprints and who has confirmed; change nothing");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<BelieveOptions>(command, terminal, (options, id = "") =>
    believe(options, id, terminal),
  );
}

async function believe(
  options: BelieveOptions,
  id: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const { dryRun, identityKey, reason } = options;
  const isLook = dryRun === true;
  if (!isLook && (identityKey === undefined || reason === undefined)) {
    throw new TracepostError("USAGE", "the fingerprint and the reason are not given", {
      remedy: "Ask the participant, then give --identity-key and --reason; look with --dry-run.",
    });
  }
  const access = { kind: "focal-point", defaultUser: isLook ? "installation" : "person" } as const;
  const service = await openService(options, terminal, access);
  return isLook ? await look(service, id) : await confirm(service, id, { identityKey, reason });
}

async function look(service: ServiceAccess, id: string): Promise<CommandResult> {
  const { doubts } = await callService<{ doubts: Doubt[] }>(service, { path: "/v1/key-doubts" });
  const doubt = doubts.find(({ participant }) => participant === id);
  if (doubt === undefined) {
    return { json: { doubt: null }, lines: [printable(notDoubted(id))] };
  }
  const { confirmations, kind, offeredKey, pinnedKey } = doubt;
  const lines = [
    `The keys of ${id} in the register are not believed here (${kind}).`,
    `  pinned, in use   ${pinnedKey}`,
    `  in the register  ${offeredKey}`,
    ...(confirmations.length === 0 ? ["Nobody has confirmed it yet."] : linesOf(confirmations)),
  ];
  return { json: { doubt }, lines: lines.map(printable) };
}

async function confirm(
  service: ServiceAccess,
  id: string,
  body: { readonly identityKey: string | undefined; readonly reason: string | undefined },
): Promise<CommandResult> {
  const path = `/v1/key-doubts/${encodeURIComponent(id)}/confirm`;
  const confirmed = await callService<Confirmed>(service, { method: "POST", path, body });
  const { believed, confirmations, doubted } = confirmed;
  if (!doubted) return { json: confirmed, lines: [printable(notDoubted(id))] };
  const outcome = believed
    ? `The keys of ${id} in the register are used from now on.`
    : `Kept. A second person has to confirm the same fingerprint before the keys are used.`;
  return { json: confirmed, lines: [outcome, ...linesOf(confirmations)].map(printable) };
}

function notDoubted(id: string): string {
  return `The keys of ${id} are not doubted here: there is nothing to confirm.`;
}

function linesOf(confirmations: readonly Confirmation[]): string[] {
  return confirmations.map(({ at, by, reason }) => `  confirmed by ${by} at ${at}: ${reason}`);
}
