import { TracepostError } from "#errors";
import { type ApiDoor, ApiProblem, addUserOnce, callApi, issueToken, type UserSpec } from "#http";
import { PROCESS_LIMITS, readSecretIfThere, systemClock } from "#runtime";
import { writePrivateFile } from "./folder/private-files.ts";
import type { RunningExchange } from "./supervisor/running-exchange.ts";

/** Who enters a service, and who answers for a system that does. */
type Users = readonly [UserSpec, ...UserSpec[]];

/**
 * The doors of all participants of a running exchange, as the first of `users` enters them. Users
 * who are not there are added, the last one first, so that a system can follow the person who
 * answers for it. The token is saved in the participant's folder and used again while it works.
 * Addresses are those of now at each call of the result.
 */
export async function openUserDoors(
  exchange: RunningExchange,
  users: Users | ((participant: string) => Users),
): Promise<() => ReadonlyMap<string, ApiDoor>> {
  const ids = [...exchange.participants.keys()];
  const tokens = new Map(
    await Promise.all(
      ids.map(async (id) => {
        const own = typeof users === "function" ? users(id) : users;
        return [id, await tokenOf(exchange, id, own)] as const;
      }),
    ),
  );
  return () =>
    new Map(
      [...exchange.participants].map(([id, { url }]) => [id, { url, token: tokens.get(id) ?? "" }]),
    );
}

async function tokenOf(
  exchange: RunningExchange,
  participant: string,
  users: Users,
): Promise<string> {
  const admin = exchange.participants.get(participant);
  if (admin === undefined) throw new TracepostError("INTERNAL", `no participant ${participant}`);
  const { paths } = exchange;
  const [{ userId }] = users;
  const file = paths.userToken(paths.participant(participant).tokensDir, userId);
  const saved = (await readSecretIfThere(file)) ?? "";
  if (saved !== "" && (await isGood({ url: admin.url, token: saved.trim() }))) return saved.trim();
  const timeoutMs = PROCESS_LIMITS.startMs;
  for (const user of users.toReversed()) await addUserOnce(admin, user, timeoutMs);
  const label = `set up on ${new Date(systemClock.now()).toISOString()}`;
  const token = await issueToken(admin, userId, { label, timeoutMs });
  await writePrivateFile(file, `${token}\n`);
  return token;
}

async function isGood(door: ApiDoor): Promise<boolean> {
  try {
    await callApi(door, { path: "/v1/me", timeoutMs: PROCESS_LIMITS.startMs });
    return true;
  } catch (caught) {
    if (caught instanceof ApiProblem && caught.status === 401) return false;
    throw caught;
  }
}
