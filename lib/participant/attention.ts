import { basename } from "node:path";
import { REFUSALS } from "#errors";
import { ageText, type PageAlert } from "#http";
import { INCIDENT_REMEDIES, type PostOpen } from "#post";
import { STATUS_LIMITS } from "#runtime";
import type { DueCertificate } from "#tls";
import { type EndingKey, endingText, type StandingNotice } from "#trust";
import { WEBHOOK_FAILURES, type WebhookRecord } from "#webhooks";
import { laneToken } from "#wire";
import type { RecordCounts } from "./records/record-counts.ts";

/** What is looked at in every service to see whether something needs a person. */
export interface ServiceGlance {
  readonly connected: boolean;
  readonly consuming: boolean;
  /** Why the program that signs gives no signature (TP-SIGN-5). */
  readonly signerProblem?: string | undefined;
  /** What is to be done about the register; undefined: nothing. */
  readonly notice?: StandingNotice | undefined;
  /** Own keys that end soon and have no successor (TP-KEY-7). */
  readonly endingKeys?: readonly EndingKey[];
  /** Own certificates that end soon or are over (TP-OPS-20). */
  readonly dueCertificates?: readonly DueCertificate[];
  readonly post: PostOpen;
  /** What of records waits for a person (TP-PREC-7). */
  readonly records?: RecordCounts;
  /** Kind of incident → how often, since the store was made. */
  readonly incidents: Readonly<Record<string, number>>;
  readonly webhooks: readonly WebhookRecord[];
  /** Number of the newest change. */
  readonly newestChange: number;
}

/**
 * What needs a person in any service (TP-FP-7): what is stuck first, `own` between what the post
 * says and what incidents and webhooks do. Names States, kinds and codes; no message, no person.
 */
export function serviceAttention(
  glance: ServiceGlance,
  own: readonly PageAlert[],
  nowMs: number,
): PageAlert[] {
  return [
    ...connectionAlerts(glance),
    ...signerAlerts(glance),
    ...(glance.notice === undefined ? [] : [glance.notice]),
    ...keyAlerts(glance, nowMs),
    ...certificateAlerts(glance),
    ...postAlerts(glance, nowMs),
    ...own,
    ...recordAlerts(glance),
    ...incidentAlerts(glance, nowMs),
    ...webhookAlerts(glance, nowMs),
  ].toSorted((one, other) => Number(other.level === "stuck") - Number(one.level === "stuck"));
}

function connectionAlerts({ connected, consuming }: ServiceGlance): PageAlert[] {
  if (!connected) {
    return [
      {
        level: "stuck",
        what: "There is no connection to the exchange: nothing is sent and nothing comes in.",
        remedy:
          "Look at the network, and whether the exchange runs. Messages are kept, and sent once " +
          "it is back.",
      },
    ];
  }
  if (consuming) return [];
  return [
    {
      level: "stuck",
      what: "Connected, but the inbox is not read: the exchange does not answer for it.",
      remedy:
        "Where this State runs a NATS server of its own, look at its link to the exchange; else " +
        "tell the operator of the exchange. Messages are kept, and sent once it answers.",
    },
  ];
}

function signerAlerts({ signerProblem }: ServiceGlance): PageAlert[] {
  if (signerProblem === undefined) return [];
  return [
    {
      level: "stuck",
      what: `Nothing is signed: ${signerProblem}.`,
      remedy:
        "Look at the program or the hardware that signs. Messages are kept, and signed and sent " +
        "once it answers.",
    },
  ];
}

function recordAlerts({ records }: ServiceGlance): PageAlert[] {
  if (records === undefined) return [];
  const { due, holdsToReview, holdsWaiting, personsToReview = 0, runsWaiting } = records;
  const look = (count: number, one: string, rest: string, remedy: string): PageAlert[] =>
    count === 0 ? [] : [{ level: "look", what: `${countOf(count, one)} ${rest}.`, remedy }];
  const hold = "legal hold";
  return [
    ...look(due, "record", "due for disposal", "Look and dispose: tracepost records due."),
    ...look(runsWaiting, "run", "of disposal waiting for a second person", RUNS),
    ...look(holdsWaiting, hold, "waiting for a second person", `${HOLDS}.`),
    ...look(holdsToReview, hold, "due for review", `${HOLDS} --review-due.`),
    ...look(personsToReview, "block", "of personal data due for review", PERSONS),
  ];
}

const RUNS = "Confirm or decline: tracepost records disposal list.";
const HOLDS = "Look: tracepost records hold list";
const PERSONS = "Keep or erase: tracepost persons due.";

function keyAlerts({ endingKeys = [] }: ServiceGlance, nowMs: number): PageAlert[] {
  return endingKeys.map((key) => ({
    level: key.endsAtMs > nowMs ? "look" : "stuck",
    what: `Our key for ${key.use} (${key.keyId}) ${endingText(key, nowMs)}; no next one is registered.`,
    remedy: "Make the next one and have it registered: tracepost participant request, rotate-key.",
  }));
}

