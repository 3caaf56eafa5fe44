import { type Command, Option } from "commander";
import { HTTP_LIMITS, printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { heldResult } from "../held-answer.ts";
import {
  type LedgerView,
  listLedgers,
  loadLedger,
  proposeLedger,
  type SentLedgerView,
  stateLedger,
} from "../ledger-calls.ts";
import { parseLimit } from "../parse-option.ts";
import { readBody } from "../read-body.ts";
import { confirmRelease, decideRelease, listReleases, type ReleaseView } from "../release-calls.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

const example = (text: string): string => `
Example:
  ${text} --data exchange --participant KE --user desk-7
`;

/** Adds `ledger show`, `state`, `propose`, `approve`, `decline` and `list`. */
export function addLedger(parent: Command, terminal: Terminal): void {
  addShow(parent, terminal);
  addState(parent, terminal);
  addPropose(parent, terminal);
  addApprove(parent, terminal);
  addDecline(parent, terminal);
  addList(parent, terminal);
}

function addShow(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("show")
    .description("show the ledger of indicator 16.4.2 of a year")
    .requiredOption("--year <year>", "year of recovery")
    .option("--as-of <date>", "what it was on this day, such as 2026-12-31");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost ledger show --year 2026"));
  addAction<ServiceOptions & { readonly year: string; readonly asOf?: string }>(
    command,
    terminal,
    async ({ asOf, year, ...options }) => {
      const service = await openService(options, terminal, PERSON);
      return told(await loadLedger(service, year, asOf));
    },
  );
}

function addState(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("state")
    .description("say what belongs to a year beside its reports")
    .argument("<file>", "monthsReported, otherTraces, methodNote, national as JSON or YAML")
    .requiredOption("--year <year>", "year of recovery");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost ledger state statement.yaml --year 2026"));
  addAction<ServiceOptions & { readonly year: string }>(
    command,
    terminal,
    async ({ year, ...options }, file = "") => {
      const service = await openService(options, terminal, PERSON);
      return told(await stateLedger(service, year, (await readBody(file)).value));
    },
  );
}

function eventLines({ events, personsArrested, ...counts }: LedgerView["events"]): string[] {
  const of = (name: string, numbers: Readonly<Record<string, number>>): string[] => {
    const told = Object.entries(numbers).map(([key, count]) => `${key} ${count}`);
    return told.length === 0 ? [] : [`${name}: ${told.join(", ")}.`];
  };
  return [
    `Events: ${events}. Persons arrested: ${personsArrested}.`,
    ...of("Offences", counts.offences),
    ...of("Modus operandi", counts.modusOperandi),
    ...of("From", counts.departures),
    ...of("By way of", counts.transits),
    ...of("To", counts.destinations),
    ...(counts.routesClaimed === 0
      ? []
      : [`Routes that are only claimed: ${counts.routesClaimed}.`]),
  ];
}

function told(ledger: LedgerView): CommandResult {
  const { denominator, numerator, recovered, value } = ledger;
  const share =
    value === null
      ? "no value: no arm was recovered"
      : `${value.toFixed(2)} % (${numerator} of ${denominator})`;
  const amounts = Object.entries(recovered).map(([how, amount]) => [
    how,
    String(amount.arms),
    String(amount.byTrace),
    String(amount.byAuthority),
  ]);
  const lines = ledger.lines.map((line) => [
    line.recovered,
    line.type,
    line.marking,
    String(line.arms),
    String(line.byTrace),
    String(line.byAuthority),
  ]);
  const counts = ["ARMS", "BY TRACE", "BY AUTHORITY"];
  const { doublesOpen, methodNote, monthsReported, national } = ledger;
  return {
    json: ledger,
    lines: [
      `Indicator 16.4.2 of ${ledger.year} as of ${ledger.asOf}: ${share}.`,
      ...textTable(["RECOVERED", ...counts], amounts),
      ...(lines.length === 0 ? [] : textTable(["RECOVERED", "TYPE", "MARKING", ...counts], lines)),
      `Months reported: ${monthsReported.join(" ") || "none"}.`,
      `Traces off the exchange: ${ledger.offExchangeTraces}. Antiques, not counted: ${ledger.antiques}.`,
      `Beside arms: ${ledger.parts} parts, ${ledger.rounds} rounds, ${ledger.kilograms} kg.`,
      ...eventLines(ledger.events),
      ...(doublesOpen === 0
        ? []
        : [`${doublesOpen} pairs may be one arm and are counted twice: tracepost seizure doubles`]),
      ...national.map(({ code, title, unit = "", value: own }) => {
        return `${printable(code)} ${printable(title)}: ${own ?? "missing"} ${printable(unit)}`.trim();
      }),
      ...(methodNote === "" ? [] : [`Method: ${printable(methodNote)}`]),
    ],
  };
}

interface ProposeOptions extends ServiceOptions {
  readonly year: string;
  readonly body: string;
  readonly status: string;
}

function addPropose(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("propose")
    .description("propose the ledger of a year to a regional body; a second person approves it")
    .requiredOption("--year <year>", "year of recovery")
    .requiredOption("--body <body>", "code of the body, such as ECOWAS")
    .addOption(
      new Option("--status <status>", "whether it counts")
        .choices(["ACTUAL", "EXERCISE"])
        .default("ACTUAL"),
    );
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost ledger propose --year 2026 --body ECOWAS"));
  addAction<ProposeOptions>(command, terminal, async ({ body, status, year, ...options }) => {
    const service = await openService(options, terminal, PERSON);
    const proposed = await proposeLedger(service, year, { body, status });
    return heldResult(proposed, options) ?? { json: proposed, lines: ["Proposed."] };
  });
}

function addApprove(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("approve")
    .description("approve a ledger that another officer has proposed, and send it")
    .argument("<release>", "id of the proposal, of `ledger list`")
    .option("--note <text>", "a remark that is kept with it");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost ledger approve 019b0f73-1a22"));
  addAction<ServiceOptions & { readonly note?: string }>(
    command,
    terminal,
    async ({ note, ...options }, id = "") => {
      const service = await openService(options, terminal, PERSON);
      const confirmed = await confirmRelease(service, id, note);
      const vintage = confirmed.state.replace("VINTAGE_", "vintage ");
      return { json: confirmed, lines: [`Sent as ${vintage}: message ${confirmed.messageId}.`] };
    },
  );
}

function addDecline(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("decline")
    .description("decline a proposed ledger with a reason, or take your own back; nothing leaves")
    .argument("<release>", "id of the proposal, of `ledger list`")
    .requiredOption("--reason <text>", "why it does not leave");
  addServiceOptions(command, "focal-point");
  const text = 'tracepost ledger decline 019b0f73-1a22 --reason "March is missing"';
  command.addHelpText("after", example(text));
  addAction<ServiceOptions & { readonly reason: string }>(
    command,
    terminal,
    async ({ reason, ...options }, id = "") => {
      const service = await openService(options, terminal, PERSON);
      const declined = await decideRelease(service, id, "return", { reason });
      return { json: declined, lines: [`Declined: ${printable(reason)}`] };
    },
  );
}

function addList(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("list")
    .description("list ledgers that wait for a second person, and those that have left")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", example("tracepost ledger list"));
  addAction<ServiceOptions & { readonly limit: number }>(
    command,
    terminal,
    async ({ limit, ...options }) => {
      const service = await openService(options, terminal, PERSON);
      const { ledgers, next } = await listLedgers(
        service,
        Math.min(limit, HTTP_LIMITS.pageRowsMax),
      );
      const { releases } = await listReleases(service, { state: "PENDING" });
      const waiting = releases.filter(({ action }) => action === "ledger");
      return {
        json: { waiting, ledgers, more: next !== undefined },
        lines: [...waitingTable(waiting), ...sentTable(ledgers)],
      };
    },
  );
}

function waitingTable(waiting: readonly ReleaseView[]): string[] {
  if (waiting.length === 0) return [];
  const rows = waiting.map((one) => [
    one.releaseId,
    one.peer ?? "",
    one.preparedBy,
    one.preparedAt,
  ]);
  return textTable(["WAITS", "TO", "PROPOSED BY", "AT"], rows);
}

function sentTable(ledgers: readonly SentLedgerView[]): string[] {
  if (ledgers.length === 0) return ["No ledger has left."];
  const rows = ledgers.map((one) => [
    String(one.year),
    one.body,
    one.status,
    String(one.vintage),
    one.asOf,
    `${one.established} of ${one.arms}`,
    one.proposedBy,
    one.approvedBy,
    one.fate === "" ? "under way" : `${one.fate} ${one.code ?? ""}`.trim(),
  ]);
  const head = ["YEAR", "BODY", "STATUS", "VINTAGE", "AS OF", "ESTABLISHED"];
  return textTable([...head, "PROPOSED BY", "APPROVED BY", "FATE"], rows);
}
