import type { Command } from "commander";
import type { TraceReplyView } from "#casework";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { heldResult } from "../held-answer.ts";
import { readBody } from "../read-body.ts";
import {
  accessWords,
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { allTraces, findCaseId } from "../trace-calls.ts";

const DRAFT_HELP = `
Looks a request received up in the firearm register: which firearms it may be about, why, and the
answer the register would give. Nothing is sent.

Example:
  tracepost trace draft KE/2026/17 --data exchange --participant AT
`;

const RELEASE_HELP = `
Sends the draft as it was seen, or the answer that FILE holds in its place: what \`trace draft
--json\` shows as \`reply\`, edited. Nothing is sent once there is another draft than the one seen.

Examples:
  tracepost trace release KE/2026/17 --draft DRAFT-ID --data exchange --participant AT
  tracepost trace release KE/2026/17 --draft DRAFT-ID --edit answer.yaml --participant AT
`;

interface DraftView {
  readonly draftId: string;
  readonly asOf: string;
  readonly reply: TraceReplyView;
  readonly candidates: readonly {
    readonly score: number;
    readonly firearm: { readonly id: string; readonly make: string; readonly serial: string };
    readonly reasons: readonly { readonly field: string; readonly detail: string }[];
  }[];
}

interface SendOptions extends ServiceOptions {
  readonly draft: string;
  readonly edit?: string;
}

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

/** Adds `trace draft` and `trace release`. */
export function addTraceDraft(parent: Command, terminal: Terminal): void {
  const about = "case id, the beginning of one, or a national case number";
  const draft = parent
    .command("draft")
    .description("show what the register would answer to a request received")
    .argument("<case>", about);
  addServiceOptions(draft, "focal-point");
  draft.addHelpText("after", DRAFT_HELP);
  addAction<ServiceOptions>(draft, terminal, (options, name = "") => show(options, name, terminal));
  const release = parent
    .command("release")
    .description("send the draft as it was seen, or edited")
    .argument("<case>", about)
    .requiredOption("--draft <id>", "id of the draft that was seen")
    .option("--edit <file>", "send this answer in its place, JSON or YAML; - reads standard input");
  addServiceOptions(release, "focal-point");
  release.addHelpText("after", RELEASE_HELP);
  addAction<SendOptions>(release, terminal, (options, name = "") => send(options, name, terminal));
}

async function show(
  options: ServiceOptions,
  name: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const service = await openService(options, terminal, PERSON);
  const caseId = await findCaseId(allTraces(service, { role: "requested" }), name);
  const path = `/v1/traces/${caseId}/draft`;
  const draft = await callService<DraftView>(service, { path });
  const rows = draft.candidates.map(({ score, firearm, reasons }) => [
    String(score),
    firearm.id,
    firearm.make,
    firearm.serial,
    reasons.map(({ field, detail }) => `${field} ${detail}`).join("; "),
  ]);
  const none = ["No firearm of the register may be the one."];
  return {
    json: { caseId, ...draft },
    lines: [
      ...(rows.length === 0 ? none : textTable(["SCORE", "ID", "MAKE", "SERIAL", "WHY"], rows)),
      `As of: ${draft.asOf}`,
      `Draft: ${JSON.stringify(draft.reply, null, 2)}`,
      `Send it: tracepost trace release ${caseId} --draft ${draft.draftId} ${accessWords(options)}`,
    ],
  };
}

async function send(
  options: SendOptions,
  name: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const service = await openService(options, terminal, PERSON);
  const caseId = await findCaseId(allTraces(service, { role: "requested" }), name);
  const changes = options.edit === undefined ? undefined : (await readBody(options.edit)).value;
  const sent = await callService<{ readonly messageId: string; readonly state: string }>(service, {
    method: "POST",
    path: `/v1/traces/${caseId}/release`,
    body: { draftId: options.draft, ...(changes && { changes }) },
  });
  const held = heldResult(sent, options);
  if (held !== undefined) return held;
  return { json: { caseId, ...sent }, lines: [`Sent: case ${caseId} stands at ${sent.state}.`] };
}