function certificateAlerts({ dueCertificates = [] }: ServiceGlance): PageAlert[] {
  return dueCertificates.map(({ detail, file, isOver }) => ({
    level: isOver ? "stuck" : "look",
    what: `Our certificate in ${basename(file)} ${detail}.`,
    remedy: "Have it issued anew and lay it in its place; nothing is stopped.",
  }));
}

function postAlerts({ connected, post }: ServiceGlance, nowMs: number): PageAlert[] {
  const alerts: PageAlert[] = [];
  const unconfirmed = post.waiting.filter((one) => one.unconfirmedSinceMs !== null);
  const oldestMs = Math.min(...unconfirmed.map((one) => one.unconfirmedSinceMs ?? nowMs));
  if (connected && nowMs - oldestMs >= STATUS_LIMITS.unconfirmedMs) {
    const messages = unconfirmed.reduce((sum, one) => sum + one.unconfirmed, 0);
    const since = ageText(nowMs - oldestMs);
    alerts.push({
      level: "stuck",
      what: `${countOf(messages, "message")} of ours without a receipt of the exchange, for ${since}.`,
      remedy: "They are sent again and again. Ask the operator whether the gateway runs.",
    });
  }
  for (const { recipient, messages, sinceMs, unconfirmed: open } of post.waiting) {
    const waitMs = nowMs - sinceMs;
    if (messages === open || waitMs < STATUS_LIMITS.undeliveredMs) continue;
    const waiting = countOf(messages - open, "message");
    alerts.push({
      level: "look",
      what: `${recipient} has not confirmed ${waiting}; the oldest waits for ${ageText(waitMs)}.`,
      remedy: "The exchange keeps them and delivers when it is back. Call its focal point.",
    });
  }
  for (const { sender, lane, numbers, sinceMs } of post.missing) {
    const waitMs = nowMs - sinceMs;
    if (waitMs < STATUS_LIMITS.missingMs) continue;
    const missing = countOf(numbers, `${laneToken(lane)} message`);
    alerts.push({
      level: "look",
      what: `${missing} of ${sender} missing for ${ageText(waitMs)}.`,
      remedy: `They were asked for. If they do not come, call the focal point of ${sender}.`,
    });
  }
  return alerts;
}

function incidentAlerts({ post, incidents }: ServiceGlance, nowMs: number): PageAlert[] {
  return post.incidents
    .filter(({ lastAtMs }) => nowMs - lastAtMs < STATUS_LIMITS.newsMs)
    .map(({ kind, lastAtMs }) => {
      const newest = `the newest ${ageText(nowMs - lastAtMs)} ago`;
      const what = `Incident ${kind}: ${incidents[kind] ?? 0} in all, ${newest}.`;
      return { level: "look", what, remedy: INCIDENT_REMEDIES[kind] };
    });
}

function webhookAlerts({ webhooks, newestChange }: ServiceGlance, nowMs: number): PageAlert[] {
  return webhooks.flatMap((webhook): PageAlert[] => {
    const { webhookId, state, reason, failure, failingSinceMs, position } = webhook;
    const behind = countOf(newestChange - position, "change");
    const why = failure === "" ? "" : ` (${failure})`;
    if (state === "FAILING") {
      const since = ageText(nowMs - (failingSinceMs ?? nowMs));
      const what = `Webhook ${webhookId} has failed for ${since}${why}; ${behind} behind.`;
      return [{ level: "look", what, remedy: failure === "" ? "" : WEBHOOK_FAILURES[failure] }];
    }
    if (reason === "GAVE_UP") {
      const what = `Webhook ${webhookId} was given up${why}; ${behind} behind.`;
      return [{ level: "stuck", what, remedy: "Mend the receiver, then enable the webhook." }];
    }
    if (reason !== "BEHIND") return [];
    const what = `Webhook ${webhookId} fell behind what is kept of the feed, and is disabled.`;
    const remedy = "Have its receiver read the cases anew, then enable it after a newer change.";
    return [{ level: "stuck", what, remedy }];
  });
}

/** What a code says; a recipient of a later version may know more of them. */
export function meaningOf(code: string): string {
  return Object.entries(REFUSALS).find(([name]) => name === code)?.[1].meaning ?? "";
}

/** What to do about a code. */
export function remedyOf(code: string): string {
  const known = Object.entries(REFUSALS).find(([name]) => name === code)?.[1].remedy;
  return known ?? "Ask who refused it what the code means.";
}

/** A number of things, in words. */
export function countOf(number: number, one: string): string {
  return `${number.toLocaleString("en-US")} ${one}${number === 1 ? "" : "s"}`;
}
