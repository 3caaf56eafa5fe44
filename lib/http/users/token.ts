import { hash, randomBytes, randomInt } from "node:crypto";

/** A bearer token taken apart. */
export interface BearerToken {
  /** Names the token in lists and logs; no secret. */
  readonly tokenId: string;
  /** SHA-256 of the whole token: what is kept of it (TP-API-4). */
  readonly digest: Uint8Array;
}

/** A fresh token; `text` is a secret and is shown once. */
export interface FreshToken extends BearerToken {
  readonly text: string;
}

const TOKEN = /^tpt_([a-z0-9]{12})_[A-Za-z0-9_-]{43}$/;
const ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const ID_CHARS = 12;
const SECRET_BYTES = 32;

/** Makes a token: `tpt_<token id>_<256 random bits in base64url>`. */
export function newToken(): FreshToken {
  const letters = Array.from({ length: ID_CHARS }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]);
  const tokenId = letters.join("");
  const text = `tpt_${tokenId}_${randomBytes(SECRET_BYTES).toString("base64url")}`;
  return { text, tokenId, digest: digestOf(text) };
}

/** Takes a token apart; undefined for what has not its form. */
export function parseToken(text: string): BearerToken | undefined {
  const tokenId = TOKEN.exec(text)?.[1];
  return tokenId === undefined ? undefined : { tokenId, digest: digestOf(text) };
}

/** The token of an Authorization header; undefined for another scheme or form (RFC 6750). */
export function parseAuthorization(header: string | undefined): BearerToken | undefined {
  const [scheme = "", given = "", ...rest] = (header ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || rest.length > 0) return undefined;
  return parseToken(given);
}

function digestOf(text: string): Uint8Array {
  return hash("sha256", text, "buffer");
}
