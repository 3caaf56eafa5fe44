import { Webhook } from "standardwebhooks";
import { type Clock, type Timers, WEBHOOK_LIMITS } from "#runtime";
import type { SigningWebhook, WebhookFailure } from "./webhook-record.ts";

/** What delivering needs. */
export interface DeliveryDeps {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Origins that may be called; nothing else is (TP-API-51). */
  readonly origins: ReadonlySet<string>;
}

/** What is delivered. */
export interface Delivery {
  /** The same for every attempt. */
  readonly id: string;
  /** JSON text. */
  readonly body: string;
}

/** What became of one attempt. */
export type DeliveryOutcome =
  | { readonly type: "delivered"; readonly status: number }
  /** `detail`: a status or a code of the system, nothing the receiver chose. */
  | { readonly type: "failed"; readonly failure: WebhookFailure; readonly detail: string };

/**
 * Makes one attempt: a POST signed as Standard Webhooks (TP-API-52). Any 2xx is a yes; the answer's
 * body is not read.
 */
export async function deliver(
  webhook: Pick<SigningWebhook, "url" | "secrets">,
  { id, body }: Delivery,
  { clock, timers, origins }: DeliveryDeps,
): Promise<DeliveryOutcome> {
  const { origin } = new URL(webhook.url);
  if (!origins.has(origin)) return failed("NOT_ALLOWED", origin);
  const at = new Date(clock.now());
  const signatures = webhook.secrets.map((secret) => new Webhook(secret).sign(id, at, body));
  const timeout = new AbortController();
  const callOff = timers.after(WEBHOOK_LIMITS.timeoutMs, () => timeout.abort());
  try {
    const response = await fetch(webhook.url, {
      method: "POST",
      redirect: "manual",
      signal: timeout.signal,
      headers: {
        "content-type": "application/json",
        "user-agent": "tracepost",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        "webhook-signature": signatures.join(" "),
      },
      body,
    });
    await response.body?.cancel();
    const { status } = response;
    if (response.ok) return { type: "delivered", status };
    return failed(status >= 300 && status < 400 ? "REDIRECT" : "STATUS", String(status));
  } catch (caught) {
    return timeout.signal.aborted ? failed("TIMEOUT", "") : failed("NO_ANSWER", codeOf(caught));
  } finally {
    callOff();
  }
}

function failed(failure: WebhookFailure, detail: string): DeliveryOutcome {
  return { type: "failed", failure, detail };
}

/** The system's code, such as ECONNREFUSED; a message could quote what the receiver sent. */
function codeOf(caught: unknown): string {
  const cause = caught instanceof Error ? caught.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : "";
}
