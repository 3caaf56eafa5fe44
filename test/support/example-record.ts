import { setTimeout as pause } from "node:timers/promises";
import { type ApiDoor, callApi, EXAMPLE_IDS } from "#http";
import { EXAMPLE_TRACE } from "../../services/focal-point/api/trace-examples.ts";

const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

interface ListedRecord {
  readonly logIndex: number;
  readonly messageId: string;
}

/** Has a trace request recorded; gives what stands for the example's, and its place in the log. */
export async function recordedRequest(
  focalPoint: ApiDoor,
  gateway: ApiDoor,
): Promise<[string, string][]> {
  const sending = { method: "POST", path: "/v1/traces", body: EXAMPLE_TRACE } as const;
  const sent = await callApi<{ caseId: string; messageId: string }>(focalPoint, {
    ...sending,
    timeoutMs: TIMEOUT_MS,
  });
  const givenUpAt = Date.now() + TIMEOUT_MS;
  for (;;) {
    const path = "/v1/records?kind=TRACE_REQUEST&limit=1";
    const call = { path, timeoutMs: TIMEOUT_MS };
    const { records } = await callApi<{ records: ListedRecord[] }>(gateway, call);
    const [newest] = records;
    if (newest?.messageId === sent.messageId) {
      return [
        [EXAMPLE_IDS.record, String(newest.logIndex)],
        [EXAMPLE_IDS.recordedMessage, sent.messageId],
        [EXAMPLE_IDS.recordedCase, sent.caseId],
      ];
    }
    if (Date.now() > givenUpAt) throw new TypeError("no request is recorded");
    await pause(POLL_MS);
  }
}
