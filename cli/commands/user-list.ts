import type { Command } from "commander";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { listUsers, loadUser, type UserFile } from "../user-calls.ts";

const LIST_HELP = `
Lists everybody who may, or might once, use a service. Needs an administrator or an auditor.

Examples:
  tracepost user list --data exchange --participant KE
  tracepost user list --data exchange --gateway --json
`;

const SHOW_HELP = `
Shows a user with his tokens (their ids and labels; the secrets are kept nowhere) and what was
changed about him, by whom and when.

Example:
  tracepost user show desk-7 --data exchange --participant KE
`;

/** Adds `user list` and `user show`. */
export function addUserList(parent: Command, terminal: Terminal): void {
  const listing = parent.command("list").description("list the users of a service");
  addServiceOptions(listing, "any");
  listing.addHelpText("after", LIST_HELP);
  addAction<ServiceOptions>(listing, terminal, (options) => list(options, terminal));
  const showing = parent
    .command("show")
    .description("show a user with his tokens")
    .argument("<user>", "id of the user");
  addServiceOptions(showing, "any");
  showing.addHelpText("after", SHOW_HELP);
  addAction<ServiceOptions>(showing, terminal, (options, userId = "") =>
    show(options, userId, terminal),
  );
}

const ADMINISTRATION = { kind: "any", defaultUser: "installation" } as const;

async function list(options: ServiceOptions, terminal: Terminal): Promise<CommandResult> {
  const users = await listUsers(await openService(options, terminal, ADMINISTRATION));
  const rows = users.map(({ createdAt, kind, name, responsible, roles, status, userId }) => [
    userId,
    status,
    responsible === undefined ? kind : `${kind} of ${responsible}`,
    roles.join(" "),
    createdAt.slice(0, "2026-01-01".length),
    name,
  ]);
  return {
    json: { users },
    lines: textTable(["USER", "STATUS", "KIND", "ROLES", "SINCE", "NAME"], rows),
  };
}

async function show(
  options: ServiceOptions,
  userId: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const user = await loadUser(await openService(options, terminal, ADMINISTRATION), userId);
  return { json: user, lines: describe(user) };
}

function describe(user: UserFile): string[] {
  const answers = user.responsible === undefined ? "" : `, for which ${user.responsible} answers`;
  const tokens = user.tokens.map((token) => [
    token.tokenId,
    tokenState(token),
    token.issuedAt,
    token.lastUsedAt ?? "never",
    token.label,
  ]);
  const changes = user.changes.map(({ actor, at, change, detail = "" }) => [
    at,
    actor,
    `${change} ${detail}`.trim(),
  ]);
  return [
    printable(`${user.userId}, ${user.name}: a ${user.kind}${answers}, ${user.status}`),
    `Roles: ${user.roles.join(", ")}`,
    "",
    ...(tokens.length === 0
      ? ["No tokens."]
      : textTable(["TOKEN", "STATE", "ISSUED", "LAST USED", "LABEL"], tokens)),
    "",
    ...textTable(["CHANGED", "BY", "WHAT"], changes),
  ];
}

function tokenState({ expiresAt, revokedAt }: UserFile["tokens"][number]): string {
  if (revokedAt !== undefined) return `revoked ${revokedAt}`;
  return expiresAt === undefined ? "works" : `until ${expiresAt}`;
}
