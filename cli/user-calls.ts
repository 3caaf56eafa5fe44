import { resolve } from "node:path";
import { TracepostError } from "#errors";
import type { UserSpec } from "#http";
import { callService, type ServiceAccess } from "./service-access.ts";
import { refuseTakenFile, writeTokenFile } from "./token-file.ts";

/** A user as a service tells of him. */
export interface UserLine {
  readonly userId: string;
  readonly name: string;
  readonly kind: "person" | "system";
  readonly responsible?: string;
  readonly roles: readonly string[];
  readonly status: "active" | "disabled";
  readonly createdAt: string;
}

/** A user with his tokens and what was changed about him. */
export interface UserFile extends UserLine {
  readonly tokens: readonly {
    readonly tokenId: string;
    readonly label: string;
    readonly issuedAt: string;
    readonly expiresAt?: string;
    readonly revokedAt?: string;
    readonly lastUsedAt?: string;
  }[];
  readonly changes: readonly {
    readonly at: string;
    readonly actor: string;
    readonly change: string;
    readonly detail?: string;
  }[];
}

/** What is asked of a new token. */
export interface TokenOptions {
  readonly label?: string;
  /** ISO 8601. */
  readonly expiresAt?: string;
  /** File for it; default where the tokens of this service are kept. */
  readonly writeToken?: string;
}

/** A token that was issued and lies in a file of its owner alone. */
export interface KeptToken {
  readonly tokenId: string;
  readonly tokenFile: string;
  readonly expiresAt?: string;
}

const pathOf = (userId: string): string => `/v1/users/${encodeURIComponent(userId)}`;

/** Every user of a service, in the order they were added. */
export async function listUsers(service: ServiceAccess): Promise<UserLine[]> {
  const found: UserLine[] = [];
  let query = "";
  for (;;) {
    const path = `/v1/users${query}`;
    const page = await callService<{ users: UserLine[]; next?: string }>(service, { path });
    found.push(...page.users);
    if (page.next === undefined) return found;
    query = `?after=${encodeURIComponent(page.next)}`;
  }
}

/** One user. */
export async function loadUser(service: ServiceAccess, userId: string): Promise<UserFile> {
  return await callService<UserFile>(service, { path: pathOf(userId) });
}

/** Adds a user. Throws ApiProblem USER_EXISTS for an id that was ever given. */
export async function addUser(service: ServiceAccess, user: UserSpec): Promise<UserLine> {
  return await callService<UserLine>(service, { method: "POST", path: "/v1/users", body: user });
}

/** Lets a user in, or keeps him out. */
export async function setUserStatus(
  service: ServiceAccess,
  userId: string,
  verb: "enable" | "disable",
): Promise<UserLine> {
  return await callService<UserLine>(service, {
    method: "POST",
    path: `${pathOf(userId)}/${verb}`,
  });
}

/** Ends one token of a user. */
export async function revokeToken(
  service: ServiceAccess,
  userId: string,
  tokenId: string,
): Promise<UserLine> {
  const path = `${pathOf(userId)}/tokens/${encodeURIComponent(tokenId)}/revoke`;
  return await callService<UserLine>(service, { method: "POST", path });
}

/** Where a new token will lie. Throws TracepostError KEY_FILE when something is there already. */
export async function planTokenFile(
  service: ServiceAccess,
  userId: string,
  { writeToken }: TokenOptions,
): Promise<string> {
  const file = writeToken === undefined ? service.tokenFileOf(userId) : resolve(writeToken);
  await refuseTakenFile(file);
  return file;
}

/**
 * Issues a token and writes it to a file for its owner alone: it is shown nowhere else. One that
 * cannot be written is revoked again, and the fault thrown.
 */
export async function issueTokenTo(
  service: ServiceAccess,
  userId: string,
  tokenFile: string,
  { expiresAt, label }: TokenOptions,
): Promise<KeptToken> {
  const issued = await callService<{ token: string; tokenId: string; expiresAt?: string }>(
    service,
    { method: "POST", path: `${pathOf(userId)}/tokens`, body: { label, expiresAt } },
  );
  const { token, tokenId } = issued;
  try {
    await writeTokenFile(tokenFile, token);
  } catch (caught) {
    await revokeToken(service, userId, tokenId);
    const { code, message, remedy } = TracepostError.from(caught);
    throw new TracepostError(code, `${message}; the token was revoked again`, {
      cause: caught,
      remedy: `${remedy} Then: tracepost user token add ${userId}`,
    });
  }
  const ends = issued.expiresAt;
  return { tokenId, tokenFile, ...(ends === undefined ? {} : { expiresAt: ends }) };
}
