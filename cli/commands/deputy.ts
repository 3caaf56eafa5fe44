import type { Command } from "commander";
import { addAction, type Terminal } from "../command-result.ts";
import { parseNumber } from "../parse-option.ts";
import { type DeputyView, endDeputy, listDeputies, nameDeputy } from "../release-calls.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

interface NameOptions extends ServiceOptions {
  readonly from?: string;
  readonly until: string;
  readonly reason: string;
}

const NAME_HELP = `
Names a person who may confirm what others have prepared, for a time of at most 92 days and from
wherever he is. He needs an account, such as one with the role RELEASE_DEPUTY.

Example:
  tracepost deputy name m.diallo --until 2026-02-20T00:00:00Z --reason "Both supervisors travel" \\
    --data exchange --participant KE
`;

const LIST_HELP = `
Lists who is, was or will be a deputy.

Example:
  tracepost deputy list --data exchange --participant KE
`;

const END_HELP = `
Ends a deputyship before its time.

Example:
  tracepost deputy end 3 --data exchange --participant KE
`;

/** Adds `deputy name`, `deputy list` and `deputy end`. */
export function addDeputy(parent: Command, terminal: Terminal): void {
  const naming = parent
    .command("name")
    .description("name a person who may confirm for a time")
    .argument("<user>", "id of the person")
    .option("--from <time>", "RFC 3339; by default now")
    .requiredOption("--until <time>", "RFC 3339")
    .requiredOption("--reason <text>", "why");
  addServiceOptions(naming, "focal-point");
  naming.addHelpText("after", NAME_HELP);
  addAction<NameOptions>(naming, terminal, async (options, userId = "") => {
    const { from, until, reason } = options;
    const body = { userId, ...(from && { validFrom: from }), validUntil: until, reason };
    const deputy = await nameDeputy(await openService(options, terminal, PERSON), body);
    return { json: deputy, lines: table([deputy]) };
  });
  const listing = parent.command("list").description("list the deputies");
  addServiceOptions(listing, "focal-point");
  listing.addHelpText("after", LIST_HELP);
  addAction<ServiceOptions>(listing, terminal, async (options) => {
    const found = await listDeputies(await openService(options, terminal, PERSON));
    return { json: found, lines: table(found.deputies) };
  });
  const ending = parent
    .command("end")
    .description("end a deputyship before its time")
    .argument("<deputy>", "its number", parseNumber);
  addServiceOptions(ending, "focal-point");
  ending.addHelpText("after", END_HELP);
  addAction<ServiceOptions>(ending, terminal, async (options, id = "") => {
    const deputy = await endDeputy(await openService(options, terminal, PERSON), id);
    return { json: deputy, lines: table([deputy]) };
  });
}

function table(deputies: readonly DeputyView[]): string[] {
  if (deputies.length === 0) return ["Nobody."];
  const rows = deputies.map((one) => [
    String(one.deputyId),
    one.userId,
    one.valid ? "now" : "no",
    one.validFrom,
    one.validUntil,
    one.namedBy,
    one.reason,
  ]);
  return textTable(["NO", "USER", "VALID", "FROM", "UNTIL", "NAMED BY", "REASON"], rows);
}
