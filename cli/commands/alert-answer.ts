import { type Command, Option } from "commander";
import {
  addAlertOptions,
  alertPath,
  findAlertId,
  openAlerts,
  postToAlert,
} from "../alert-calls.ts";
import { addAction, type Terminal } from "../command-result.ts";
import { readBody } from "../read-body.ts";
import type { ServiceOptions } from "../service-access.ts";

interface AckOptions extends ServiceOptions {
  readonly level: string;
  readonly unit?: string;
}
interface RetractOptions extends ServiceOptions {
  readonly reason: string;
}
interface ApproveOptions extends ServiceOptions {
  readonly version: string;
  readonly decline?: string;
}

const LEVELS = ["RECEIVED", "READ", "ACTED"];
const ALERT = "alert id, or the beginning of one";

/** Adds `alert ack`, `alert hit`, `alert retract` and `alert approve`: what others answer. */
export function addAlertAnswer(parent: Command, terminal: Terminal): void {
  addAck(parent, terminal);
  addHit(parent, terminal);
  addRetract(parent, terminal);
  addApprove(parent, terminal);
}

function addAck(parent: Command, terminal: Terminal): void {
  const ack = parent
    .command("ack")
    .description("say how far an alert was taken up")
    .argument("<alert>", ALERT)
    .addOption(new Option("--level <level>", "how far").choices(LEVELS).default("READ"))
    .option("--unit <name>", "post or unit it is said for");
  addAlertOptions(ack);
  ack.addHelpText(
    "after",
    '\nExamples:\n  tracepost alert ack 019b0f80 --level ACTED --unit "Namanga" \\\n' +
      "    --data exchange --participant KE-CUSTOMS\n",
  );
  addAction<AckOptions>(ack, terminal, async (options, name = "") => {
    const { level, unit } = options;
    const service = await openAlerts(options, terminal);
    const path = alertPath(await findAlertId(service, name), "acknowledge");
    return await postToAlert(service, path, { level, unit }, "The acknowledgement is on its way.");
  });
}

function addHit(parent: Command, terminal: Terminal): void {
  const hit = parent
    .command("hit")
    .description("report a possible match; it goes to the originator and the own focal point alone")
    .argument("<alert>", ALERT)
    .argument("<file>", "the hit as JSON or YAML; - reads standard input");
  addAlertOptions(hit);
  hit.addHelpText(
    "after",
    `
The file is the body of POST /v1/alerts/ALERT/hits:

  kind: EXACT                # PARTIAL_SERIAL, CONSIGNMENT, MO_SIMILAR
  at: 2026-02-03T04:11:00Z
  place: KE MBA
  method: FOUND              # SEIZED, WITHHELD
  confidence: MEDIUM         # HIGH, LOW
  nextStep: CONTACT          # OPEN_TRACE
  dutyContact: { unit: "...", telephone: "+254201234568" }

Examples:
  tracepost alert hit 019b0f80 hit.yaml --data exchange --participant KE-CUSTOMS
`,
  );
  addAction<ServiceOptions>(hit, terminal, async (options, name = "", file = "-") => {
    const { value } = await readBody(file);
    const service = await openAlerts(options, terminal);
    const path = alertPath(await findAlertId(service, name), "hits");
    return await postToAlert(service, path, value, "The hit is on its way: a possible match.");
  });
}

function addRetract(parent: Command, terminal: Terminal): void {
  const retract = parent
    .command("retract")
    .description("take back a hit that was reported from here")
    .argument("<alert>", ALERT)
    .argument("<hit>", "id of the hit")
    .requiredOption("--reason <text>", "why it was none");
  addAlertOptions(retract);
  retract.addHelpText(
    "after",
    "\nExamples:\n  tracepost alert retract 019b0f80 019b0f82-3c4d-7e5f-8a6b-7c8d9e0f1a2b \\\n" +
      '    --reason "The last digit was misread." --data exchange --participant KE-CUSTOMS\n',
  );
  addAction<RetractOptions>(retract, terminal, async (options, name = "", hitId = "") => {
    const { reason } = options;
    const service = await openAlerts(options, terminal);
    const path = alertPath(await findAlertId(service, name), "hits", hitId, "retract");
    return await postToAlert(service, path, { reason }, "The retraction is on its way.");
  });
}

function addApprove(parent: Command, terminal: Terminal): void {
  const approve = parent
    .command("approve")
    .description("let an alert of an agency of the State leave, or decline it")
    .argument("<alert>", ALERT)
    .requiredOption("--version <message>", "message id of the version that waits")
    .option("--decline <reason>", "do not let it leave, for this reason");
  addAlertOptions(approve);
  approve.addHelpText(
    "after",
    "\nExamples:\n  tracepost alert approve 019b0f83 \\\n" +
      "    --version 019b0f84-5e6f-7a7b-8c8d-9e0f1a2b3c4d --data exchange --participant KE\n",
  );
  addAction<ApproveOptions>(approve, terminal, async (options, name = "") => {
    const { decline: reason, version: messageId } = options;
    const approved = reason === undefined;
    const service = await openAlerts(options, terminal);
    const path = alertPath(await findAlertId(service, name), "approve");
    const body = { messageId, approved, reason };
    return await postToAlert(service, path, body, approved ? "It leaves." : "It stays.");
  });
}
