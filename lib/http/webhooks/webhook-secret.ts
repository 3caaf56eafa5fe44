import { randomBytes, randomInt } from "node:crypto";

const ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const ID_CHARS = 12;
const SECRET_BYTES = 32;

/** A fresh webhook id; no secret. */
export function newWebhookId(): string {
  const letters = Array.from({ length: ID_CHARS }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]);
  return `wh_${letters.join("")}`;
}

/** A fresh signing secret in the form of Standard Webhooks: `whsec_` and 256 random bits. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
}
