import { rm } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { NATS_LIMITS, printable, readSecret, readSecretIfThere } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { participantsOf } from "../folder/open-exchange-folder.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { credentialsFile } from "../provision/authority-files.ts";
import { type AccountChanges, issueUser, signingKeyOf, userOf } from "../provision/claims.ts";
import { Nkey } from "../provision/nkey.ts";
import { hubNames, leafPermissions } from "../provision/permissions.ts";
import { type HeldAccount, openAccountEdit, type Scope } from "../reconcile/account-edit.ts";
import type { CarrierPlace } from "../reconcile/standings.ts";

/** The user a participant's leaf logs in to the hub as. */
export const LEAF_USER = "leaf";

/** What a leaf is made from; secret. */
export interface LeafRight {
  /** Content of the credentials file the leaf logs in with. */
  readonly credentials: string;
  /** Public key of the participant's own user, whom the leaf lets in. */
  readonly serviceUser: string;
}

/**
 * Lets a participant have a leaf while the server runs (TP-TLS-9): room for its link, a role whose
 * users can be nothing but the link of a leaf, and the names its inbox is asked under. Run again it
 * changes nothing, and returns the same credentials. Throws TracepostError USAGE for who takes no
 * part, DATA_FOLDER where the participant's own credentials are absent, TRANSPORT.
 */
export async function grantLeaf(place: CarrierPlace, participant: string): Promise<LeafRight> {
  const { paths } = place;
  const serviceUser = await serviceUserOf(paths, participant);
  const edit = await openAccountEdit(place, participant);
  try {
    const { held } = edit;
    const file = credentialsFile(paths, participant, LEAF_USER);
    const known = await readSecretIfThere(file);
    if (known !== undefined && held.nats.limits?.leaf !== 0) {
      return { credentials: known, serviceUser };
    }
    // Former ones must not be taken for those of the new key if this is interrupted.
    await rm(file, { force: true });
    const key = Nkey.generate("account");
    await edit.put(held, withLeaf(held, participant, key));
    const user = { name: LEAF_USER, account: held.sub, signingKey: key };
    const credentials = await issueUser(user);
    await writePrivateFile(keyFile(paths, participant), key.seedText);
    await writePrivateFile(file, credentials);
    return { credentials, serviceUser };
  } finally {
    await edit.close();
  }
}

/**
 * Takes it away: its link is cut at once, and what it logged in with is worth nothing. Its service
 * goes on where it logs in to the hub by itself. Throws TracepostError USAGE, TRANSPORT.
 */
export async function withdrawLeaf(place: CarrierPlace, participant: string): Promise<void> {
  const { paths } = place;
  const edit = await openAccountEdit(place, participant);
  try {
    await edit.put(edit.held, withoutLeaf(edit.held));
  } finally {
    await edit.close();
  }
  await rm(keyFile(paths, participant), { force: true });
  await rm(credentialsFile(paths, participant, LEAF_USER), { force: true });
}

/** What of an account's claims goes when it has no leaf any more. */
export function withoutLeaf({ nats }: HeldAccount): AccountChanges {
  return {
    limits: { ...nats.limits, leaf: 0 } as Limits,
    signing_keys: (nats.signing_keys ?? []).filter((scope) => !isLeafScope(scope)),
    mappings: {},
  };
}

/** What an account's claims are given for a leaf. */
function withLeaf(account: HeldAccount, participant: string, key: Nkey): AccountChanges {
  const scope = signingKeyOf({
    role: "leaf",
    publicKey: key.getPublicKey(),
    permissions: leafPermissions(participant),
    subscriptionsMax: NATS_LIMITS.userSubscriptionsMax,
    connection: "LEAFNODE",
  });
  const { limits, signing_keys: others } = withoutLeaf(account);
  return {
    limits: { ...limits, leaf: NATS_LIMITS.leafLinksMax } as Limits,
    signing_keys: [...(others ?? []), scope],
    mappings: Object.fromEntries(hubNames().map(({ atHub, subject }) => [atHub, [{ subject }]])),
  };
}

type Limits = NonNullable<AccountChanges["limits"]>;

function isLeafScope(scope: Scope): boolean {
  return typeof scope !== "string" && "role" in scope && scope.role === "leaf";
}

function keyFile(paths: ExchangePaths, participant: string): string {
  return join(paths.nats.keysDir, `${participant}.leaf.nk`);
}

async function serviceUserOf(paths: ExchangePaths, participant: string): Promise<string> {
  const listed = (await participantsOf(paths)).map(({ id }) => id);
  if (!listed.includes(participant)) {
    throw new TracepostError("USAGE", `no participant is called ${printable(participant)}`, {
      remedy: `This exchange has ${listed.join(", ")}.`,
    });
  }
  const file = credentialsFile(paths, participant, participant);
  const user = userOf(await readSecret(file));
  if (user !== undefined) return user;
  throw new TracepostError("DATA_FOLDER", `${file} holds no credentials`, {
    remedy: `Make them anew: tracepost exchange credentials --account ${participant}`,
  });
}
