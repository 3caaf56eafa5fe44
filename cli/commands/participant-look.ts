import type { Command } from "commander";
import { TracepostError } from "#errors";
import { ParticipantStatus, Role } from "#proto";
import { printable } from "#runtime";
import { entryFacts, entryFor } from "#trust";
import { addAction, type OutputOptions, type Terminal } from "../command-result.ts";
import { contentOf, loadBundle } from "../register-files.ts";
import { textTable } from "../text-table.ts";

interface LookOptions extends OutputOptions {
  readonly register: string;
}

const LIST_HELP = `
Lists who is in a register or draft, with role and standing.

Example:
  tracepost participant list --register register.bundle
`;

const SHOW_HELP = `
Tells all that a register or draft says of one participant: standings to instruments, bodies, units,
desks, keys with their windows, revocations.

Example:
  tracepost participant show NE --register register.bundle
`;

/** Adds `participant list` and `show`. */
export function addParticipantLook(parent: Command, terminal: Terminal): void {
  const list = parent
    .command("list")
    .description("list who is in a register or draft")
    .requiredOption("--register <file>", "the bundle")
    .addHelpText("after", LIST_HELP);
  addAction<LookOptions>(list, terminal, async ({ register }) => {
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
    .requiredOption("--register <file>", "the bundle")
    .addHelpText("after", SHOW_HELP);
  addAction<LookOptions>(show, terminal, async ({ register }, id = "") => {
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

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, one]) => one === value)?.[0] ?? `${value}`;
}
