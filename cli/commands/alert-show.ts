import { type Command, Option } from "commander";
import {
  type AlertLine,
  addAlertOptions,
  alertPath,
  allAlerts,
  findAlertId,
  openAlerts,
} from "../alert-calls.ts";
import type { FlaggedLine } from "../case-view.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseLimit } from "../parse-option.ts";
import { callService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface ListOptions extends ServiceOptions {
  readonly side?: string;
  readonly inForce?: boolean;
  readonly limit: number;
}

/** Alerts shown unless asked for more. */
const LIMIT_DEFAULT = 50;
const SIDES = ["sent", "received", "submitted", "asked"];

/** Adds `alert list` and `alert show`. */
export function addAlertShow(parent: Command, terminal: Terminal): void {
  const list = parent
    .command("list")
    .description("list the alerts of a participant, the newest first")
    .addOption(new Option("--side <side>", "only those on this side").choices(SIDES))
    .option("--in-force", "only what is in force now")
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT);
  addAlertOptions(list);
  list.addHelpText(
    "after",
    "\nExamples:\n  tracepost alert list --in-force --data exchange --participant KE-CUSTOMS\n",
  );
  addAction<ListOptions>(list, terminal, (options) => listAlerts(options, terminal));
  const show = parent
    .command("show")
    .description("show an alert: its versions, who has it, acknowledgements and hits")
    .argument("<alert>", "alert id, or the beginning of one");
  addAlertOptions(show);
  show.addHelpText(
    "after",
    "\nExamples:\n  tracepost alert show 019b0f80 --data exchange --participant KE\n",
  );
  addAction<ServiceOptions>(show, terminal, async (options, name = "") => {
    const service = await openAlerts(options, terminal);
    const path = alertPath(await findAlertId(service, name));
    const alert = await callService<AlertDetail>(service, { path });
    return { json: alert, lines: linesOf(alert) };
  });
}

async function listAlerts(options: ListOptions, terminal: Terminal): Promise<CommandResult> {
  const { inForce, limit, side } = options;
  const service = await openAlerts(options, terminal);
  const query = {
    ...(side === undefined ? {} : { side }),
    ...(inForce === true ? { inForce: "true" } : {}),
  };
  const alerts: AlertLine[] = [];
  for await (const line of allAlerts(service, query)) {
    alerts.push(line);
    if (alerts.length === limit) break;
  }
  const rows = alerts.map(
    ({ alertId, headline, kind, mark = "", originator, side: own, state }) => {
      return [alertId, own, originator, state, kind, [mark, headline].join(" ").trim()];
    },
  );
  const head = ["alert", "side", "originator", "state", "kind", "headline"];
  return { json: { alerts }, lines: rows.length === 0 ? ["No alert."] : textTable(head, rows) };
}

interface AlertDetail extends AlertLine {
  readonly notice: string;
  readonly flagged?: readonly FlaggedLine[];
  readonly recipients: readonly {
    readonly participant: string;
    readonly delivery: string;
    readonly level?: string;
  }[];
  readonly versions: readonly { readonly move: string; readonly sentAt: string }[];
  readonly hits: readonly {
    readonly hitId: string;
    readonly foundBy: string;
    readonly state: string;
    readonly hit: { readonly kind?: string; readonly place?: string };
  }[];
}

function linesOf(alert: AlertDetail): string[] {
  const { expiresAt = "never", headline, hits, mark = "", notice, recipients, versions } = alert;
  return [
    `${mark === "" ? "" : `*** ${mark} *** `}${headline}`,
    `${alert.kind} of ${alert.originator}: ${alert.state}; expires ${expiresAt}`,
    ...(alert.flagged ?? []).map(({ compromisedSince, keyId, messageId, sender }) => {
      return `  ${messageId} of ${sender}: SIGNED BY A COMPROMISED KEY, ${keyId} since ${compromisedSince}`;
    }),
    ...versions.map(({ move, sentAt }) => `  ${move} of ${sentAt}`),
    ...recipients.map(({ delivery, level = "not yet", participant }) => {
      return `  ${participant}: ${delivery}, ${level}`;
    }),
    ...hits.map(({ foundBy, hit, hitId, state }) => {
      return `  hit ${hitId} of ${foundBy}: ${hit.kind ?? ""} ${hit.place ?? ""} (${state})`;
    }),
    ...(hits.length === 0 ? [] : [notice]),
  ];
}
