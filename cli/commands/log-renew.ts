import type { Command } from "commander";
import { RENEWAL_DIGESTS } from "#message-log";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";

const HELP = `
Shows which renewals of the log there were, when the next one is due, and what it would hold. With
--confirm it is made: everything under the newest checkpoint, hashed again by a second algorithm with
what it names, is signed with the keys of today and logged. Evidence files that are exported from then
on hold even when the algorithms of before are broken. Do it before an algorithm is broken, and after
new keys of the log are in force. Another --digest begins a tree of its own.

Examples:
  tracepost log renew --data exchange
  tracepost log renew --confirm --data exchange
  tracepost log renew --digest SHA3-512 --confirm --data exchange
`;

interface RenewOptions extends ServiceOptions {
  readonly digest?: string;
  readonly confirm?: boolean;
}

interface RenewalLine {
  readonly number: number;
  readonly digest: string;
  readonly size: number;
  readonly renewedAt: string;
  readonly logIndex: number;
}

interface Standing {
  readonly renewals: readonly RenewalLine[];
  readonly digest: string;
  readonly rehashed: number;
  readonly size: number;
  readonly dueAt?: string;
}

/** Adds `log renew` (TP-RENEW-5). */
export function addLogRenew(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("renew")
    .description("show when the log was renewed, or renew it")
    .option("--confirm", "renew it; without this it is only shown")
    .addOption(
      parent
        .createOption("--digest <name>", "algorithm to hash with again; default: the one before")
        .choices([...RENEWAL_DIGESTS]),
    );
  addServiceOptions(command, "gateway");
  command.addHelpText("after", HELP);
  addAction<RenewOptions>(command, terminal, async (options) => {
    const service = await openService(options, terminal, {
      kind: "gateway",
      defaultUser: "person",
    });
    return options.confirm === true
      ? await renew(service, options.digest)
      : await show(service, options.digest);
  });
}

async function renew(service: ServiceAccess, digest: string | undefined): Promise<CommandResult> {
  const call = { method: "POST", path: "/v1/log/renewals", body: { digest } } as const;
  const renewal = await callService<RenewalLine>(service, call);
  return { json: renewal, lines: [lineOf(renewal)] };
}

async function show(service: ServiceAccess, digest: string | undefined): Promise<CommandResult> {
  const query = digest === undefined ? "" : `?${new URLSearchParams({ digest })}`;
  const standing = await callService<Standing>(service, { path: `/v1/log/renewals${query}` });
  const { dueAt, rehashed, renewals, size } = standing;
  return {
    json: standing,
    lines: [
      ...(renewals.length === 0 ? ["The log was never renewed."] : renewals.map(lineOf)),
      ...(dueAt === undefined ? [] : [`The next renewal is due ${dueAt}.`]),
      `One now would hold ${size} entries; ${rehashed} are hashed again with ${standing.digest}.`,
      "Nothing was done: --confirm renews it.",
    ].map(printable),
  };
}

function lineOf({ digest, logIndex, number, renewedAt, size }: RenewalLine): string {
  const what = `the first ${size} entries, hashed again with ${digest}`;
  return printable(`Renewal ${number} of ${renewedAt}, entry ${logIndex}: ${what}`);
}
