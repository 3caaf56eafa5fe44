import { HTTP_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { ROLE_NAMES, type Role } from "./roles.ts";

/** The user that the token file of the set-up belongs to (TP-API-9). */
export const INSTALLATION_USER = "installation";
/** Actor of what came from the exchange (TP-API-8). */
export const EXCHANGE_ACTOR = "exchange";
/** Actor of an answer that the service gave by itself (TP-API-8). */
export const REGISTER_ACTOR = "firearm-register";
/** Actor of a reminder that the service sent by itself (TP-API-8). */
export const CLOCK_ACTOR = "clock";

/** Actor of an acknowledgement that a rule of the State sent (TP-ANS-11). */
export const RULE_ACTOR = "acknowledgement-rule";

/** Ids that nobody can be given: they stand for something already. */
export const RESERVED_USER_IDS: readonly string[] = [
  INSTALLATION_USER,
  EXCHANGE_ACTOR,
  REGISTER_ACTOR,
  CLOCK_ACTOR,
  RULE_ACTOR,
];

/** A person acts for himself; a system for the person who answers for it. */
export type UserKind = "person" | "system";

/** A user as kept. */
export interface UserRecord {
  /** Place in the order of adding; what lists are paged by. */
  readonly position: number;
  /** What the user logs in and is written down as; never given again. */
  readonly userId: string;
  readonly name: string;
  readonly kind: UserKind;
  /** User id of the person who answers for a system. */
  readonly responsible: string | null;
  readonly roles: readonly Role[];
  readonly status: "active" | "disabled";
  readonly createdAtMs: number;
}

/** A token as shown: everything but the token. */
export interface TokenRecord {
  readonly tokenId: string;
  readonly label: string;
  readonly issuedAtMs: number;
  /** Null: does not expire. */
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  /** To the minute (TP-API-10). */
  readonly lastUsedAtMs: number | null;
}

/** A change of a user or of one of its tokens; never changed, never removed. */
export interface UserChange {
  readonly atMs: number;
  /** User id of who did it. */
  readonly actor: string;
  readonly change: "added" | "disabled" | "enabled" | "token issued" | "token revoked";
  readonly detail: string;
}

interface UserRow extends SqlRow {
  position: number;
  user_id: string;
  name: string;
  kind: UserKind;
  responsible: string | null;
  roles: string;
  status: "active" | "disabled";
  created_at: number;
}

interface TokenRow extends SqlRow {
  token_id: string;
  label: string;
  issued_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
}

/** Finds a user. */
export async function findUser(tx: Transaction, userId: string): Promise<UserRecord | undefined> {
  const row = await tx.get<UserRow>("SELECT * FROM user_account WHERE user_id = ?", userId);
  return row === undefined ? undefined : userOf(row);
}

/** Users after a position, in the order of adding. */
export async function usersAfter(
  tx: Transaction,
  after: number,
  limit: number,
): Promise<UserRecord[]> {
  const rows = await tx.all<UserRow>(
    "SELECT * FROM user_account WHERE position > ? ORDER BY position LIMIT ?",
    after,
    limit,
  );
  return rows.map(userOf);
}

/** Tokens of a user, the newest first. */
export async function tokensOf(tx: Transaction, userId: string): Promise<TokenRecord[]> {
  const rows = await tx.all<TokenRow>(
    `SELECT token_id, label, issued_at, expires_at, revoked_at, last_used_at FROM user_token
     WHERE user_id = ? ORDER BY position DESC LIMIT ?`,
    userId,
    HTTP_LIMITS.pageRowsMax,
  );
  return rows.map(tokenOf);
}

/** Changes of a user, the newest first. */
export async function changesOf(
  tx: Transaction,
  userId: string,
  limit: number,
): Promise<UserChange[]> {
  const rows = await tx.all<
    SqlRow & { at: number; actor: string; change: UserChange["change"]; detail: string }
  >(
    `SELECT at, actor, change, detail FROM user_change
     WHERE user_id = ? ORDER BY position DESC LIMIT ?`,
    userId,
    limit,
  );
  return rows.map(({ at, ...row }) => ({ ...row, atMs: at }));
}

/** Writes a change down. */
export async function noteChange(
  tx: Transaction,
  userId: string,
  { atMs, actor, change, detail }: UserChange,
): Promise<void> {
  await tx.run(
    "INSERT INTO user_change (at, actor, user_id, change, detail) VALUES (?, ?, ?, ?, ?)",
    atMs,
    actor,
    userId,
    change,
    detail,
  );
}

/** Roles as a column holds them; a role of a later version is not understood and gives nothing. */
export function rolesOf(column: string): Role[] {
  const names = new Set(column.split(" "));
  return ROLE_NAMES.filter((role) => names.has(role));
}

function userOf(row: UserRow): UserRecord {
  return {
    position: row.position,
    userId: row.user_id,
    name: row.name,
    kind: row.kind,
    responsible: row.responsible,
    roles: rolesOf(row.roles),
    status: row.status,
    createdAtMs: row.created_at,
  };
}

function tokenOf(row: TokenRow): TokenRecord {
  return {
    tokenId: row.token_id,
    label: row.label,
    issuedAtMs: row.issued_at,
    expiresAtMs: row.expires_at,
    revokedAtMs: row.revoked_at,
    lastUsedAtMs: row.last_used_at,
  };
}

/**
 * Whether one of two users was added, or ever given a token, by the other: who does so could act as
 * both, and they are not two persons where two are asked for (TP-HOLD-3).
 */
export async function mayBeOne(tx: Transaction, one: string, other: string): Promise<boolean> {
  const row = await tx.get(
    `SELECT 1 FROM user_change WHERE change IN ('added', 'token issued')
       AND (user_id = ? AND actor = ? OR user_id = ? AND actor = ?) LIMIT 1`,
    one,
    other,
    other,
    one,
  );
  return one === other || row !== undefined;
}
