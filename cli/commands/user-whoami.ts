import type { Command } from "commander";
import { printable } from "#runtime";
import { addAction, type Terminal } from "../command-result.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";

interface OwnAccount {
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

const HELP = `
Shows whose token is used, his roles, and everything he may do at the service.

Examples:
  tracepost user whoami --data exchange --participant KE
  tracepost user whoami --url https://focal-point.example --token-file my.token
`;

/** Adds `user whoami`: one's own account. */
export function addUserWhoami(parent: Command, terminal: Terminal): void {
  const command = parent.command("whoami").description("show who asks, and what he may do");
  addServiceOptions(command, "any");
  command.addHelpText("after", HELP);
  addAction<ServiceOptions>(command, terminal, async (options) => {
    const access = { kind: "any", defaultUser: "person" } as const;
    const service = await openService(options, terminal, access);
    const me = await callService<OwnAccount>(service, { path: "/v1/me" });
    return {
      json: me,
      lines: [
        printable(`${me.userId}, ${me.name}: ${me.roles.join(", ")}`),
        `May: ${me.permissions.join(", ")}`,
      ],
    };
  });
}
