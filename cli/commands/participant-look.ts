import { resolve } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { ParticipantStatus, Role } from "#proto";
import { printable } from "#runtime";
import { entryFacts, entryFor } from "#trust";
import { openExchangeFolder } from "../../deploy/local/index.ts";
import { addAction, type OutputOptions, type Terminal } from "../command-result.ts";
import { contentOf, loadBundle } from "../register-files.ts";
import { textTable } from "../text-table.ts";

interface LookOptions extends OutputOptions {
  readonly register?: string;
  readonly data?: string;
}

const LIST_HELP = `
Lists who is in a register or draft, with role and standing; with --data, in the register that the
exchange of a data folder was set up with.

Examples:
  tracepost participant list --data exchange
  tracepost participant list --register register.bundle
`;

const SHOW_HELP = `
Tells all that a register or draft says of one participant: standings to instruments, bodies, units,
desks, calendar, quotas, who sees which sums, keys with their windows, revocations.

Examples:
  tracepost participant show NE --data exchange
  tracepost participant show NE --register register.bundle
`;

/** Adds `participant list` and `show`. */
export function addParticipantLook(parent: Command, terminal: Terminal): void {
  const list = parent
    .command("list")
    .description("list who is in a register or draft")
    .option("--register <file>", "the bundle")
    .option("--data <dir>", "data folder of an exchange, instead of --register")
    .addHelpText("after", LIST_HELP);
  addAction<LookOptions>(list, terminal, async (options) => {
    const register = await fileOf(options);
    const { entries } = contentOf(await loadBundle(register), register);
    const participants = entries.flatMap(({ participant: one }) =>
      one === undefined
        ? []
        : [
            {
              id: one.id,
              role: nameOf(Role, one.role),
              status: nameOf(ParticipantStatus, one.status),
              units: one.units.length,
              name: one.legalName,
            },
          ],
    );
    const rows = participants.map(({ id, name, role, status, units }) => [
      id,
      role,
      status,
      `${units}`,
      name,
    ]);
    return {
      json: { participants },
      lines: textTable(["ID", "ROLE", "STATUS", "UNITS", "NAME"], rows),
    };
  });
  const show = parent
    .command("show")
    .description("tell what a register or draft says of a participant")
    .argument("<id>", "participant id, such as NE")
    .option("--register <file>", "the bundle")
    .option("--data <dir>", "data folder of an exchange, instead of --register")
    .addHelpText("after", SHOW_HELP);
  addAction<LookOptions>(show, terminal, async (options, id = "") => {
    const register = await fileOf(options);
    const { entries } = contentOf(await loadBundle(register), register);
    const entry = entryFor(entries, id);
    if (entry === undefined) {
      throw new TracepostError("USAGE", `${id} is not in ${register}`, {
        remedy: `See: tracepost participant list --register ${register}`,
      });
    }
    const facts = entryFacts(entry);
    return { json: { id, facts }, lines: [id, ...facts.map((fact) => printable(`  ${fact}`))] };
  });
}

/** The bundle that is meant. Throws TracepostError USAGE unless exactly one is named. */
async function fileOf({ data, register }: LookOptions): Promise<string> {
  if (register !== undefined && data === undefined) return register;
  if (data !== undefined && register === undefined) {
    return (await openExchangeFolder(resolve(data))).paths.exchange.bundle;
  }
  throw new TracepostError("USAGE", "It is not said which register is meant", {
    remedy: "Give --register FILE for a bundle or draft, or --data DIR for an exchange, not both.",
  });
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, one]) => one === value)?.[0] ?? `${value}`;
}
