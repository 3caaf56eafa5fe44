import { type Command, Option } from "commander";
import { addAction, type Terminal } from "../command-result.ts";
import { parseLimit } from "../parse-option.ts";
import { listActs, RECORD_ACTIONS, type RecordAct } from "../record-calls.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { RECORDS_DOOR } from "./records-list.ts";

interface AuditOptions extends ServiceOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly limit: number;
}

/** Acts shown unless asked for more. */
const LIMIT_DEFAULT = 50;

const HELP = `
Shows auditors what persons did with records: who searched, looked, exported, held, released or
disposed of what, when, and why. Each batch of acts stands in the message log by its digest, within
a minute; \`tracepost log fsck\` compares them. Reading the trail is an act itself.
It is for auditors alone (role AUDITOR).

Example:
  tracepost records audit --data exchange --action export
`;

/** Adds `records audit`. */
export function addRecordsAudit(parent: Command, terminal: Terminal): void {
  const command = parent.command("audit").description("show what persons did with records");
  addServiceOptions(command, "gateway");
  command
    .option("--actor <user>", "only of this user")
    .addOption(new Option("--action <action>", "only of this kind").choices([...RECORD_ACTIONS]))
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT)
    .addHelpText("after", HELP);
  addAction<AuditOptions>(command, terminal, async ({ action, actor, limit, ...options }) => {
    const service = await openService(options, terminal, RECORDS_DOOR);
    const found = await listActs(service, { action, actor }, limit);
    return { json: found, lines: tableOf(found.acts, found.more) };
  });
}

function tableOf(acts: readonly RecordAct[], more: boolean): string[] {
  if (acts.length === 0) return ["Nobody has done anything with records."];
  const rows = acts.map(
    ({ action, actor, at, detail = "", logIndex, reason = "", subject = "" }) => {
      const what = [subject, detail].filter((text) => text !== "").join(" ");
      return [
        at,
        actor,
        action,
        what,
        reason,
        logIndex === undefined ? "not yet" : String(logIndex),
      ];
    },
  );
  const lines = textTable(["WHEN", "WHO", "DID", "WHAT", "WHY", "IN THE LOG"], rows);
  return more ? [...lines, "There are more; ask for them with --limit."] : lines;
}
