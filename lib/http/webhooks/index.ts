// The door to webhooks, without the HTTP server: what a store's thread loads too.

export { WebhookCourier } from "./webhook-courier.ts";
export { WEBHOOK_PROCEDURES, WEBHOOK_READ_ONLY, type WebhookStore } from "./webhook-procedures.ts";
export { WEBHOOK_FAILURES, type WebhookRecord } from "./webhook-record.ts";
export { WEBHOOK_MIGRATION_SQL } from "./webhook-tables.ts";
