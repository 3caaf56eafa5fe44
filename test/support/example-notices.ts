import { setTimeout as pause } from "node:timers/promises";
import { type ApiDoor, callApi } from "#http";

const TIMEOUT_MS = 30_000;

/** Notices that examples are about, sent by AT about a message of KE: of release and disclosure. */
export async function arrangeNotices(
  { at, ke }: { readonly ke: ApiDoor; readonly at: ApiDoor },
  messageId: string,
): Promise<string[]> {
  const subject = { sender: "KE", messageId };
  const release = await notify(at, {
    subject,
    onwardReleaseRequest: {
      releaseTo: ["DE"],
      purpose: "The importer moved to that State; it is asked next.",
    },
  });
  const disclosure = await notify(at, {
    subject,
    priorDisclosure: {
      proceeding: "COURT",
      authority: "Regional court (made up)",
      disclosureOn: "2026-12-01",
      what: "The custody events of the answer",
      legalBasis: "Code of procedure, section 9 (made up)",
    },
  });
  for (const noticeId of [release, disclosure]) await untilOpen(ke, noticeId);
  return [release, disclosure];
}

/** Sends a notice to the one participant it concerns; gives its id. */
async function notify(door: ApiDoor, body: object): Promise<string> {
  const call = { method: "POST", path: "/v1/notices", body, timeoutMs: TIMEOUT_MS } as const;
  const { notices } = await callApi<{ notices: { noticeId: string }[] }>(door, call);
  return notices[0]?.noticeId ?? "";
}

async function untilOpen({ token, url }: ApiDoor, noticeId: string): Promise<void> {
  const givenUpAt = Date.now() + TIMEOUT_MS;
  for (;;) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/v1/notices/${noticeId}`, { headers });
    const found = (await response.json()) as { state?: string };
    if (found.state === "OPEN") return;
    if (Date.now() > givenUpAt) throw new TypeError(`it never came: ${JSON.stringify(found)}`);
    await pause(50);
  }
}
