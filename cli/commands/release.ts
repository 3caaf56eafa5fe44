import { type Command, Option } from "commander";
import { HTTP_LIMITS } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { heldResult } from "../held-answer.ts";
import { parseLimit } from "../parse-option.ts";
import { readBody } from "../read-body.ts";
import {
  type AcknowledgeRulesView,
  acknowledgeRules,
  confirmRelease,
  decideRelease,
  listReleases,
  loadRelease,
  type ReleaseView,
  releasePolicy,
} from "../release-calls.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

const STATES = ["PENDING", "RELEASED", "RETURNED", "REVIEW_DUE", "REVIEWED"];
const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

interface ListOptions extends ServiceOptions {
  readonly state?: string;
  readonly case?: string;
  readonly overdue?: boolean;
  readonly limit: number;
}

const example = (text: string): string => `
${text} --data exchange --participant KE --user supervisor-2
`;

/** Adds `release list`, `show`, `confirm`, `return`, `review`, `policy` and `rules`. */
export function addRelease(parent: Command, terminal: Terminal): void {
  addList(parent, terminal);
  addShow(parent, terminal);
  addConfirm(parent, terminal);
  addReturn(parent, terminal);
  addReview(parent, terminal);
  addPolicy(parent, terminal);
  addRules(parent, terminal);
}

function addList(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("list")
    .description("list what waits for a second person, and what became of it")
    .addOption(new Option("--state <state>", "only in this state").choices(STATES))
    .option("--case <id>", "only of this case")
    .option("--overdue", "only reviews that are overdue")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", `\nExample:${example("  tracepost release list --state PENDING")}`);
  addAction<ListOptions>(command, terminal, async (options) => {
    const { state, case: caseId, overdue, limit } = options;
    const query = {
      ...(state && { state }),
      ...(caseId && { caseId }),
      ...(overdue && { overdue: "true" }),
      limit: String(Math.min(limit, HTTP_LIMITS.pageRowsMax)),
    };
    const service = await openService(options, terminal, PERSON);
    const { releases, next } = await listReleases(service, query);
    return { json: { releases, more: next !== undefined }, lines: table(releases) };
  });
}

function table(releases: readonly ReleaseView[]): string[] {
  if (releases.length === 0) return ["Nothing waits."];
  const rows = releases.map((one) => [
    one.releaseId,
    one.overdue === true ? `${one.state} overdue` : one.state,
    one.action,
    one.peer ?? "",
    one.reasons.join(" "),
    one.preparedBy,
    one.preparedAt,
    one.decidedBy ?? "",
  ]);
  const head = ["RELEASE", "STATE", "WHAT", "TO", "WHY", "PREPARED BY", "AT", "DECIDED BY"];
  return textTable(head, rows);
}

function addShow(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("show")
    .description("show what would leave")
    .argument("<release>", "id of a release");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", `\nExample:${example("  tracepost release show 019b0f73-1a22")}`);
  addAction<ServiceOptions>(command, terminal, async (options, id = "") => {
    const release = await loadRelease(await openService(options, terminal, PERSON), id);
    return told(release);
  });
}

function told(release: ReleaseView): CommandResult {
  const content = release.content === undefined ? "gone" : JSON.stringify(release.content, null, 2);
  const { breakGlass, note, reviewDueAt } = release;
  return {
    json: release,
    lines: [
      ...table([release]),
      ...(breakGlass === undefined ? [] : [`Sent alone: ${breakGlass}`]),
      ...(reviewDueAt === undefined ? [] : [`Review due: ${reviewDueAt}`]),
      ...(note === undefined ? [] : [`Note: ${note}`]),
      `Content: ${content}`,
    ],
  };
}

