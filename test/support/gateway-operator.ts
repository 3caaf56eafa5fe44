import { readFile } from "node:fs/promises";
import { addUserOnce, callApi, issueToken } from "#http";
import type { RunningExchange } from "../../deploy/local/index.ts";

const TIMEOUT_MS = 20_000;

/** An event as `GET /v1/events` shows it. */
export interface ShownEvent {
  readonly id: number;
  readonly kind: string;
  readonly participant?: string;
  readonly subject?: string;
  readonly detail?: string;
  readonly count: number;
}

/** An operator of the gateway of an exchange that runs; addresses are those of now. */
export interface GatewayOperator {
  /** Events, the newest first. */
  events(): Promise<ShownEvent[]>;
}

/** Adds the operator with a token of her own. */
export async function gatewayOperator(exchange: () => RunningExchange): Promise<GatewayOperator> {
  const userId = "amina";
  const token = (await readFile(exchange().paths.gateway.apiToken, "utf8")).trim();
  const admin = { url: exchange().gateway.url, token };
  const roles = ["GATEWAY_OPERATOR"] as const;
  await addUserOnce(admin, { userId, name: "Amina (made up for a test)", roles }, TIMEOUT_MS);
  const own = await issueToken(admin, userId, { label: "test", timeoutMs: TIMEOUT_MS });
  return {
    events: async () => {
      const door = { url: exchange().gateway.url, token: own };
      const path = "/v1/events";
      const page = await callApi<{ events: ShownEvent[] }>(door, { path, timeoutMs: TIMEOUT_MS });
      return page.events;
    },
  };
}
