import { resolve } from "node:path";
import { callService, type ServiceAccess } from "./service-access.ts";
import { refuseTakenFile, writeTokenFile } from "./token-file.ts";

/** A webhook as a service tells of it. */
export interface WebhookView {
  readonly webhookId: string;
  readonly url: string;
  readonly label: string;
  readonly state: "ACTIVE" | "FAILING" | "DISABLED";
  readonly reason?: string;
  /** Number of the last change delivered. */
  readonly position: number;
  readonly delivered: number;
  readonly failure?: string;
  readonly remedy?: string;
  readonly nextAttemptAt?: string;
  readonly acts?: readonly {
    readonly at: string;
    readonly actor: string;
    readonly act: string;
    readonly detail?: string;
  }[];
}

/** An attempt that failed. */
export interface WebhookFailure {
  readonly at: string;
  /** Number of the change. */
  readonly sequence: number;
  readonly attempt: number;
  readonly failure: string;
  readonly detail?: string;
  readonly remedy: string;
}

/** What one signed attempt came to. */
export interface WebhookTest {
  readonly delivered: boolean;
  readonly status?: number;
  readonly failure?: string;
  readonly detail?: string;
  readonly remedy?: string;
}

const WEBHOOKS = "/v1/webhooks";

const pathOf = (webhookId: string): string => `${WEBHOOKS}/${encodeURIComponent(webhookId)}`;

/** All webhooks, in the order in which they were added. */
export async function listWebhooks(
  service: ServiceAccess,
): Promise<{ readonly webhooks: readonly WebhookView[] }> {
  return await callService(service, { path: WEBHOOKS });
}

/** One, with what was done to it. */
export async function loadWebhook(service: ServiceAccess, id: string): Promise<WebhookView> {
  return await callService(service, { path: pathOf(id) });
}

/** The newest attempts that failed. */
export async function listFailures(
  service: ServiceAccess,
  id: string,
): Promise<{ readonly failures: readonly WebhookFailure[] }> {
  return await callService(service, { path: `${pathOf(id)}/failures` });
}

/** Removes one for good. */
export async function removeWebhook(
  service: ServiceAccess,
  id: string,
): Promise<{ readonly webhookId: string; readonly deleted: boolean }> {
  return await callService(service, { method: "DELETE", path: pathOf(id) });
}

/** Stops deliveries; the place in the feed is kept. */
export async function disableWebhook(service: ServiceAccess, id: string): Promise<WebhookView> {
  return await callService(service, { method: "POST", path: `${pathOf(id)}/disable` });
}

/** Delivers again, from where it was or after a number. */
export async function enableWebhook(
  service: ServiceAccess,
  id: string,
  after: number | undefined,
): Promise<WebhookView> {
  const body = after === undefined ? {} : { after };
  return await callService(service, { method: "POST", path: `${pathOf(id)}/enable`, body });
}

/** Makes one signed attempt that is no change. */
export async function tryWebhook(service: ServiceAccess, id: string): Promise<WebhookTest> {
  return await callService(service, { method: "POST", path: `${pathOf(id)}/test` });
}

/** A webhook and where its secret lies. */
export interface KeptSecret {
  readonly webhook: WebhookView;
  readonly secretFile: string;
}

/** Adds one and keeps its secret in a file. Throws as {@link keepSecret}. */
export async function addWebhook(
  service: ServiceAccess,
  body: { readonly url: string; readonly label?: string; readonly after?: number },
  secretFile: string,
): Promise<KeptSecret> {
  return await keepSecret(service, secretFile, { path: WEBHOOKS, body });
}

/** Makes another secret and keeps it in a file. Throws as {@link keepSecret}. */
export async function rotateSecret(
  service: ServiceAccess,
  id: string,
  secretFile: string,
): Promise<KeptSecret> {
  return await keepSecret(service, secretFile, { path: `${pathOf(id)}/rotate-secret` });
}

/**
 * Has a secret made and writes it to a file for its owner alone: it is shown nowhere else. Throws
 * TracepostError KEY_FILE when something is there already, before anything is asked.
 */
async function keepSecret(
  service: ServiceAccess,
  given: string,
  call: { readonly path: string; readonly body?: unknown },
): Promise<KeptSecret> {
  const secretFile = resolve(given);
  await refuseTakenFile(secretFile, "--secret FILE");
  const made = await callService<WebhookView & { readonly secret: string }>(service, {
    method: "POST",
    ...call,
  });
  const { secret, ...webhook } = made;
  await writeTokenFile(secretFile, secret);
  return { webhook, secretFile };
}
