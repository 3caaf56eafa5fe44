import { HTTP_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { doOnce, type RepeatKey } from "../repeats/do-once.ts";
import type { Role } from "./roles.ts";
import {
  changesOf,
  findUser,
  INSTALLATION_USER,
  noteChange,
  rolesOf,
  type TokenRecord,
  tokensOf,
  type UserChange,
  type UserKind,
  type UserRecord,
  usersAfter,
} from "./user-record.ts";

/** Who changes something about users, and when. */
interface Act {
  /** User id. */
  readonly actor: string;
  readonly nowMs: number;
}

/** By what a request is known when it comes again; absent: each time is the first. */
interface Repeatable {
  readonly repeat?: RepeatKey | undefined;
}

/** A user with tokens and history. */
export interface UserDetail {
  readonly user: UserRecord;
  /** The newest first. */
  readonly tokens: readonly TokenRecord[];
  /** The newest first. */
  readonly changes: readonly UserChange[];
}

/** A user to add; checked before. */
export interface NewUserRecord extends Act {
  readonly userId: string;
  readonly name: string;
  readonly kind: UserKind;
  readonly responsible: string | null;
  readonly roles: readonly Role[];
}

/** What became of a change of a user. */
export type UserChanged =
  | { readonly type: "done"; readonly user: UserRecord }
  | { readonly type: "unknown" }
  /** Nobody could change users any more (TP-API-6). */
  | { readonly type: "last-administrator" };

/** What became of a user to add. */
type UserAdded =
  | { readonly type: "added"; readonly user: UserRecord }
  | { readonly type: "exists" }
  /** Who shall answer for the system is no active person. */
  | { readonly type: "responsible-unknown" };

/** Adds a user, once for each idempotency key; ids of users are never given again. */
async function userAdd(tx: Transaction, args: NewUserRecord & Repeatable) {
  const { repeat, nowMs } = args;
  return await doOnce(tx, { repeat, made: "added", nowMs }, () => addUser(tx, args));
}

async function addUser(tx: Transaction, args: NewUserRecord): Promise<UserAdded> {
  const { userId, responsible, actor, nowMs } = args;
  if ((await findUser(tx, userId)) !== undefined) return { type: "exists" };
  if (responsible !== null) {
    const person = await findUser(tx, responsible);
    const answers = person?.kind === "person" && person.status === "active";
    if (!answers) return { type: "responsible-unknown" };
  }
  const user = await insertUser(tx, args);
  const detail = args.roles.join(" ");
  await noteChange(tx, userId, { atMs: nowMs, actor, change: "added", detail });
  return { type: "added", user };
}

async function insertUser(tx: Transaction, user: NewUserRecord): Promise<UserRecord> {
  const { nowMs: createdAtMs, userId, name, kind, responsible, roles } = user;
  await tx.run(
    `INSERT INTO user_account (user_id, name, kind, responsible, roles, status, created_at)
     VALUES (?, ?, ?, ?, ?, 'active', ?)`,
    userId,
    name,
    kind,
    responsible,
    roles.join(" "),
    createdAtMs,
  );
  const row = await tx.get<{ position: number }>(
    "SELECT position FROM user_account WHERE user_id = ?",
    userId,
  );
  const position = row?.position ?? 0;
  return { position, userId, name, kind, responsible, roles, status: "active", createdAtMs };
}

/** A page of users. */
async function userList(
  tx: Transaction,
  args: { readonly after: number; readonly limit: number },
): Promise<UserRecord[]> {
  return await usersAfter(tx, args.after, args.limit);
}

/** One user with tokens and history, or null. */
async function userLoad(
  tx: Transaction,
  args: { readonly userId: string },
): Promise<UserDetail | null> {
  const user = await findUser(tx, args.userId);
  if (user === undefined) return null;
  const tokens = await tokensOf(tx, user.userId);
  return { user, tokens, changes: await changesOf(tx, user.userId, HTTP_LIMITS.pageRowsMax) };
}

/** Disables or enables a user; saying it again changes nothing. */
async function userSetStatus(
  tx: Transaction,
  args: Act & { readonly userId: string; readonly status: "active" | "disabled" },
): Promise<UserChanged> {
  const { userId, status, actor, nowMs } = args;
  const user = await findUser(tx, userId);
  if (user === undefined) return { type: "unknown" };
  if (user.status === status) return { type: "done", user };
  const isLast = status === "disabled" && !(await isStillAdministered(tx, nowMs, { userId }));
  if (isLast) return { type: "last-administrator" };
  await tx.run("UPDATE user_account SET status = ? WHERE user_id = ?", status, userId);
  const change = status === "active" ? "enabled" : "disabled";
  await noteChange(tx, userId, { atMs: nowMs, actor, change, detail: "" });
  return { type: "done", user: { ...user, status } };
}

/** Whether an administrator can get in, apart from one user or one token. */
async function isStillAdministered(
  tx: Transaction,
  nowMs: number,
  without: { readonly userId?: string; readonly tokenId?: string },
): Promise<boolean> {
  const row = await tx.get(
    `SELECT 1 FROM user_account AS account JOIN user_token AS token USING (user_id)
     WHERE account.status = 'active' AND ' ' || account.roles || ' ' LIKE '% ADMINISTRATOR %'
       AND token.revoked_at IS NULL AND coalesce(token.expires_at > ?, 1)
       AND account.user_id <> ? AND token.token_id <> ? LIMIT 1`,
    nowMs,
    without.userId ?? "",
    without.tokenId ?? "",
  );
  return row !== undefined;
}

/** A token to keep; the token itself never comes here. */
export interface TokenToIssue extends Act {
  readonly userId: string;
  readonly tokenId: string;
  readonly digest: Uint8Array;
  readonly label: string;
  readonly expiresAtMs: number | null;
}

/** What became of a token; of one that was issued, everything but the token. */
type TokenIssued =
  | ({ readonly type: "issued" } & Pick<TokenToIssue, "tokenId" | "label" | "expiresAtMs">)
  | { readonly type: "unknown" | "disabled" | "too-many" };

/** Keeps a token of a user, once for each idempotency key. */
async function userIssueToken(tx: Transaction, args: TokenToIssue & Repeatable) {
  const { repeat, nowMs } = args;
  return await doOnce(tx, { repeat, made: "issued", nowMs }, () => issueToken(tx, args));
}

async function issueToken(tx: Transaction, args: TokenToIssue): Promise<TokenIssued> {
  const { userId, tokenId, actor, nowMs } = args;
  const user = await findUser(tx, userId);
  if (user === undefined) return { type: "unknown" };
  if (user.status === "disabled") return { type: "disabled" };
  const live = await tx.get<{ count: number }>(
    `SELECT count(*) AS count FROM user_token WHERE user_id = ? AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > ?)`,
    userId,
    nowMs,
  );
  if ((live?.count ?? 0) >= HTTP_LIMITS.tokensPerUserMax) return { type: "too-many" };
  await forgetDeadTokens(tx, userId, nowMs);
  await insertToken(tx, args);
  const detail = `${tokenId} ${args.label}`.trim();
  await noteChange(tx, userId, { atMs: nowMs, actor, change: "token issued", detail });
  return { type: "issued", tokenId, label: args.label, expiresAtMs: args.expiresAtMs };
}

async function insertToken(tx: Transaction, token: TokenToIssue): Promise<void> {
  await tx.run(
    `INSERT INTO user_token (token_id, user_id, digest, label, issued_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
    token.tokenId,
    token.userId,
    token.digest,
    token.label,
    token.nowMs,
    token.expiresAtMs,
  );
}

/** What was issued and revoked is in the history; a user keeps a bounded list of dead tokens. */
async function forgetDeadTokens(tx: Transaction, userId: string, nowMs: number): Promise<void> {
  await tx.run(
    `DELETE FROM user_token WHERE user_id = ? AND (revoked_at IS NOT NULL OR expires_at <= ?)
       AND position NOT IN (SELECT position FROM user_token WHERE user_id = ?
         ORDER BY position DESC LIMIT ?)`,
    userId,
    nowMs,
    userId,
    HTTP_LIMITS.deadTokensKeptMax,
  );
}

/** Revokes a token; saying it again changes nothing. */
async function userRevokeToken(
  tx: Transaction,
  args: Act & { readonly userId: string; readonly tokenId: string },
): Promise<UserChanged> {
  const { userId, tokenId, actor, nowMs } = args;
  const user = await findUser(tx, userId);
  const token = await tx.get<{ revoked_at: number | null }>(
    "SELECT revoked_at FROM user_token WHERE user_id = ? AND token_id = ?",
    userId,
    tokenId,
  );
  if (user === undefined || token === undefined) return { type: "unknown" };
  if (token.revoked_at !== null) return { type: "done", user };
  const isLast = !(await isStillAdministered(tx, nowMs, { tokenId }));
  if (isLast) return { type: "last-administrator" };
  await tx.run("UPDATE user_token SET revoked_at = ? WHERE token_id = ?", nowMs, tokenId);
  const detail = tokenId;
  await noteChange(tx, userId, { atMs: nowMs, actor, change: "token revoked", detail });
  return { type: "done", user };
}

/** What a token is compared with, and whose it is. */
export interface TokenOwner {
  readonly digest: Uint8Array;
  /** Null: does not expire. */
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly userId: string;
  readonly name: string;
  readonly kind: UserKind;
  readonly roles: readonly Role[];
}

interface TokenOwnerRow extends SqlRow {
  digest: Uint8Array;
  expires_at: number | null;
  last_used_at: number | null;
  user_id: string;
  name: string;
  kind: UserKind;
  roles: string;
}

/**
 * Finds a token that is not revoked, of a user who is active and, for a system, whose person is;
 * null otherwise. One indexed read.
 */
async function userFindToken(
  tx: Transaction,
  args: { readonly tokenId: string },
): Promise<TokenOwner | null> {
  const row = await tx.get<TokenOwnerRow>(
    `SELECT token.digest, token.expires_at, token.last_used_at, account.user_id, account.name,
       account.kind, account.roles
     FROM user_token AS token JOIN user_account AS account USING (user_id)
     LEFT JOIN user_account AS person ON person.user_id = account.responsible
     WHERE token.token_id = ? AND token.revoked_at IS NULL AND account.status = 'active'
       AND coalesce(person.status, 'active') = 'active'`,
    args.tokenId,
  );
  if (row === undefined) return null;
  return {
    digest: row.digest,
    expiresAtMs: row.expires_at,
    lastUsedAtMs: row.last_used_at,
    userId: row.user_id,
    name: row.name,
    kind: row.kind,
    roles: rolesOf(row.roles),
  };
}

/** Notes that a token was used. */
async function userNoteUse(
  tx: Transaction,
  args: { readonly tokenId: string; readonly nowMs: number },
): Promise<void> {
  await tx.run(
    "UPDATE user_token SET last_used_at = ? WHERE token_id = ?",
    args.nowMs,
    args.tokenId,
  );
}

/**
 * Makes the token of the set-up's file the token of the user `installation`, which is added when it
 * is not there. Done before: changes nothing, so that what was revoked stays revoked (TP-API-9).
 */
async function userBootstrap(
  tx: Transaction,
  args: { readonly tokenId: string; readonly digest: Uint8Array; readonly nowMs: number },
): Promise<void> {
  const { nowMs } = args;
  const act = { actor: INSTALLATION_USER, nowMs, userId: INSTALLATION_USER };
  if ((await findUser(tx, INSTALLATION_USER)) === undefined) {
    const name = "Who installed this service";
    const roles = ["ADMINISTRATOR"] as const;
    await insertUser(tx, { ...act, name, kind: "system", responsible: null, roles });
    const { actor } = act;
    await noteChange(tx, act.userId, { atMs: nowMs, actor, change: "added", detail: roles[0] });
  }
  const known = await tx.get("SELECT 1 FROM user_token WHERE token_id = ?", args.tokenId);
  if (known !== undefined) return;
  const { tokenId, digest } = args;
  // Another file takes the place of the one before, which may have been seen by others.
  await tx.run(
    "UPDATE user_token SET revoked_at = ? WHERE user_id = ? AND label = ? AND revoked_at IS NULL",
    nowMs,
    INSTALLATION_USER,
    TOKEN_FILE_LABEL,
  );
  const token = { tokenId, digest, label: TOKEN_FILE_LABEL, expiresAtMs: null };
  await insertToken(tx, { ...act, ...token });
  const detail = `${tokenId} ${TOKEN_FILE_LABEL}`;
  await noteChange(tx, act.userId, {
    atMs: nowMs,
    actor: act.actor,
    change: "token issued",
    detail,
  });
}

const TOKEN_FILE_LABEL = "token file";

/** Procedures of users, to be spread into a service's StoreDefinition beside its own. */
export const USER_PROCEDURES = {
  userAdd,
  userList,
  userLoad,
  userSetStatus,
  userIssueToken,
  userRevokeToken,
  userFindToken,
  userNoteUse,
  userBootstrap,
};

/** Those of them that only read. */
export const USER_READ_ONLY = ["userList", "userLoad", "userFindToken"] as const;

/** What {@link USER_PROCEDURES} gives. */
export type UserProcedures = typeof USER_PROCEDURES;

/** The part of a service's store that its users are kept in. */
export interface UserStore {
  /** Runs a procedure; settles after its transaction is durable. */
  call<K extends keyof UserProcedures>(
    name: K,
    args: Parameters<UserProcedures[K]>[1],
  ): Promise<Awaited<ReturnType<UserProcedures[K]>>>;
}
