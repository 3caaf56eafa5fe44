import type { Transaction } from "#runtime";
import { findUser, permissionsOf } from "#users";
import { deputyAt } from "./deputies.ts";

/** Who would confirm, send back or review. */
export interface Confirmer {
  readonly userId: string;
  readonly tokenId: string;
  /** His role lets him confirm; otherwise he must be a deputy. */
  readonly mayConfirm: boolean;
}

/** Why somebody is not the second person. */
export type NotSecond =
  /** A program cannot confirm. */
  | "not-a-person"
  /** The one who prepared it, or stands behind the program that did. */
  | "same-person"
  /** His token was issued by the one who prepared it, who may have kept it. */
  | "token-of-first"
  /** Neither his role nor a deputyship of now lets him. */
  | "not-allowed"
  /** He is a deputy, and what an officer has proposed needs a supervisor. */
  | "no-supervisor";

/** Whether somebody may be the second person (TP-ANS-4, TP-ANS-5); says as what, or why not. */
export async function checkSecondPerson(
  tx: Transaction,
  preparedBy: string,
  { userId, tokenId, mayConfirm }: Confirmer,
  nowMs: number,
): Promise<{ readonly isDeputy: boolean } | NotSecond> {
  const confirmer = await findUser(tx, userId);
  if (confirmer?.kind !== "person") return "not-a-person";
  const first = await findUser(tx, preparedBy);
  const firstPerson = first?.responsible ?? preparedBy;
  if (firstPerson === userId) return "same-person";
  const issuers = await tx.all<{ actor: string }>(
    `SELECT actor FROM user_change WHERE user_id = ? AND change = 'token issued'
       AND (detail = ? OR detail LIKE ? || ' %')`,
    userId,
    tokenId,
    tokenId,
  );
  if (issuers.some(({ actor }) => actor === preparedBy || actor === firstPerson)) {
    return "token-of-first";
  }
  if (mayConfirm) return { isDeputy: false };
  return (await deputyAt(tx, userId, nowMs)) ? { isDeputy: true } : "not-allowed";
}

/** Whether somebody is a supervisor now, by his own role and not as a deputy (TP-LEDG-8). */
export async function isSupervisor(tx: Transaction, userId: string): Promise<boolean> {
  const user = await findUser(tx, userId);
  const isPerson = user?.kind === "person" && user.status === "active";
  return isPerson && permissionsOf(user.roles).has("releases:confirm");
}
