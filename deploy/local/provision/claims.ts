/**
 * The only user of `@nats-io/jwt`, whose interface is not promised to stay: everything that is
 * issued to NATS is made here, and tests decode each of it (TP-NATS-6).
 */

import { verify } from "node:crypto";
import {
  type Account,
  type Activation,
  Algorithms,
  type ClaimsData,
  type Export,
  encodeAccount,
  encodeActivation,
  encodeOperator,
  encodeUser,
  fmtCreds,
  type Operator,
  type SigningKey,
  type User,
} from "@nats-io/jwt";
import { TracepostError } from "#errors";
import { NATS_LIMITS } from "#runtime";
import { Nkey } from "./nkey.ts";
import { publicKeyOfText } from "./nkey-codec.ts";
import type { RolePermissions } from "./permissions.ts";

const NANOSECONDS_PER_MS = 1_000_000;
/** No limit, in the words of NATS. */
const UNLIMITED = -1;

/** What an account may hold and use. */
export interface AccountLimits {
  readonly imports: number;
  readonly exports: number;
  readonly connections: number;
  readonly streams: number;
  readonly consumers: number;
  /** Bytes of all its streams together; 0: no JetStream. */
  readonly diskBytes: number;
  readonly streamBytes: number;
}

/** A service one account opens to others that hold an activation. */
export interface ServiceExport {
  readonly name: string;
  readonly subject: string;
  /** "many": one request may be answered by any number of messages; default one. */
  readonly answers?: "many";
}

/** A service of another account, with the activation it issued. */
export interface ServiceImport {
  readonly name: string;
  readonly subject: string;
  readonly account: string;
  readonly token: string;
}

/** A role with the key that may issue users of it, and no others. */
export interface SigningRole {
  readonly role: string;
  readonly publicKey: string;
  readonly permissions: RolePermissions;
  /** Of each connection. */
  readonly subscriptionsMax: number;
  /** How its users connect: as a client, the default, or as the link of a leaf. */
  readonly connection?: "STANDARD" | "LEAFNODE";
}

/** Everything an account is made of. */
export interface AccountClaims {
  readonly name: string;
  readonly publicKey: string;
  readonly limits: AccountLimits;
  readonly exports: readonly ServiceExport[];
  readonly imports: readonly ServiceImport[];
  readonly roles: readonly SigningRole[];
}

/** The operator's own token: trusts its key, names the system account. */
export function issueOperator(name: string, key: Nkey, systemAccount: string): Promise<string> {
  const operator: Partial<Operator> = { system_account: systemAccount };
  return encodeOperator(name, key, operator);
}

/** Issues an account under the operator's key. */
export function issueAccount(claims: AccountClaims, operator: Nkey): Promise<string> {
  return encodeAccount(claims.name, claims.publicKey, accountOf(claims), {
    signer: operator,
  });
}

function accountOf(claims: AccountClaims): Partial<Account> {
  const { limits } = claims;
  return {
    limits: {
      subs: UNLIMITED,
      data: UNLIMITED,
      payload: UNLIMITED,
      imports: limits.imports,
      exports: limits.exports,
      wildcards: true,
      conn: limits.connections,
      leaf: 0,
      disallow_bearer: true,
      mem_storage: 0,
      disk_storage: limits.diskBytes,
      streams: limits.streams,
      consumer: limits.consumers,
      mem_max_stream_bytes: 0,
      disk_max_stream_bytes: limits.streamBytes,
      max_bytes_required: limits.diskBytes > 0,
      max_ack_pending: UNLIMITED,
    },
    exports: claims.exports.map(exportOf),
    imports: claims.imports.map((from) => ({ ...from, type: "service" as const })),
    signing_keys: claims.roles.map(signingKeyOf),
    // A user that is not issued under a role can do nothing at all.
    default_permissions: { pub: { deny: [">"] }, sub: { deny: [">"] } },
  };
}

/** A way back that nothing comes by any more is forgotten soon, so that requests cost no memory. */
function exportOf({ name, subject, answers }: ServiceExport): Export {
  return {
    name,
    subject,
    type: "service",
    token_req: true,
    response_type: answers === "many" ? "Stream" : "Singleton",
    response_threshold: NATS_LIMITS.answerSilenceMs * NANOSECONDS_PER_MS,
  };
}