function addConfirm(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("confirm")
    .description("confirm what another person has prepared, and send it")
    .argument("<release>", "id of a release")
    .option("--note <text>", "a remark that is kept with it");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", `\nExample:${example("  tracepost release confirm 019b0f73-1a22")}`);
  addAction<ServiceOptions & { readonly note?: string }>(
    command,
    terminal,
    async (options, id = "") => {
      const service = await openService(options, terminal, PERSON);
      const confirmed = await confirmRelease(service, id, options.note);
      const { messageId, state } = confirmed;
      const sent =
        messageId === undefined ? "In force" : `Sent: message ${messageId}, case ${state}`;
      return { json: confirmed, lines: [`${sent}.`] };
    },
  );
}

function addReturn(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("return")
    .description("send it back with a reason, or take your own back")
    .argument("<release>", "id of a release")
    .requiredOption("--reason <text>", "why it does not leave");
  addServiceOptions(command, "focal-point");
  const text = '  tracepost release return 019b0f73-1a22 --reason "The ground is another one"';
  command.addHelpText("after", `\nExample:${example(text)}`);
  addAction<ServiceOptions & { readonly reason: string }>(
    command,
    terminal,
    async (options, id = "") => {
      const service = await openService(options, terminal, PERSON);
      return told(await decideRelease(service, id, "return", { reason: options.reason }));
    },
  );
}

function addReview(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("review")
    .description("say whether it was right that one person sent it alone")
    .argument("<release>", "id of a release")
    .addOption(
      new Option("--verdict <verdict>", "what you find")
        .choices(["APPROVED", "OBJECTED"])
        .makeOptionMandatory(),
    )
    .requiredOption("--note <text>", "why");
  addServiceOptions(command, "focal-point");
  const text =
    '  tracepost release review 019b0f75-3c44 --verdict APPROVED --note "It could not wait until Monday"';
  command.addHelpText("after", `\nExample:${example(text)}`);
  addAction<ServiceOptions & { readonly verdict: string; readonly note: string }>(
    command,
    terminal,
    async (options, id = "") => {
      const { verdict, note } = options;
      const service = await openService(options, terminal, PERSON);
      return told(await decideRelease(service, id, "review", { verdict, note }));
    },
  );
}

function addPolicy(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("policy")
    .description("show what needs a second person, or set it")
    .argument("[file]", "the policy as JSON or YAML; - reads standard input");
  addServiceOptions(command, "focal-point");
  const text = "  tracepost release policy policy.yaml";
  command.addHelpText("after", `\nExample:${example(text)}`);
  addAction<ServiceOptions>(command, terminal, async (options, file) => {
    const service = await openService(options, terminal, PERSON);
    const body = file === undefined ? undefined : (await readBody(file)).value;
    const policy = await releasePolicy(service, body);
    const lines = Object.entries(policy).map(([name, value]) => `${name}: ${String(value)}`);
    const waits = "releaseId" in policy ? ["It is looser, and waits for a second person."] : [];
    return { json: policy, lines: [...waits, ...lines] };
  });
}

function addRules(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("rules")
    .description("show the rules that acknowledge requests by themselves, or set them")
    .argument("[file]", "active and rules as JSON or YAML; - reads standard input");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", `\nExample:${example("  tracepost release rules rules.yaml")}`);
  addAction<ServiceOptions>(command, terminal, async (options, file) => {
    const service = await openService(options, terminal, PERSON);
    const body = file === undefined ? undefined : (await readBody(file)).value;
    const set = await acknowledgeRules(service, body);
    const held = heldResult(set, options);
    return held ?? { json: set, lines: ruleLines(set as AcknowledgeRulesView) };
  });
}

function ruleLines({ active, rules, version }: AcknowledgeRulesView): string[] {
  const standing = active ? "switched on" : "switched off: an officer acknowledges";
  const rows = rules.map((rule) => [
    rule.name,
    rule.priorities?.join(" ") ?? "any",
    rule.requestingStates?.join(" ") ?? "any",
    rule.tlpMax ?? "any",
    String(rule.completenessMin ?? 0),
  ]);
  const head = ["RULE", "PRIORITY", "FROM", "TLP UP TO", "COMPLETE FROM"];
  const table = rows.length === 0 ? [] : textTable(head, rows);
  return [`Rules that acknowledge, version ${version}: ${standing}.`, ...table];
}
