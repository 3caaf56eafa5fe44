import { describe, expect, test } from "vitest";
import { NO_ALERTS } from "#alerts-api";
import { INCIDENT_REMEDIES } from "#post";
import { Lane } from "#proto";
import { STATUS_LIMITS } from "#runtime";
import type { WebhookRecord } from "#webhooks";
import { attentionOf } from "../../../services/focal-point/api/attention.ts";
import type { Glance } from "../../../services/focal-point/api/glance.ts";

const NOW_MS = Date.UTC(2026, 2, 1, 12);
const ago = (ms: number): number => NOW_MS - ms;

/** A focal point of which nothing needs a person. */
const quiet: Glance = {
  connected: true,
  consuming: true,
  answering: "officer",
  post: { waiting: [], missing: [], incidents: [] },
  cases: { unanswered: { count: 0, sinceMs: null }, oldestAskedMs: null, notTaken: [] },
  overdue: { requesting: 0, requested: 0 },
  lettersDue: [],
  releases: { pending: 0, oldestPendingMs: null, reviewsDue: 0, reviewsOverdue: 0 },
  alerts: NO_ALERTS,
  incidents: {},
  webhooks: [],
  newestChange: 50,
};

const alerts = (changes: Partial<Glance>) => attentionOf({ ...quiet, ...changes }, NOW_MS);

/** What is said of some changes; each by its level and the beginning of what is so. */
const said = (changes: Partial<Glance>) =>
  alerts(changes).map(({ level, what }) => `${level}: ${what}`);

test("an own key that ends is told, and that it has ended (TP-KEY-7)", () => {
  const key = { participant: "NE", use: "sealing", keyId: "abc", endsAtMs: NOW_MS + 864e5 };
  const over = { ...key, use: "signing", endsAtMs: NOW_MS };
  expect(said({ endingKeys: [over, key] })).toEqual([
    "stuck: Our key for signing (abc) ended less than a day ago; no next one is registered.",
    "look: Our key for sealing (abc) ends in 1 day; no next one is registered.",
  ]);
});

test("what is due, waits or is to be reviewed of records is told, as counts (TP-PREC-7)", () => {
  const records = { due: 3, runsWaiting: 1, holdsWaiting: 2, holdsToReview: 1, personsToReview: 4 };
  expect(said({ records })).toEqual([
    "look: 3 records due for disposal.",
    "look: 1 run of disposal waiting for a second person.",
    "look: 2 legal holds waiting for a second person.",
    "look: 1 legal hold due for review.",
    "look: 4 blocks of personal data due for review.",
  ]);
  const none = { due: 0, runsWaiting: 0, holdsWaiting: 0, holdsToReview: 0, personsToReview: 0 };
  expect(said({ records: none })).toEqual([]);
});

const waitingFor = (ms: number, unconfirmed: number) => ({
  ...quiet.post,
  waiting: [
    {
      recipient: "BR",
      lane: Lane.NORMAL,
      messages: 3,
      sinceMs: ago(ms),
      unconfirmed,
      unconfirmedSinceMs: unconfirmed === 0 ? null : ago(ms),
    },
  ],
});

test("a program that gives no signature is said first, with what to do (TP-SIGN-5)", () => {
  const signerProblem = "the signer says: the card is not in the reader";
  const [first] = alerts({ signerProblem, post: waitingFor(STATUS_LIMITS.undeliveredMs, 0) });
  expect(first).toMatchObject({ level: "stuck", what: `Nothing is signed: ${signerProblem}.` });
  expect(first?.remedy).toContain("signed and sent once it answers");
});

const webhook = (changes: Partial<WebhookRecord>): WebhookRecord => ({
  webhookId: "wh_aaaaaaaaaaaa",
  url: "https://cases.police.example/secret-path",
  label: "case system",
  state: "ACTIVE",
  reason: "",
  position: 40,
  attempts: 0,
  nextAttemptAtMs: null,
  failingSinceMs: null,
  failure: "",
  delivered: 40,
  deliveredAtMs: null,
  oldSecretUntilMs: null,
  createdAtMs: 0,
  ...changes,
});

