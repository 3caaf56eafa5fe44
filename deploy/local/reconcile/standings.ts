import type { ClaimsAdmin } from "#bus";
import { TracepostError } from "#errors";
import { readSecretIfThere, Semaphore } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { participantsOf } from "../folder/open-exchange-folder.ts";
import { CORE_ACCOUNT, GATEWAY_ACCOUNT, SYSTEM_ACCOUNT } from "../provision/authority.ts";
import {
  credentialsFile,
  readAccountTokens,
  readStoragePlan,
} from "../provision/authority-files.ts";
import { readAccount, userOf } from "../provision/claims.ts";
import { withProvisioner } from "../provision/provision-streams.ts";
import { outboxStream } from "../provision/topology.ts";
import type { NatsStanding } from "./plan.ts";

/** Accounts worked on at the same time. */
const ACCOUNTS_AT_ONCE = 8;
/** Questions asked at the same time: they cost the server little; waiting takes long. */
const QUESTIONS_AT_ONCE = 64;
const OPERATOR_ACCOUNTS: readonly string[] = [CORE_ACCOUNT, GATEWAY_ACCOUNT, SYSTEM_ACCOUNT];

/** Where the server is, and the operator's folder. */
export interface CarrierPlace {
  readonly paths: ExchangePaths;
  readonly natsUrl: string;
}

/** How the server and the operator's folder stand to everybody who has an account. */
export async function standingsOf(
  place: CarrierPlace,
  claims: ClaimsAdmin,
): Promise<ReadonlyMap<string, NatsStanding>> {
  const { paths } = place;
  const accounts = (await readAccountTokens(paths)).map((token) => readAccount(token));
  const keyOf = new Map(accounts.map(({ name, sub }) => [name, sub]));
  const gateway = await heldAccount(claims, keyOf.get(GATEWAY_ACCOUNT) ?? "");
  const imported = new Set((gateway?.nats.imports ?? []).map(({ subject }) => subject));
  const listed = new Set((await participantsOf(paths)).map(({ id }) => id));
  const members = [...keyOf].filter(([name]) => !OPERATOR_ACCOUNTS.includes(name));
  const outboxes = await outboxesOf(
    place,
    members.map(([id]) => id),
  );
  const found = await eachAtOnce(members, QUESTIONS_AT_ONCE, async ([id, key]) => {
    const account = await heldAccount(claims, key);
    const user = await participantUser(paths, id);
    const standing: NatsStanding = {
      isIssued: true,
      isHeld: account !== undefined,
      isConnected: imported.has(`tp.in.${id}.>`),
      hasStreams: outboxes.has(id),
      isRevoked: user !== undefined && account?.nats.revocations?.[user] !== undefined,
      isListed: listed.has(id),
    };
    return [id, standing] as const;
  });
  return new Map(found);
}

/** What the server has of an account; undefined when it has nothing. */
export async function heldAccount(claims: ClaimsAdmin, account: string) {
  const token = await claims.lookUp(account);
  return token === undefined ? undefined : readAccount(token);
}

/**
 * The user that a participant's credentials are of; undefined without credentials. Throws what
 * keeps them from being read: they may well be there.
 */
export async function participantUser(
  paths: ExchangePaths,
  id: string,
): Promise<string | undefined> {
  const file = credentialsFile(paths, id, id);
  const text = await readSecretIfThere(file);
  return text === undefined ? undefined : userOf(text);
}

/**
 * Whose streams are made. The outbox is the last that is made of a participant, so that it tells
 * of the inbox too.
 */
async function outboxesOf(
  place: CarrierPlace,
  members: readonly string[],
): Promise<ReadonlySet<string>> {
  const { streamBytes } = await readStoragePlan(place.paths);
  return await withProvisioner(place, CORE_ACCOUNT, async (admin) => {
    const found = await eachAtOnce(members, QUESTIONS_AT_ONCE, async (id) => {
      const { consumers, stream } = outboxStream(id, streamBytes);
      const last = consumers.at(-1)?.name ?? "";
      // The consumers come after the stream: with the last of them all is there.
      return (await admin.consumerState(stream.name, last)) === undefined ? [] : [id];
    });
    return new Set(found.flat());
  });
}

/** Does some work for each account, a few at a time; see {@link eachAtOnce}. */
export async function eachAccount(
  ids: readonly string[],
  work: (id: string) => Promise<void>,
): Promise<void> {
  await eachAtOnce(ids, ACCOUNTS_AT_ONCE, work);
}

/**
 * Does some work for each of many. After a failure none is begun; what is under way is waited for,
 * then the first failure is thrown.
 */
async function eachAtOnce<T, R>(
  all: readonly T[],
  atOnce: number,
  work: (one: T) => Promise<R>,
): Promise<R[]> {
  const permits = new Semaphore(atOnce);
  let hasFailed = false;
  const begun = all.map((one) =>
    permits.run(async () => {
      if (hasFailed) throw new TracepostError("INTERNAL", "given up after a failure");
      try {
        return await work(one);
      } catch (caught) {
        hasFailed = true;
        throw caught;
      }
    }),
  );
  await Promise.allSettled(begun);
  return await Promise.all(begun);
}
