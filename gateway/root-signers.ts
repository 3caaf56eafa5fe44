import type { RegisterClient, RootSigners } from "#trust";
import type { GatewayConfig } from "./config.ts";

/** Whoever signs the next register signs the next policy and schedule too (TP-KEY-3). */
export function rootSignersOf(
  { policyThreshold }: Pick<GatewayConfig, "policyThreshold">,
  { rootKeys }: Pick<RegisterClient, "rootKeys">,
): RootSigners {
  return { keys: rootKeys, threshold: policyThreshold ?? rootKeys.length };
}
