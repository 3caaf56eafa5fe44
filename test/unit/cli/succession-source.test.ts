import { describe, expect, test } from "vitest";
import { KeyPurpose, RevocationReason } from "#proto";
import { generateSigningKey } from "#trust";
import { toTimestamp } from "#wire";
import { requireCosigned } from "../../../cli/succession/succession-source.ts";
import { keyOf, START_MS } from "../../support/register-authority.ts";
import { OLD_ORIGIN, SucceededExchange } from "../../support/successions.ts";

const exchange = new SucceededExchange();
const { authority, first } = exchange;

/** The version after, in which the key of its checkpoints is revoked and another one is named. */
function revoked(revocationReason: RevocationReason) {
  const own = keyOf(authority.checkpointKey, KeyPurpose.CHECKPOINT);
  const gatewayKeys = [
    { ...own, revokedAt: toTimestamp(START_MS), revocationReason },
    keyOf(generateSigningKey(), KeyPurpose.CHECKPOINT),
  ];
  return exchange.next(first, { gatewayKeys });
}

function judge(checkpoint: string, bundle = first): void {
  requireCosigned({ oldOrigin: OLD_ORIGIN, checkpoint }, { bundle, file: "next.bundle" });
}

describe("a checkpoint to end a log with, as a root holder drafts it", () => {
  test("is judged as participants do", () => {
    expect(() => judge(exchange.checkpoint(7))).not.toThrow();
    expect(() => judge("")).not.toThrow();
    expect(() => judge(exchange.checkpoint(7, 1))).toThrow("none that a log can be ended with");
  });

  test("is proven by a key that was replaced, not by one that others may have had", () => {
    const checkpoint = exchange.checkpoint(7);
    expect(() => judge(checkpoint, revoked(RevocationReason.SUPERSEDED))).not.toThrow();
    const compromised = revoked(RevocationReason.COMPROMISED);
    expect(() => judge(checkpoint, compromised)).toThrow("none that a log can be ended with");
  });
});
