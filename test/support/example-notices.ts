import { setTimeout as pause } from "node:timers/promises";
import { type ApiDoor, callApi, EXAMPLE_IDS } from "#http";

const TIMEOUT_MS = 30_000;

/**
 * Notices that examples are about, by the ids they have there, all of AT: of release and disclosure
 * about a message of KE, and a correction of what KE has passed on.
 */
export async function arrangeNotices(
  { at, ke }: { readonly ke: ApiDoor; readonly at: ApiDoor },
  {
    sent,
    trace,
  }: {
    readonly sent: { readonly messageId?: string };
    /** A request of AT to KE, as its body. */
    readonly trace: { readonly request: object };
  },
): Promise<Record<string, string>> {
  const subject = { sender: "KE", messageId: sent.messageId ?? "" };
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
  return {
    [EXAMPLE_IDS.receivedNotice]: release,
    [EXAMPLE_IDS.otherReceivedNotice]: disclosure,
    [EXAMPLE_IDS.onwardNotice]: await arrangeOnwardNotice({ ke, at }, trace),
  };
}

/** A correction of AT about a request of its own, which KE has passed on to ML by letter. */
async function arrangeOnwardNotice(
  { at, ke }: { readonly ke: ApiDoor; readonly at: ApiDoor },
  asked: { readonly request: object },
): Promise<string> {
  const request = { ...asked.request, onwardForwardConsent: true };
  const made = await post(at, "/v1/traces", { ...asked, request });
  const { caseId, messageId } = made as { caseId: string; messageId: string };
  await until(ke, `/v1/traces/${caseId}`, "DELIVERED");
  const path = `/v1/traces/${caseId}/next?state=ML`;
  const { trace } = await callApi<{ trace: object }>(ke, { path, timeoutMs: TIMEOUT_MS });
  await post(ke, "/v1/traces", trace);
  const noticeId = await notify(at, {
    subject: { messageId },
    correction: {
      reason: "The place of recovery was given wrongly.",
      fields: [{ path: "recovery.place", value: "AT-3" }],
    },
  });
  await untilOpen(ke, noticeId);
  return noticeId;
}

/** Sends a notice to the one participant it concerns; gives its id. */
async function notify(door: ApiDoor, body: object): Promise<string> {
  const { notices } = (await post(door, "/v1/notices", body)) as {
    notices: { noticeId: string }[];
  };
  return notices[0]?.noticeId ?? "";
}

async function post(door: ApiDoor, path: string, body: object): Promise<unknown> {
  return await callApi(door, { method: "POST", path, body, timeoutMs: TIMEOUT_MS });
}

function untilOpen(door: ApiDoor, noticeId: string): Promise<void> {
  return until(door, `/v1/notices/${noticeId}`, "OPEN");
}

async function until({ token, url }: ApiDoor, path: string, wanted: string): Promise<void> {
  const givenUpAt = Date.now() + TIMEOUT_MS;
  for (;;) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}${path}`, { headers });
    const found = (await response.json()) as { state?: string };
    if (found.state === wanted) return;
    if (Date.now() > givenUpAt) throw new TypeError(`never ${wanted}: ${JSON.stringify(found)}`);
    await pause(50);
  }
}
