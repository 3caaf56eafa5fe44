import type { Command } from "commander";
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

interface CancelOptions extends ServiceOptions {
  readonly reason: string;
}

const FORM = `
The file is the body of POST /v1/alerts as JSON or YAML; to holds states, a group or an instrument:

  to: { states: [TZ, UG] }
  alert:
    kind: WANTED_FIREARM
    wantedReason: STOLEN
    infos: [{ languageTag: en, headline: "..." }]
    dutyContact: { unit: "...", telephone: "+254201234567" }
    items: [{ subjectKind: FIREARM, firearm: { make: GLOCK, model: "17", serialRaw: "..." } }]

Out of a CAP 1.2 document it is made by: tracepost alert import.
`;

/** Adds `alert send`, `alert update` and `alert cancel`: what an originator does. */
export function addAlertSend(parent: Command, terminal: Terminal): void {
  const send = parent
    .command("send")
    .description("send an alert to named States, a group, or the parties of an instrument")
    .argument("<file>", "the alert as JSON or YAML; - reads standard input");
  addAlertOptions(send);
  send.addHelpText(
    "after",
    `${FORM}\nExamples:\n  tracepost alert send alert.yaml --data exchange --participant KE\n`,
  );
  addAction<ServiceOptions>(send, terminal, async (options, file = "-") => {
    const { value } = await readBody(file);
    const service = await openAlerts(options, terminal);
    return await postToAlert(service, "/v1/alerts", value, "The alert is on its way.");
  });
  addUpdate(parent, terminal);
  addCancel(parent, terminal);
}

function addUpdate(parent: Command, terminal: Terminal): void {
  const update = parent
    .command("update")
    .description("replace an alert of this participant by what is known now")
    .argument("<alert>", "alert id, or the beginning of one")
    .argument("<file>", "the alert as JSON or YAML; - reads standard input");
  addAlertOptions(update);
  update.addHelpText(
    "after",
    "\nExamples:\n  tracepost alert update 019b0f80 alert.yaml --data exchange --participant KE\n",
  );
  addAction<ServiceOptions>(update, terminal, async (options, name = "", file = "-") => {
    const { value } = await readBody(file);
    const service = await openAlerts(options, terminal);
    const path = alertPath(await findAlertId(service, name), "update");
    return await postToAlert(service, path, value, "The update is on its way.");
  });
}

function addCancel(parent: Command, terminal: Terminal): void {
  const cancel = parent
    .command("cancel")
    .description("take an alert of this participant back, everywhere")
    .argument("<alert>", "alert id, or the beginning of one")
    .requiredOption("--reason <text>", "why; told to everybody who has it");
  addAlertOptions(cancel);
  cancel.addHelpText(
    "after",
    '\nExamples:\n  tracepost alert cancel 019b0f80 --reason "Found at the dealer\'s premises." \\\n' +
      "    --data exchange --participant KE\n",
  );
  addAction<CancelOptions>(cancel, terminal, async (options, name = "") => {
    const service = await openAlerts(options, terminal);
    const path = alertPath(await findAlertId(service, name), "cancel");
    const { reason } = options;
    return await postToAlert(service, path, { reason }, "The cancel is on its way.");
  });
}
