import { EXAMPLE_IDS, EXAMPLE_ORIGIN } from "./contract/example-ids.ts";
import { problemOf } from "./problem.ts";
import { RepeatHeaders } from "./repeat-request.ts";
import {
  EnableWebhook,
  NewWebhook,
  WebhookDeleted,
  WebhookDetail,
  WebhookFailureList,
  WebhookList,
  WebhookParams,
  WebhookTested,
  WebhookView,
  WebhookWithSecret,
} from "./webhook-schema.ts";

/** Contracts of the routes about webhooks. */

const tags = ["changes"] as const;
const permission = "webhooks:write";
const parameters = { webhookId: EXAMPLE_IDS.webhook } as const;
const url = `${EXAMPLE_ORIGIN}/tracepost`;

const CASE_SYSTEM = {
  webhookId: EXAMPLE_IDS.webhook,
  url,
  label: "case system",
  state: "ACTIVE",
  position: 4711,
  attempts: 0,
  delivered: 211,
  deliveredAt: "2026-03-06T14:02:11.204Z",
  createdAt: "2026-03-02T08:35:00.000Z",
} as const;

const FAILING = {
  ...CASE_SYSTEM,
  state: "FAILING",
  attempts: 3,
  failure: "NO_ANSWER",
  remedy: "Look whether the receiver runs, and whether it can be reached from here.",
  failingSince: "2026-03-06T14:03:00.000Z",
  nextAttemptAt: "2026-03-06T14:03:11.000Z",
} as const;

const SECRET = "whsec_RVhBTVBMRS1FWEFNUExFLUVYQU1QTEUtRVhBTVBMRS0=";

/** `GET /v1/webhooks`. */
export const LIST_WEBHOOKS = {
  schema: {
    operationId: "listWebhooks",
    summary: "All webhooks, in the order in which they were added",
    tags,
    response: { 200: WebhookList },
  },
  config: {
    permission,
    examples: {
      failing: {
        summary: "One whose receiver is away",
        status: 200,
        answer: { webhooks: [FAILING] },
      },
    },
  },
} as const;

/** `POST /v1/webhooks`. */
export const ADD_WEBHOOK = {
  schema: {
    operationId: "addWebhook",
    summary: "Has each change delivered to an address; the secret is shown this once",
    description: "Deliveries are signed as Standard Webhooks, in the order of the feed.",
    tags,
    headers: RepeatHeaders,
    body: NewWebhook,
    response: {
      200: { ...WebhookView, description: "The webhook of this idempotency key, without secret" },
      201: { ...WebhookWithSecret, description: "The webhook is added" },
    },
  },
  config: {
    permission,
    problems: ["TOO_MANY_WEBHOOKS", "CHANGES_GONE", "IDEMPOTENCY_MISMATCH"],
    examples: {
      caseSystem: {
        summary: "A case system that is told what changes from now on",
        body: { url, label: "case system" },
        status: 201,
        answer: {
          webhookId: EXAMPLE_IDS.webhook,
          url,
          label: "case system",
          state: "ACTIVE",
          position: 4500,
          attempts: 0,
          delivered: 0,
          createdAt: CASE_SYSTEM.createdAt,
          secret: SECRET,
        },
      },
      elsewhere: {
        summary: "An address that the configuration does not allow",
        body: { url: "https://elsewhere.example/hook" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [
            {
              field: "url",
              rule: `leads to https://elsewhere.example; allowed here: ${EXAMPLE_ORIGIN}`,
              remedy: "Have the origin added to `webhookOrigins` in the service's configuration.",
            },
          ],
        }),
      },
    },
  },
} as const;

/** `GET /v1/webhooks/:webhookId`. */
export const SHOW_WEBHOOK = {
  schema: {
    operationId: "showWebhook",
    summary: "A webhook with what was done to it; the newest first",
    tags,
    params: WebhookParams,
    response: { 200: WebhookDetail },
  },
  config: {
    permission,
    problems: ["NOT_FOUND"],
    examples: {
      caseSystem: {
        summary: "One that works",
        parameters,
        status: 200,
        answer: {
          ...CASE_SYSTEM,
          acts: [
            {
              at: CASE_SYSTEM.createdAt,
              actor: "installation",
              act: "added",
              detail: "after change 4500",
            },
          ],
        },
      },
    },
  },
} as const;

