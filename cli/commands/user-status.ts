import type { Command } from "commander";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { setUserStatus } from "../user-calls.ts";

const DISABLE_HELP = `
Keeps a user out from the next request on, whatever tokens there are. Nothing of the user is
removed, and \`user enable\` lets the same tokens in again.

Example:
  tracepost user disable desk-7 --data exchange --participant KE
`;

const ENABLE_HELP = `
Lets a user in again who was disabled, with the tokens that were not revoked.

Example:
  tracepost user enable desk-7 --data exchange --participant KE
`;

/** Adds `user disable` and `user enable`. */
export function addUserStatus(parent: Command, terminal: Terminal): void {
  addOne(parent, terminal, "disable", "keep a user out", DISABLE_HELP);
  addOne(parent, terminal, "enable", "let a user in again", ENABLE_HELP);
}

function addOne(
  parent: Command,
  terminal: Terminal,
  verb: "disable" | "enable",
  description: string,
  help: string,
): void {
  const command = parent
    .command(verb)
    .description(description)
    .argument("<user>", "id of the user");
  addServiceOptions(command, "any");
  command.addHelpText("after", help);
  addAction<ServiceOptions>(command, terminal, async (options, userId = "") => {
    const access = { kind: "any", defaultUser: "installation" } as const;
    const service = await openService(options, terminal, access);
    return told(await setUserStatus(service, userId, verb));
  });
}

function told(user: Awaited<ReturnType<typeof setUserStatus>>): CommandResult {
  return { json: user, lines: [`${user.userId} is ${user.status}.`] };
}
