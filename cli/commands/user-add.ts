import { type Command, Option } from "commander";
import { ROLE_NAMES, type Role } from "#users";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { addUser, issueTokenTo, planTokenFile, type TokenOptions } from "../user-calls.ts";

interface AddOptions extends ServiceOptions, TokenOptions {
  readonly name: string;
  readonly role: readonly Role[];
  readonly system?: boolean;
  readonly responsible?: string;
}

const HELP = `
Adds a user and issues the first token, which is written to a file that only its owner can read
(mode 600) and shown nowhere: in the data folder, where the commands of trace find it, or with
--url in this folder. What the roles may do stands in docs/spec/api.md. An id is never given again.

Examples:
  tracepost user add desk-7 --name "Desk 7" --role FOCAL_POINT_OFFICER --data exchange --participant KE
  tracepost user add quarantine-1 --name "Q. One" --role GATEWAY_OPERATOR --data exchange --gateway
  tracepost user add registry --name "National registry" --system --responsible desk-7 \\
    --role NATIONAL_SYSTEM --url https://focal-point.example --token-file admin.token
`;

/** Adds `user add`: a user of a service with his first token. */
export function addUserAdd(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("add")
    .description("add a user and write his first token to a file")
    .argument("<user>", "id: small letters, digits, . and -, such as desk-7")
    .requiredOption("--name <name>", "name of the person, or of the system")
    .addOption(
      new Option("--role <role...>", "a role; repeat it for more")
        .choices(ROLE_NAMES)
        .makeOptionMandatory(),
    )
    .option("--system", "a program, for which a person answers")
    .option("--responsible <user>", "with --system: id of that person");
  addTokenOptions(command);
  addServiceOptions(command, "any");
  command.addHelpText("after", HELP);
  addAction<AddOptions>(command, terminal, (options, userId = "") =>
    add(options, userId, terminal),
  );
}

/** Gives a command the options of a new token. */
export function addTokenOptions(command: Command): void {
  command
    .option("--label <text>", "what the token is for")
    .option("--expires-at <time>", "when it ends (ISO 8601); without, it lasts until revoked")
    .option("--write-token <file>", "file for the token, instead of the usual place");
}

async function add(
  options: AddOptions,
  userId: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const service = await openService(options, terminal, {
    kind: "any",
    defaultUser: "installation",
  });
  const { name, responsible, role: roles, system } = options;
  // Looked at first: a user whose token has no place would be half done.
  const tokenFile = await planTokenFile(service, userId, options);
  const user = await addUser(service, {
    userId,
    name,
    roles,
    ...(system === true ? { kind: "system" } : {}),
    ...(responsible === undefined ? {} : { responsible }),
  });
  const token = await issueTokenTo(service, userId, tokenFile, options);
  return {
    json: { ...user, ...token },
    lines: [
      `Added ${userId}, ${user.roles.join(", ")}.`,
      `The token lies in ${tokenFile}, which only you can read.`,
    ],
  };
}
