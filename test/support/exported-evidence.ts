import { readFile } from "node:fs/promises";
import { addUserOnce, callApi, fetchFile, issueToken } from "#http";
import type { RunningExchange } from "../../deploy/local/index.ts";

const TIMEOUT_MS = 30_000;

interface ListedRecord {
  readonly sender: string;
  readonly messageId: string;
}

/** Evidence about a request that a running exchange has recorded, as an auditor exports it. */
export async function exportedEvidence({ gateway, paths }: RunningExchange): Promise<Buffer> {
  const userId = "auditor";
  const token = (await readFile(paths.gateway.apiToken, "utf8")).trim();
  const admin = { url: gateway.url, token };
  const user = { userId, name: "Auditor (made up for a test)", roles: ["AUDITOR"] } as const;
  await addUserOnce(admin, user, TIMEOUT_MS);
  const own = await issueToken(admin, userId, { label: "test", timeoutMs: TIMEOUT_MS });
  const door = { url: gateway.url, token: own };
  const listing = { path: "/v1/records?kind=TRACE_REQUEST&limit=1", timeoutMs: TIMEOUT_MS };
  const { records } = await callApi<{ records: ListedRecord[] }>(door, listing);
  const [newest] = records;
  const path = `/v1/evidence/messages/${newest?.sender}/${newest?.messageId}`;
  return await fetchFile(door, { path, timeoutMs: TIMEOUT_MS });
}
