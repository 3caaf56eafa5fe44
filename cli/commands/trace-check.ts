import type { Command } from "commander";
import { FAULTS } from "#errors";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { type FindingView, findingLines } from "../finding-lines.ts";
import { readBody } from "../read-body.ts";
import {
  accessWords,
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";

interface Checked {
  readonly sendable: boolean;
  readonly refusal?: {
    readonly code: string;
    readonly title: string;
    readonly field?: string;
    readonly detail?: string;
    readonly remedy?: string;
  };
  readonly findings: readonly FindingView[];
  readonly completeness: {
    readonly points: number;
    readonly of: number;
    readonly lacking: readonly { readonly field: string; readonly points: number }[];
  };
}

const HELP = `
Says what the focal point would make of a trace request: what is wrong with it, what a recipient may
refuse it for, and how complete it is. Sends and keeps nothing. Exit code 2 when it could not be
sent.

Examples:
  tracepost trace check request.yaml --data exchange --participant KE
  tracepost trace check - --data exchange --participant KE --json < request.json
`;

/** Adds `trace check`: what is wrong with a request, before it is sent. */
export function addTraceCheck(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("check")
    .description("check a trace request before sending it")
    .argument("<file>", "the request as JSON or YAML; - reads standard input");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<ServiceOptions>(command, terminal, (options, file = "") =>
    check(options, file, terminal),
  );
}

async function check(
  options: ServiceOptions,
  file: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const { value } = await readBody(file);
  const access = { kind: "focal-point", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  const path = "/v1/traces/check";
  const checked = await callService<Checked>(service, { method: "POST", path, body: value });
  const { completeness, findings, refusal, sendable } = checked;
  const next = `Send it: tracepost trace send ${file} ${accessWords(options)}`;
  const lacking = completeness.lacking.map(({ field, points }) => `${field} (${points})`);
  const rest = lacking.length === 0 ? "" : `; it lacks ${lacking.join(", ")}`;
  return {
    json: checked,
    lines: [
      sendable ? "It can be sent." : "It cannot be sent as it is.",
      ...refusalLines(refusal),
      ...findingLines(findings),
      printable(`Complete to ${completeness.points} of ${completeness.of} points${rest}.`),
      ...(sendable ? [next] : []),
    ],
    ...(sendable ? {} : { exitCode: FAULTS.INPUT_INVALID.exitCode }),
  };
}

function refusalLines(refusal: Checked["refusal"]): string[] {
  if (refusal === undefined) return [];
  const { code, detail = "", field = "", remedy = "", title } = refusal;
  const where = [field, detail].filter((text) => text !== "").join(": ");
  return [`  ${title} (${code})`, `    ${where}`, `    ${remedy}`]
    .filter((line) => line.trim() !== "")
    .map(printable);
}
