import { callService, type ServiceAccess } from "./service-access.ts";

/** A notice as the API gives it. */
export interface NoticeView {
  readonly noticeId: string;
  readonly direction: string;
  readonly peer: string;
  readonly kind: string;
  readonly state: string;
  readonly caseId: string;
  readonly subject: { readonly sender: string; readonly messageId: string; readonly part: string };
  readonly outstanding?: number;
  readonly updatedAt: string;
  readonly answer?: {
    readonly done?: boolean;
    readonly explanation?: string;
    readonly onward?: readonly {
      readonly participant: string;
      readonly passedOnBy: string;
      readonly standing?: string;
      readonly explanation?: string;
    }[];
    readonly granted?: boolean;
    readonly releaseTo?: readonly string[];
    readonly conditions?: string;
    readonly reason?: string;
  };
  /** By which letters States off the exchange were told, and what they answered. */
  readonly letters?: readonly {
    readonly to: string;
    readonly channel: string;
    readonly reference: string;
    readonly on: string;
    readonly answer?: string;
    readonly note?: string;
    readonly by: string;
  }[];
}

/** What this State passed on of others, as the API gives it. */
export interface OnwardCopyView {
  readonly of: { readonly sender: string; readonly messageId: string; readonly part: string };
  readonly messageId: string;
  readonly caseId: string;
  readonly to: string;
  readonly ground: string;
  readonly at: string;
}

type Query = Readonly<Record<string, string>>;

const pathOf = (noticeId: string): string => `/v1/notices/${encodeURIComponent(noticeId)}`;

/** A notice to one State. */
export interface SentNotice {
  readonly noticeId: string;
  readonly to: string;
  /** The State is off the exchange: it is written a letter. */
  readonly byLetter?: boolean;
}

/** Sends a notice; what waits for a second person has a `releaseId` instead. */
export async function sendNotice(
  service: ServiceAccess,
  body: object,
  key: string | undefined,
): Promise<{ readonly notices: readonly SentNotice[] }> {
  return await callService(service, {
    method: "POST",
    path: "/v1/notices",
    body,
    headers: keyHeader(key),
  });
}

/** Answers a notice received: `confirm` or `decide`. */
export async function answerNotice(
  service: ServiceAccess,
  answer: {
    readonly noticeId: string;
    readonly verb: "confirm" | "decide";
    readonly body: object;
    readonly key: string | undefined;
  },
): Promise<{ readonly answerId: string }> {
  const { body, key, noticeId, verb } = answer;
  const path = `${pathOf(noticeId)}/${verb}`;
  return await callService(service, { method: "POST", path, body, headers: keyHeader(key) });
}

/** Notes what went about a notice by letter; the notice as it stands then. */
export async function noteTold(
  service: ServiceAccess,
  told: { readonly noticeId: string; readonly body: object; readonly key: string | undefined },
): Promise<NoticeView> {
  const { body, key, noticeId } = told;
  const path = `${pathOf(noticeId)}/told-by-letter`;
  return await callService(service, { method: "POST", path, body, headers: keyHeader(key) });
}

function keyHeader(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { "idempotency-key": key };
}

/** Notices, the newest first. */
export async function listNotices(
  service: ServiceAccess,
  query: Query,
): Promise<{ readonly notices: readonly NoticeView[]; readonly next?: string }> {
  return await callService(service, { path: `/v1/notices?${new URLSearchParams(query)}` });
}

/** One with what it says and what was answered. */
export async function loadNotice(service: ServiceAccess, noticeId: string): Promise<NoticeView> {
  return await callService(service, { path: pathOf(noticeId) });
}

/** What was passed on, the newest first. */
export async function listOnward(
  service: ServiceAccess,
  query: Query,
): Promise<{ readonly copies: readonly OnwardCopyView[]; readonly next?: string }> {
  return await callService(service, { path: `/v1/onward?${new URLSearchParams(query)}` });
}