describe("what needs a person at a focal point (TP-FP-7)", () => {
  test("is nothing while all goes on by itself", () => {
    expect(alerts({})).toEqual([]);
    expect(alerts({ post: waitingFor(STATUS_LIMITS.unconfirmedMs - 1, 3) })).toEqual([]);
    expect(alerts({ post: waitingFor(STATUS_LIMITS.undeliveredMs - 1, 0) })).toEqual([]);
    expect(alerts({ webhooks: [webhook({})] })).toEqual([]);
    expect(alerts({ webhooks: [webhook({ state: "DISABLED", reason: "BY_USER" })] })).toEqual([]);
  });

  test("is a connection that is not there, and it alone, not what follows from it", () => {
    const post = waitingFor(STATUS_LIMITS.unconfirmedMs, 3);
    expect(said({ connected: false, consuming: false, post })).toEqual([
      "stuck: There is no connection to the exchange: nothing is sent and nothing comes in.",
    ]);
    expect(said({ consuming: false })[0]).toMatch(/^stuck: Connected, but the inbox is not read/);
  });

  test("is what the exchange does not receipt, and what a recipient does not confirm", () => {
    expect(said({ post: waitingFor(STATUS_LIMITS.unconfirmedMs, 2) })).toEqual([
      "stuck: 2 messages of ours without a receipt of the exchange, for 5 min.",
    ]);
    expect(said({ post: waitingFor(STATUS_LIMITS.undeliveredMs, 0) })).toEqual([
      "look: BR has not confirmed 3 messages; the oldest waits for 24 h.",
    ]);
  });

  test("is what waits for a second person, and what nobody reviewed in time (TP-ANS-9)", () => {
    const pending = (ms: number) => ({ ...quiet.releases, pending: 2, oldestPendingMs: ago(ms) });
    expect(said({ releases: pending(STATUS_LIMITS.unreleasedMs - 1) })).toEqual([]);
    expect(said({ releases: pending(STATUS_LIMITS.unreleasedMs) })).toEqual([
      "look: 2 releases pending; the oldest for 24 h.",
    ]);
    expect(said({ releases: { ...quiet.releases, reviewsDue: 1 } })).toEqual([]);
    expect(said({ releases: { ...quiet.releases, reviewsDue: 2, reviewsOverdue: 1 } })).toEqual([
      "look: 1 message sent by one person alone and not reviewed within 72 h.",
    ]);
  });

  test("is a reminder that goes by letter, with the command that notes it (TP-CLOCK-6)", () => {
    const lettersDue = [
      { peer: "ML", count: 2 },
      { peer: "TD", count: 1 },
    ];
    expect(said({ lettersDue })).toEqual(["look: 3 reminders due by letter: ML, TD."]);
    expect(alerts({ lettersDue })[0]?.remedy).toContain(
      "tracepost trace follow-up CASE --remind --channel POST",
    );
  });

  test("is what is missing from another State for too long", () => {
    const hole = { sender: "BR", lane: Lane.URGENT, numbers: 1 };
    const missing = (ms: number) => ({ ...quiet.post, missing: [{ ...hole, sinceMs: ago(ms) }] });
    expect(said({ post: missing(STATUS_LIMITS.missingMs - 1) })).toEqual([]);
    expect(said({ post: missing(STATUS_LIMITS.missingMs) })).toEqual([
      "look: 1 urgent message of BR missing for 10 min.",
    ]);
  });

  test("is what was not taken, with the remedy of its code, until it is old news", () => {
    const notTaken = (code: string, ms: number) => ({
      ...quiet.cases,
      notTaken: [{ role: "requesting" as const, code, count: 2, lastAtMs: ago(ms) }],
    });
    const [refused] = alerts({ cases: notTaken("RECIPIENT_SUSPENDED", 60_000) });
    expect(refused).toEqual({
      level: "stuck",
      what:
        "2 requests of ours not taken: RECIPIENT_SUSPENDED, the newest 60 s ago. A recipient is " +
        "suspended.",
      remedy: "Ask the secretariat, or use another channel.",
    });
    const [unknown] = alerts({ cases: notTaken("OF_A_LATER_VERSION", 60_000) });
    expect(unknown?.remedy).toBe("Ask who refused it what the code means.");
    expect(said({ cases: notTaken("EXPIRED", STATUS_LIMITS.newsMs) })).toEqual([]);
  });

  test("is a request nobody answers: soon where the register should, later where people do", () => {
    const since = (ms: number) => ({
      ...quiet.cases,
      unanswered: { count: 4, sinceMs: ago(ms) },
    });
    const soon = since(STATUS_LIMITS.unconfirmedMs);
    expect(said({ cases: soon })).toEqual([]);
    expect(said({ cases: soon, answering: "register" })).toEqual([
      "stuck: 4 requests to this State unanswered; the oldest for 5 min.",
    ]);
    expect(said({ cases: since(STATUS_LIMITS.unansweredMs) })).toEqual([
      "look: 4 requests to this State unanswered; the oldest for 7 days.",
    ]);
  });

  test("is an alert to approve or to acknowledge; a possible match is its own message", () => {
    const counts = { ...NO_ALERTS, awaitingApproval: 1, unacknowledgedHere: 2, hits: 3 };
    expect(said({ alerts: counts })).toEqual([
      "look: 1 alert of agencies of this State for you to approve.",
      "look: 2 alerts in force that nobody here has acknowledged.",
    ]);
    expect(said({ alerts: { ...NO_ALERTS, exercises: 4 } })).toEqual([]);
  });

  test("is an incident, with what to do, until it is old news", () => {
    const incidents = (ms: number) => ({
      ...quiet.post,
      incidents: [{ kind: "LOG_FORKED" as const, lastAtMs: ago(ms) }],
    });
    expect(alerts({ post: incidents(3_600_000 * 3), incidents: { LOG_FORKED: 2 } })).toEqual([
      {
        level: "look",
        what: "Incident LOG_FORKED: 2 in all, the newest 3 h ago.",
        remedy: INCIDENT_REMEDIES.LOG_FORKED,
      },
    ]);
    expect(alerts({ post: incidents(STATUS_LIMITS.newsMs) })).toEqual([]);
  });

  test("is a webhook that fails, was given up or fell behind; its address is not told", () => {
    const failing = { failure: "TIMEOUT", failingSinceMs: ago(180_000), attempts: 3 } as const;
    const given = { state: "DISABLED", reason: "GAVE_UP", failure: "NO_ANSWER" } as const;
    const webhooks = [
      webhook({ state: "FAILING", ...failing }),
      webhook(given),
      webhook({ state: "DISABLED", reason: "BEHIND" }),
    ];
    expect(said({ webhooks })).toEqual([
      "stuck: Webhook wh_aaaaaaaaaaaa was given up (NO_ANSWER); 10 changes behind.",
      "stuck: Webhook wh_aaaaaaaaaaaa fell behind what is kept of the feed, and is disabled.",
      "look: Webhook wh_aaaaaaaaaaaa has failed for 3 min (TIMEOUT); 10 changes behind.",
    ]);
    expect(JSON.stringify(alerts({ webhooks }))).not.toContain("cases.police.example");
  });

  test("always says what to do", () => {
    const everything = alerts({
      consuming: false,
      post: {
        ...waitingFor(STATUS_LIMITS.undeliveredMs, 2),
        missing: [{ sender: "BR", lane: Lane.BULK, numbers: 9, sinceMs: 0 }],
        incidents: [{ kind: "JUNK", lastAtMs: NOW_MS }],
      },
      webhooks: [webhook({ state: "FAILING", failure: "STATUS" })],
    });
    expect(everything.length).toBeGreaterThanOrEqual(6);
    for (const { what, remedy } of everything) expect(remedy, what).toMatch(/\.$/);
  });
});
