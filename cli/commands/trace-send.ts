import { createHash } from "node:crypto";
import type { Command } from "commander";
import { type AttachOptions, addAttachOption, attachFiles } from "../attach-option.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { type FindingView, findingLines } from "../finding-lines.ts";
import { heldResult } from "../held-answer.ts";
import { refuseWaiting } from "../letter-options.ts";
import { readBody } from "../read-body.ts";
import { addWaitOption, reportSent, type WaitOptions } from "../sent-message.ts";
import {
  accessWords,
  addServiceOptions,
  askService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";

interface SendOptions extends ServiceOptions, WaitOptions, AttachOptions {
  readonly key?: string;
  readonly despite?: string;
  readonly breakGlass?: string;
}

interface Opened {
  readonly caseId: string;
  readonly messageId: string;
  readonly state: string;
  readonly findings: readonly FindingView[];
}

const HELP = `
Opens a case and sends its trace request. The file is the body of POST /v1/traces as JSON or YAML:

  to: AT
  instrumentBasis: [ITI]
  request:
    nationalCaseNumber: KE/2026/17
    firearm: { type: PISTOL_SELF_LOADING, make: GLOCK, serialStatus: PRESENT, serialRaw: ABC123 }
    ...

Its fields stand in docs/spec/casework.md and at /openapi.json of the focal point. The same file is
sent once only: sending it again answers with the case it opened. Another --key makes it another
request. What a request breaks is listed whole, with what to do, and nothing is sent.

Examples:
  tracepost trace send request.yaml --data exchange --participant KE
  tracepost trace send request.yaml --data exchange --participant KE --user desk-7 --wait
  tracepost trace send request.yaml --attach marks.jpg --data exchange --participant KE
  tracepost trace send - --url https://focal-point.example --token-file my.token < request.json
`;

/** Adds `trace send`: opens a case, once for a file (TP-CLI-4). */
export function addTraceSend(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("send")
    .description("open a case and send its trace request")
    .argument("<file>", "the request as JSON or YAML; - reads standard input")
    .option("--key <key>", "idempotency key; made from the file unless given")
    .option("--break-glass <reason>", "if URGENT: send alone what needs a second person, and why")
    .option("--despite <reason>", "send although the same firearm is in another case, and why");
  addAttachOption(command);
  addWaitOption(command);
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<SendOptions>(command, terminal, (options, file = "") => send(options, file, terminal));
}

async function send(
  options: SendOptions,
  file: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const { bytes, value } = await readBody(file);
  refuseWaiting(options, value);
  const access = { kind: "focal-point", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  const despite =
    options.despite === undefined ? {} : { despite: true, despiteReason: options.despite };
  const breakGlass =
    options.breakGlass === undefined ? {} : { breakGlass: { reason: options.breakGlass } };
  const attached = await attachFiles(service, options);
  const hasher = createHash("sha256").update(bytes);
  if (attached.attachments !== undefined) hasher.update(JSON.stringify(attached));
  const key = options.key ?? `file-${hasher.digest("hex")}`;
  const { body: opened, status } = await askService<Opened>(service, {
    method: "POST",
    path: "/v1/traces",
    body: { ...value, ...despite, ...breakGlass, ...attached },
    headers: { "idempotency-key": key },
  });
  const held = heldResult(opened, options);
  if (held !== undefined) return held;
  const { caseId, findings, messageId } = opened;
  const report = await reportSent(service, { caseId, messageId }, options);
  const state = report.state ?? opened.state;
  const isNew = status === 201;
  return {
    json: { ...opened, state, isNew, key, ...report.json },
    lines: [
      isNew ? `Sent: case ${caseId}.` : `Sent before: case ${caseId}; nothing was sent again.`,
      `It stands at ${state}.`,
      ...findingLines(findings),
      ...report.lines,
      `See it: tracepost trace show ${caseId} ${accessWords(options)}`,
    ],
    exitCode: report.exitCode,
  };
}
