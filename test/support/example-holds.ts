import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type ApiDoor, addUserOnce, callApi, issueToken } from "#http";
import type { RunningExchange } from "../../deploy/local/index.ts";

const TIMEOUT_MS = 30_000;
const REASON = { reason: "Made up" };

/** Holds 1 to 6 of another records officer, each standing where an example of the API finds it. */
export async function arrangeHolds(
  door: ApiDoor,
  exchange: RunningExchange,
  id: string,
): Promise<void> {
  const { admin, storeFile } = await keeperOf(exchange, id);
  const userId = "records-2";
  const roles = ["RECORDS_OFFICER"] as const;
  await addUserOnce(admin, { userId, name: "Made up for a test", roles }, TIMEOUT_MS);
  const label = { label: "test", timeoutMs: TIMEOUT_MS };
  const officer = { url: door.url, token: await issueToken(admin, userId, label) };
  const post = (who: ApiDoor, path: string, body: object) =>
    callApi<object>(who, { method: "POST", path, body, timeoutMs: TIMEOUT_MS });
  const wish = { party: "KE-CUSTOMS", authority: "Made up", ...REASON };
  for (let hold = 1; hold <= 6; hold += 1) await post(officer, "/v1/holds", wish);
  for (const hold of [3, 4, 5, 6]) await post(door, `/v1/holds/${hold}/confirm`, REASON);
  for (const hold of [4, 5]) await post(officer, `/v1/holds/${hold}/release`, REASON);
  waitingRun(storeFile, userId);
}

/** The administrator of a service, and where its store is. */
async function keeperOf({ gateway, participants, paths }: RunningExchange, id: string) {
  if (id === "gateway") {
    const token = (await readFile(paths.gateway.apiToken, "utf8")).trim();
    const storeFile = join(paths.gateway.dir, "gateway.sqlite");
    return { admin: { url: gateway.url ?? "", token }, storeFile };
  }
  const admin = participants.get(id);
  if (admin === undefined) throw new TypeError(`no participant ${id}`);
  return { admin, storeFile: join(paths.participant(id).dir, `${kindOf(id)}.sqlite`) };
}

/** What a participant of a test runs. */
function kindOf(id: string): string {
  if (id.startsWith("ORG-")) return "regional-monitor";
  return id.includes("-") ? "border-agency" : "focal-point";
}

/** Nothing of a young exchange is due: the runs that examples are about are put in by hand. */
function waitingRun(file: string, askedBy: string): void {
  const db = new DatabaseSync(file, { timeout: TIMEOUT_MS });
  try {
    db.prepare(
      `INSERT INTO disposal_run (state, why, authority, asked_by, asked_at, due)
       VALUES ('waiting', 'SHARE', 'Made up', ?, 1, 0)`,
    ).run(askedBy);
    db.prepare(
      `INSERT INTO disposal_run (state, why, authority, asked_by, asked_at, due, declined_by,
         declined_because, ended_at)
       VALUES ('declined', '', 'Made up', ?, 1, 0, ?, 'Made up', 2)`,
    ).run(askedBy, askedBy);
  } finally {
    db.close();
  }
}
