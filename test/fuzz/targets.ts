import { ALERT_TARGETS } from "./targets/alerts.ts";
import { ATTACHMENT_TARGETS } from "./targets/attachments.ts";
import { EVIDENCE_TARGETS } from "./targets/evidence.ts";
import { LEDGER_TARGETS } from "./targets/ledger.ts";
import { LOG_TARGETS } from "./targets/log.ts";
import { OUTPUT_TARGETS } from "./targets/outputs.ts";
import { POLICY_TARGETS } from "./targets/policy.ts";
import { RECORDS_TARGETS } from "./targets/records.ts";
import { REGISTER_TARGETS } from "./targets/register.ts";
import { TEXT_TARGETS } from "./targets/text.ts";
import { TIMESTAMP_TARGETS } from "./targets/timestamps.ts";
import { TRUST_TARGETS } from "./targets/trust.ts";
import { WIRE_TARGETS } from "./targets/wire.ts";
import type { Target } from "./verdict.ts";

/** Every parser of what outsiders write. An architecture test finds those that are not here. */
export const TARGETS: readonly Target[] = [
  ...WIRE_TARGETS,
  ...LOG_TARGETS,
  ...EVIDENCE_TARGETS,
  ...TIMESTAMP_TARGETS,
  ...TRUST_TARGETS,
  ...REGISTER_TARGETS,
  ...POLICY_TARGETS,
  ...RECORDS_TARGETS,
  ...TEXT_TARGETS,
  ...ALERT_TARGETS,
  ...ATTACHMENT_TARGETS,
  ...LEDGER_TARGETS,
  ...OUTPUT_TARGETS,
];

/** Parsers that nobody calls but another one, and which: they are tried through it. */
export const WITHIN: Readonly<Record<string, readonly string[]>> = {
  parseDecimal: ["parseCheckpoint", "parseLogProof"],
  parseExif: ["cleanContent"],
  parseAuthorization: ["parseToken"],
};
