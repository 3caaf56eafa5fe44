import { join } from "node:path";
import { type Clock, readSecretIfThere } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { LEAF_USER } from "../leaf/leaf-right.ts";
import { credentialsFile } from "../provision/authority-files.ts";
import { issueUser, userOf } from "../provision/claims.ts";
import { Nkey } from "../provision/nkey.ts";
import type { NatsRole } from "../provision/permissions.ts";
import { type HeldAccount, openAccountEdit, type Scope } from "./account-edit.ts";

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
  leaf: () => LEAF_USER,
  gateway: () => "gateway",
  "inbox-provisioner": () => "provisioner",
  "outbox-provisioner": () => "provisioner",
  "inbox-steward": () => "steward",
  "outbox-steward": () => "steward",
  operator: () => "operator",
};

/**
 * Makes the keys that issue the users of an account, and those users, anew (TP-KEY-6): the new
 * keys beside the old at the server, then the credentials files, and last the old keys gone and the
 * old users revoked. Who holds old credentials is cut off; a service reads its file again as it
 * reconnects. What an interrupted run has left works, and is replaced by the next run. Throws
 * TracepostError USAGE, DATA_FOLDER or TRANSPORT.
 */
export async function rotateCredentials(rotation: CredentialRotation): Promise<RotatedUser[]> {
  const { account: name, paths } = rotation;
  const edit = await openAccountEdit(rotation, name);
  try {
    const before = edit.held;
    const scopes = newScopes(before);
    if (rotation.dryRun === true) {
      return scopes.map(({ role }) => placeOf(paths, name, role));
    }
    const keys = scopes.map(({ scope }) => scope);
    const both = await edit.put(before, {
      signing_keys: [...(before.nats.signing_keys ?? []), ...keys],
    });
    const replaced = await Promise.all(scopes.map((one) => renew(paths, both, one)));
    // Anew: revoking the system's own user would cut the answer off.
    await edit.reconnect();
    const atSeconds = Math.floor(rotation.clock.now() / 1_000) + 1;
    const revoked = replaced.flatMap(({ before: user }) => (user === undefined ? [] : [user]));
    const revocations = Object.fromEntries(revoked.map((user) => [user, atSeconds]));
    await edit.put(both, {
      signing_keys: keys,
      revocations: { ...both.nats.revocations, ...revocations },
    });
    return replaced.map(({ before: _before, ...rotated }) => rotated);
  } finally {
    await edit.close();
  }
}

/** A role's right to issue users, with the new key that has it. */
interface NewScope {
  readonly role: NatsRole;
  readonly key: Nkey;
  readonly scope: Scope;
}

/** One new key for each role; what an interrupted run has added is not taken over. */
function newScopes(account: HeldAccount): NewScope[] {
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
async function renew(paths: ExchangePaths, account: HeldAccount, { key, role }: NewScope) {
  const place = placeOf(paths, account.name, role);
  const { file, user } = place;
  const before = userOf((await readSecretIfThere(file)) ?? "");
  const credentials = await issueUser({ name: user, account: account.sub, signingKey: key });
  await writePrivateFile(join(paths.nats.keysDir, `${account.name}.${role}.nk`), key.seedText);
  await writePrivateFile(file, credentials);
  return { ...place, before };
}
