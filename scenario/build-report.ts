import type { Audit } from "./audit.ts";
import type { ScenarioPlan, ScreenedItem } from "./plan.ts";
import type { ScenarioReport } from "./report.ts";

/** What the message log of a data folder comes to when it is recomputed. */
export interface LogFindings {
  readonly verified: boolean;
  readonly size: number;
  readonly rootHash: Uint8Array;
  /** Newest signed checkpoint; undefined when there is none. */
  readonly checkpoint: string | undefined;
  /** One sentence each. */
  readonly problems: readonly string[];
}

/** Puts the report together: what was planned, what the stores say, what the log says. */
export function buildReport(
  plan: ScenarioPlan,
  audit: Audit,
  log: LogFindings,
  elapsedMs: number,
): ScenarioReport {
  const counts = { sent: 0, domestic: 0, incomplete: 0 };
  for (const { outcome } of plan.items) counts[outcome] += 1;
  return {
    input: { rows: plan.items.length },
    screening: { ...counts, items: plan.items.map(toItem) },
    receipts: audit.receipts,
    replies: audit.replies,
    log: {
      size: log.size,
      rootHash: Buffer.from(log.rootHash).toString("base64"),
      checkpoint: log.checkpoint ?? "",
      verified: log.verified,
    },
    integrity: audit.integrity,
    elapsedMs: Math.round(elapsedMs),
  };
}

function toItem({ fields, outcome, ref, to }: ScreenedItem) {
  return {
    ref,
    outcome,
    ...(to === undefined ? {} : { to }),
    ...(fields === undefined ? {} : { fields: [...fields] }),
  };
}
