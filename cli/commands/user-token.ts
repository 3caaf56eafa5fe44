import type { Command } from "commander";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { issueTokenTo, planTokenFile, revokeToken, type TokenOptions } from "../user-calls.ts";
import { addTokenOptions } from "./user-add.ts";

interface IssueOptions extends ServiceOptions, TokenOptions {}

const ADD_HELP = `
Issues one more token for a user and writes it to a file that only its owner can read (mode 600).
It is shown nowhere. A file that is there is never replaced: to change a token, write the new one
beside it with --write-token, then revoke the old one.

Examples:
  tracepost user token add desk-7 --data exchange --participant KE --write-token desk-7.token
  tracepost user token add registry --label "nightly import" --expires-at 2027-01-01T00:00:00Z \\
    --url https://focal-point.example --token-file admin.token
`;

const REVOKE_HELP = `
Ends one token from the next request on. \`user show\` lists the ids of tokens.

Example:
  tracepost user token revoke desk-7 k3v9q0x7m2pa --data exchange --participant KE
`;

const ADMINISTRATION = { kind: "any", defaultUser: "installation" } as const;

/** Adds `user token add` and `user token revoke`. */
export function addUserToken(parent: Command, terminal: Terminal): void {
  const token = parent.command("token").description("issue and revoke tokens of a user");
  const issuing = token
    .command("add")
    .description("write a new token of a user to a file")
    .argument("<user>", "id of the user");
  addTokenOptions(issuing);
  addServiceOptions(issuing, "any");
  issuing.addHelpText("after", ADD_HELP);
  addAction<IssueOptions>(issuing, terminal, (options, userId = "") =>
    issue(options, userId, terminal),
  );
  const revoking = token
    .command("revoke")
    .description("end a token of a user")
    .argument("<user>", "id of the user")
    .argument("<token>", "id of the token, as `user show` lists it");
  addServiceOptions(revoking, "any");
  revoking.addHelpText("after", REVOKE_HELP);
  addAction<ServiceOptions>(revoking, terminal, async (options, userId = "", tokenId = "") => {
    const service = await openService(options, terminal, ADMINISTRATION);
    const user = await revokeToken(service, userId, tokenId);
    return {
      json: { ...user, tokenId },
      lines: [`The token ${tokenId} of ${userId} works no more.`],
    };
  });
}

async function issue(
  options: IssueOptions,
  userId: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const service = await openService(options, terminal, ADMINISTRATION);
  const tokenFile = await planTokenFile(service, userId, options);
  const token = await issueTokenTo(service, userId, tokenFile, options);
  return {
    json: { userId, ...token },
    lines: [
      `Issued the token ${token.tokenId} of ${userId}.`,
      `It lies in ${tokenFile}, which only you can read.`,
    ],
  };
}
