import { type Command, Option } from "commander";
import { TracepostError } from "#errors";
import { RevocationReason } from "#proto";
import type { RevocationOrder } from "#trust";
import { parseMoment } from "./parse-option.ts";

const REASONS = ["SUPERSEDED", "COMPROMISED", "LOST"] as const;

/** Options of a command that revokes keys. */
export interface RevocationOptions {
  readonly revoke?: readonly string[];
  readonly reason: string;
  readonly compromisedSince?: number;
}

/** Adds `--revoke`, `--reason` and `--compromised-since`. */
export function addRevocationOptions(command: Command): Command {
  return command
    .option("--revoke <key-id...>", "keys that are believed no more")
    .addOption(new Option("--reason <reason>", "why").choices(REASONS).default("SUPERSEDED"))
    .option(
      "--compromised-since <time>",
      "since when others may have had them; with --reason COMPROMISED",
      parseMoment,
    );
}

/**
 * Why keys are revoked. Throws TracepostError USAGE for a time of compromise with another reason:
 * it would be signed as a key that was replaced in good order.
 */
export function revocationOrder(
  { compromisedSince, reason }: RevocationOptions,
  atMs: number,
): RevocationOrder {
  const order = { atMs, reason: RevocationReason[reason as (typeof REASONS)[number]] };
  if (compromisedSince === undefined) return order;
  if (order.reason === RevocationReason.COMPROMISED) {
    return { ...order, compromisedAtMs: compromisedSince };
  }
  throw new TracepostError("USAGE", `--compromised-since does not go with --reason ${reason}`, {
    remedy: "Add --reason COMPROMISED, or leave --compromised-since out.",
  });
}
