import { join } from "node:path";
import { connectClaimsAdmin } from "#bus";
import { TracepostError } from "#errors";
import { type Clock, readSecretIfThere } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { credentialsFile, keyIn, readIssuedTokens } from "../provision/authority-files.ts";
import {
  credentialsText,
  editAccount,
  issueUser,
  readAccount,
  userOf,
} from "../provision/claims.ts";
import { Nkey } from "../provision/nkey.ts";
import { operatorConnection } from "../provision/operator-connection.ts";
import type { NatsRole } from "../provision/permissions.ts";

/** Whose credentials are made anew. */
export interface CredentialRotation {
  readonly paths: ExchangePaths;
  readonly natsUrl: string;
  readonly clock: Clock;
  /** Name of the account: a participant, GATEWAY, CORE or SYS. */
  readonly account: string;
  /** Says whose credentials it would be, and changes nothing. */
  readonly dryRun?: boolean;
}

/** A user whose credentials were made anew. */
export interface RotatedUser {
  readonly account: string;
  readonly user: string;
  readonly file: string;
}

/** The users of an account, each issued by the key of its role. */
const USER_OF_ROLE: Readonly<Record<NatsRole, (account: string) => string>> = {
  participant: (account) => account,
  gateway: () => "gateway",
  "inbox-provisioner": () => "provisioner",
  "outbox-provisioner": () => "provisioner",
  "inbox-steward": () => "steward",
  "outbox-steward": () => "steward",
  operator: () => "operator",
};

type Account = ReturnType<typeof readAccount>;
type Scope = NonNullable<Account["nats"]["signing_keys"]>[number];

/**
 * Makes the keys that issue the users of an account, and those users, anew (TP-KEY-6): the new
 * keys beside the old at the server, then the credentials files, and last the old keys gone and the
 * old users revoked. Who holds old credentials is cut off; a service reads its file again as it
 * reconnects. What an interrupted run has left works, and is replaced by the next run. Throws
 * TracepostError USAGE, DATA_FOLDER or TRANSPORT.
 */
export async function rotateCredentials(rotation: CredentialRotation): Promise<RotatedUser[]> {
  const { account: name, paths } = rotation;
  let claims = await connect(rotation);
  const put = async (account: Account, changes: Partial<Account["nats"]>): Promise<Account> => {
    const token = await editAccount(account, changes, await keyIn(paths, "operator"));
    await claims.update(token);
    await writePrivateFile(join(paths.nats.issuedDir, `${name}.jwt`), token);
    return readAccount(token);
  };
  try {
    const held = await claims.lookUp(await accountKey(paths, name));
    if (held === undefined) throw unknownAccount(name);
    const before = readAccount(held);
    const scopes = newScopes(before);
    if (rotation.dryRun === true) {
      return scopes.map(({ role }) => placeOf(paths, name, role));
    }
    const keys = scopes.map(({ scope }) => scope);
    const both = await put(before, {
      signing_keys: [...(before.nats.signing_keys ?? []), ...keys],
    });
    const replaced = await Promise.all(scopes.map((one) => renew(paths, both, one)));
    // Anew: revoking the system's own user would cut the answer off.
    await claims.close();
    claims = await connect(rotation);
    const atSeconds = Math.floor(rotation.clock.now() / 1_000) + 1;
    const revoked = replaced.flatMap(({ before: user }) => (user === undefined ? [] : [user]));
    const revocations = Object.fromEntries(revoked.map((user) => [user, atSeconds]));
    await put(both, {
      signing_keys: keys,
      revocations: { ...both.nats.revocations, ...revocations },
    });
    return replaced.map(({ before: _before, ...rotated }) => rotated);
  } finally {
    await claims.close();
  }
}

function connect({ natsUrl, paths }: CredentialRotation) {
  return connectClaimsAdmin(operatorConnection(paths, natsUrl, "credentials"));
}

/** A role's right to issue users, with the new key that has it. */
interface NewScope {
  readonly role: NatsRole;
  readonly key: Nkey;
  readonly scope: Scope;
}

/** One new key for each role; what an interrupted run has added is not taken over. */
function newScopes(account: Account): NewScope[] {
  const byRole = new Map<NatsRole, Scope>();
  for (const scope of account.nats.signing_keys ?? []) {
    if (typeof scope !== "string" && "role" in scope) byRole.set(scope.role as NatsRole, scope);
  }
  return [...byRole].map(([role, scope]) => {
    const key = Nkey.generate("account");
    return { role, key, scope: { ...(scope as object), key: key.getPublicKey() } as Scope };
  });
}

function placeOf(paths: ExchangePaths, account: string, role: NatsRole): RotatedUser {
  const user = USER_OF_ROLE[role](account);
  return { account, user, file: credentialsFile(paths, account, user) };
}

/** Issues the user of a role anew; `before` is the public key of the one it replaces. */
async function renew(paths: ExchangePaths, account: Account, { key, role }: NewScope) {
  const place = placeOf(paths, account.name, role);
  const { file, user } = place;
  const before = userOf((await readSecretIfThere(file)) ?? "");
  const userKey = Nkey.generate("user");
  const token = await issueUser({
    name: user,
    userKey: userKey.getPublicKey(),
    account: account.sub,
    signingKey: key,
  });
  await writePrivateFile(join(paths.nats.keysDir, `${account.name}.${role}.nk`), key.seedText);
  await writePrivateFile(file, credentialsText(token, userKey));
  return { ...place, before };
}

async function accountKey(paths: ExchangePaths, name: string): Promise<string> {
  const { accounts } = await readIssuedTokens(paths);
  const found = accounts.find(({ token }) => readAccount(token).name === name);
  if (found === undefined) throw unknownAccount(name);
  return found.publicKey;
}

function unknownAccount(name: string): TracepostError {
  return new TracepostError("USAGE", `NATS has no account ${name} in this exchange`, {
    remedy: "Name a participant of it, or GATEWAY, CORE or SYS.",
  });
}
