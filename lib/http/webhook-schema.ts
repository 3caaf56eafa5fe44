import { Type } from "typebox";
import { HTTP_LIMITS, WEBHOOK_LIMITS } from "#runtime";
import { WEBHOOK_FAILURES } from "./webhooks/webhook-record.ts";

const closed = { additionalProperties: false } as const;
const instant = Type.String({ format: "date-time" });
const sequence = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const webhookId = Type.String({ pattern: "^wh_[a-z0-9]{12}$" });
const failure = Type.Enum(Object.keys(WEBHOOK_FAILURES));
const remedy = Type.String({ description: "What to do about the failure" });
const detail = Type.Optional(
  Type.String({ description: "A status, or a code of the system; nothing the receiver said" }),
);

/** Path of a webhook. */
export const WebhookParams = Type.Object({ webhookId }, closed);

/** Body of `POST /v1/webhooks`. */
export const NewWebhook = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: WEBHOOK_LIMITS.urlCharsMax,
      description: "Its origin must be among `webhookOrigins` of the service's configuration",
    }),
    label: Type.Optional(Type.String({ maxLength: HTTP_LIMITS.nameCharsMax })),
    after: Type.Optional({
      ...sequence,
      description: "Number of the last change it is not told; absent: the newest there is",
    }),
  },
  closed,
);

/** Body of `POST /v1/webhooks/:webhookId/enable`. */
export const EnableWebhook = Type.Object(
  {
    after: Type.Optional({
      ...sequence,
      description: "Number of the last change it is not told; absent: it goes on where it was",
    }),
  },
  closed,
);

/** A webhook as answered. */
export const WebhookView = Type.Object({
  webhookId,
  url: Type.String(),
  label: Type.String(),
  state: Type.Enum(["ACTIVE", "FAILING", "DISABLED"]),
  reason: Type.Optional(
    Type.Enum(["BY_USER", "GAVE_UP", "BEHIND"], { description: "Why it is DISABLED" }),
  ),
  position: Type.Integer({ minimum: 0, description: "Number of the last change delivered" }),
  attempts: Type.Integer({ minimum: 0, description: "Failed attempts of the change after it" }),
  failure: Type.Optional(failure),
  remedy: Type.Optional(remedy),
  failingSince: Type.Optional(instant),
  nextAttemptAt: Type.Optional(instant),
  delivered: Type.Integer({ minimum: 0, description: "Changes delivered since it was added" }),
  deliveredAt: Type.Optional(instant),
  oldSecretUntil: Type.Optional({
    ...instant,
    description: "Until when the secret before the newest signs too",
  }),
  createdAt: instant,
});

/** A webhook with the secret that was made for it. */
export const WebhookWithSecret = Type.Object({
  ...WebhookView.properties,
  secret: Type.String({ description: "Verifies deliveries; it is shown this once" }),
});

/** The answer of `GET /v1/webhooks`. */
export const WebhookList = Type.Object({ webhooks: Type.Array(WebhookView) });

/** The answer of `GET /v1/webhooks/:webhookId`. */
export const WebhookDetail = Type.Object({
  ...WebhookView.properties,
  acts: Type.Array(
    Type.Object({
      at: instant,
      actor: Type.String({ description: "User id, or `exchange` for the service itself" }),
      act: Type.String(),
      detail: Type.Optional(Type.String()),
    }),
  ),
});

/** The answer of `GET /v1/webhooks/:webhookId/failures`. */
export const WebhookFailureList = Type.Object({
  failures: Type.Array(
    Type.Object({ at: instant, sequence, attempt: Type.Integer(), failure, detail, remedy }),
  ),
});

/** The answer of `POST /v1/webhooks/:webhookId/test`. */
export const WebhookTested = Type.Object({
  delivered: Type.Boolean(),
  status: Type.Optional(Type.Integer({ description: "What the receiver answered, if it was 2xx" })),
  failure: Type.Optional(failure),
  detail,
  remedy: Type.Optional(remedy),
});

/** The answer of `DELETE /v1/webhooks/:webhookId`. */
export const WebhookDeleted = Type.Object({ webhookId, deleted: Type.Boolean() });
