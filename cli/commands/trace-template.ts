import { type Command, Option } from "commander";
import { stringify } from "yaml";
import { FORMS, filledForm, formOf, formsOfSubject } from "#casework";
import { TracepostError } from "#errors";
import { SubjectKind } from "#proto";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";

interface TemplateOptions extends OutputOptions {
  readonly subject?: string;
  readonly form?: string;
  readonly all?: boolean;
}

const SUBJECTS = Object.keys(SubjectKind).filter((name) => name !== "UNSPECIFIED");

const HELP = `
Prints a request to be filled in, as YAML for trace check and trace send: the short core, with a
made-up example in each field, and the codes it takes. --all adds everything that may be skipped.

Examples:
  tracepost trace template --subject AMMUNITION > request.yaml
  tracepost trace template --form artisanal --all
`;

/** Adds `trace template`: a request to be filled in (TP-REQ-12). */
export function addTraceTemplate(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("template")
    .description("print a request to be filled in")
    .addOption(new Option("--subject <kind>", "what is asked about").choices(SUBJECTS))
    .addOption(new Option("--form <name>", "a form by name").choices(FORMS.map(({ name }) => name)))
    .option("--all", "with everything that may be skipped")
    .addHelpText("after", HELP);
  addAction<TemplateOptions>(command, terminal, async (options) => template(options));
}

function template({
  all = false,
  form: name,
  subject = "FIREARM",
}: TemplateOptions): CommandResult {
  const form = name === undefined ? formsOfSubject(subject)[0] : formOf(name);
  if (form === undefined) {
    throw new TracepostError("USAGE", `there is no form for ${subject}`, {
      remedy: `Give --form with one of: ${FORMS.map((one) => one.name).join(", ")}.`,
    });
  }
  const isShown = (isCore: boolean): boolean => all || isCore;
  const body = filledForm(form, (field) => isShown(field.core));
  const notes = form.fields
    .filter((field) => isShown(field.core))
    .map(({ codes, core, label, path, unknown }) => {
      const takes = codes === undefined ? "" : `: ${codes.join(", ")}`;
      const skip = core ? "" : " (may be skipped)";
      return `# ${path}: ${label}${skip}${unknown === true ? ", or UNKNOWN" : ""}${takes}`;
    });
  const lines = [`# ${form.title}; every value is an example.`, ...notes];
  return { json: { form: form.name, body }, lines: [...lines, ...stringify(body).split("\n")] };
}