/**
 * The library's own helper for this adds `resp` (allow_responses): a right to publish wherever a
 * reply subject points, and a slow path in the server. Hence built by hand, without it.
 */
export function signingKeyOf(signingRole: SigningRole): SigningKey {
  const { role, publicKey, permissions, subscriptionsMax, connection } = signingRole;
  return {
    kind: "user_scope",
    key: publicKey,
    role,
    template: {
      pub: { allow: [...permissions.publish] },
      sub: { allow: [...permissions.subscribe] },
      subs: subscriptionsMax,
      data: UNLIMITED,
      payload: UNLIMITED,
      bearer_token: false,
      allowed_connection_types: [connection ?? "STANDARD"],
    },
  };
}

/** Permits one account to import one subject of another, and nothing wider. */
export function issueActivation(options: {
  readonly name: string;
  readonly subject: string;
  readonly importer: string;
  readonly exporter: Nkey;
}): Promise<string> {
  const { name, subject, importer, exporter } = options;
  return encodeActivation(name, importer, exporter, "service", { subject });
}

/** Claims of an account that are changed; the library does not know the mappings of subjects. */
export interface AccountChanges extends Partial<Account> {
  /** By the subject that is published to: what it is taken for. */
  readonly mappings?: Readonly<Record<string, readonly { readonly subject: string }[]>>;
}

/**
 * The same account with some of its claims changed, signed again by the operator. Made from what
 * the server has, so that nothing else changes (TP-NATS-8).
 */
export function editAccount(
  held: ClaimsData<Account>,
  changes: AccountChanges,
  operator: Nkey,
): Promise<string> {
  return encodeAccount(held.name, held.sub, { ...held.nats, ...changes }, { signer: operator });
}

/** Public key of the user of a credentials file; undefined when there is no token in it. */
export function userOf(credentials: string): string | undefined {
  const token = /-----BEGIN NATS USER JWT-----\s+(\S+)/.exec(credentials)?.[1];
  return token === undefined ? undefined : read<User>(token, "a user").sub;
}

/**
 * Issues a user with a fresh key under a role's signing key; its rights are the role's, none are in
 * the token. Gives the text of its credentials file.
 */
export async function issueUser(options: {
  readonly name: string;
  readonly account: string;
  readonly signingKey: Nkey;
}): Promise<string> {
  const { name, account, signingKey } = options;
  const userKey = Nkey.generate("user");
  const rights = { signer: signingKey, scopedUser: true };
  const token = await encodeUser(name, userKey.getPublicKey(), account, {}, rights);
  return credentialsText(token, userKey);
}

/** The text of a credentials file: the token and the key that proves to be its holder. */
export function credentialsText(token: string, userKey: Nkey): string {
  return new TextDecoder().decode(fmtCreds(token, userKey));
}

/**
 * Reads a token and verifies its signature by the key it names as issuer; who that issuer is, the
 * caller checks. With node:crypto: the library's own decoder takes 10 ms for each token.
 */
function read<T>(token: string, what: string): ClaimsData<T> {
  const [head = "", body = "", signature = ""] = token.split(".");
  try {
    const { alg } = JSON.parse(fromBase64Url(head)) as { alg?: string };
    const claims = JSON.parse(fromBase64Url(body)) as ClaimsData<T>;
    const signed = Buffer.from(`${head}.${body}`);
    const key = publicKeyOfText(claims.iss);
    const good =
      alg === Algorithms.v2 && verify(null, signed, key, Buffer.from(signature, "base64url"));
    if (good) return claims;
  } catch (caught) {
    throw new TracepostError("VERIFICATION", `${what} is no valid NATS token`, { cause: caught });
  }
  throw new TracepostError("VERIFICATION", `${what} is a NATS token with a bad signature`);
}

function fromBase64Url(text: string): string {
  return Buffer.from(text, "base64url").toString("utf8");
}

/** Reads an account token. Throws TracepostError VERIFICATION when it is none, or was changed. */
export function readAccount(token: string): ClaimsData<Account> {
  return read<Account>(token, "an account");
}

/** Reads an activation token. Throws TracepostError VERIFICATION. */
export function readActivation(token: string): ClaimsData<Activation> {
  return read<Activation>(token, "an activation");
}

/** Reads the operator's token. Throws TracepostError VERIFICATION. */
export function readOperator(token: string): ClaimsData<Operator> {
  return read<Operator>(token, "the operator");
}