/** `DELETE /v1/webhooks/:webhookId`. */
export const DELETE_WEBHOOK = {
  schema: {
    operationId: "deleteWebhook",
    summary: "Removes a webhook with its secrets and failures",
    tags,
    params: WebhookParams,
    response: { 200: WebhookDeleted },
  },
  config: {
    permission,
    problems: ["NOT_FOUND"],
    examples: {
      unneeded: {
        summary: "One that is not needed any more",
        parameters: { webhookId: EXAMPLE_IDS.otherWebhook },
        status: 200,
        answer: { webhookId: EXAMPLE_IDS.otherWebhook, deleted: true },
      },
    },
  },
} as const;

/** `GET /v1/webhooks/:webhookId/failures`. */
export const LIST_WEBHOOK_FAILURES = {
  schema: {
    operationId: "listWebhookFailures",
    summary: "The newest attempts that failed, with what to do",
    tags,
    params: WebhookParams,
    response: { 200: WebhookFailureList },
  },
  config: {
    permission,
    problems: ["NOT_FOUND"],
    examples: {
      away: {
        summary: "A receiver that was away",
        parameters,
        status: 200,
        answer: {
          failures: [
            {
              at: "2026-03-06T14:03:00.000Z",
              sequence: 4712,
              attempt: 1,
              failure: "NO_ANSWER",
              detail: "ECONNREFUSED",
              remedy: FAILING.remedy,
            },
          ],
        },
      },
    },
  },
} as const;

/** `POST /v1/webhooks/:webhookId/disable`. */
export const DISABLE_WEBHOOK = {
  schema: {
    operationId: "disableWebhook",
    summary: "Delivers nothing more; the place in the feed is kept",
    tags,
    params: WebhookParams,
    response: { 200: WebhookView },
  },
  config: {
    permission,
    problems: ["NOT_FOUND"],
    examples: {
      caseSystem: {
        summary: "While the receiver is moved",
        parameters,
        status: 200,
        answer: { ...CASE_SYSTEM, state: "DISABLED", reason: "BY_USER" },
      },
    },
  },
} as const;

/** `POST /v1/webhooks/:webhookId/enable`. */
export const ENABLE_WEBHOOK = {
  schema: {
    operationId: "enableWebhook",
    summary: "Delivers again, from where it was or after a number given",
    tags,
    params: WebhookParams,
    body: EnableWebhook,
    response: { 200: WebhookView },
  },
  config: {
    permission,
    problems: ["NOT_FOUND", "CHANGES_GONE"],
    examples: {
      caseSystem: {
        summary: "From where it was",
        parameters,
        body: {},
        status: 200,
        answer: CASE_SYSTEM,
      },
    },
  },
} as const;

/** `POST /v1/webhooks/:webhookId/rotate-secret`. */
export const ROTATE_WEBHOOK_SECRET = {
  schema: {
    operationId: "rotateWebhookSecret",
    summary: "Makes another secret, shown this once; the one before signs too for a day",
    tags,
    params: WebhookParams,
    response: { 200: WebhookWithSecret },
  },
  config: {
    permission,
    problems: ["NOT_FOUND"],
    examples: {
      caseSystem: {
        summary: "A new secret",
        parameters,
        status: 200,
        answer: { ...CASE_SYSTEM, oldSecretUntil: "2026-03-07T14:05:00.000Z", secret: SECRET },
      },
    },
  },
} as const;

/** `POST /v1/webhooks/:webhookId/test`. */
export const TEST_WEBHOOK = {
  schema: {
    operationId: "testWebhook",
    summary: "Makes one signed attempt that is no change, and tells what became of it",
    tags,
    params: WebhookParams,
    response: { 200: WebhookTested },
  },
  config: {
    permission,
    problems: ["NOT_FOUND"],
    examples: {
      works: {
        summary: "The receiver took it",
        parameters,
        status: 200,
        answer: { delivered: true, status: 204 },
      },
    },
  },
} as const;
