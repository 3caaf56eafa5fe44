import { stateName } from "#reference";
import { printable } from "#runtime";
import type { CaseDetail } from "./focal-points.ts";
import type { ScenarioPlan } from "./plan.ts";
import type { ScenarioReport } from "./report.ts";
import type { SubmittedRequest } from "./submit.ts";

/** Where the exchange answers. */
export interface ExchangeAddresses {
  readonly gateway: string;
  /** Participant id → address. */
  readonly participants: ReadonlyMap<string, string>;
}

/** Outcomes in words; the report has the codes. */
const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  LAST_LEGAL_HOLDER_IDENTIFIED: "last legal holder identified",
  REPORTED_LOST_OR_STOLEN: "reported lost or stolen",
  EXPORTED_ONWARD: "exported onward: the trail leads to another State",
  NO_RECORD: "no record",
  INSUFFICIENT_IDENTIFICATION: "several records match, none can be told apart",
  REFUSED: "refused, with the ground",
};

/** What happened, in plain sentences. */
export function tellReport(report: ScenarioReport, plan: ScenarioPlan): string[] {
  const { integrity, log, receipts, replies, screening } = report;
  const asking = new Set(plan.requests.map((request) => request.from)).size;
  const asked = new Set(plan.requests.map((request) => request.to)).size;
  return [
    "What happened",
    `  ${report.input.rows} recovered firearms were screened: ${screening.sent} could be asked ` +
      `about abroad, ${screening.domestic} were made in the State that found them, ` +
      `${screening.incomplete} cannot be identified.`,
    `  ${count(asking, "State")} asked ${count(asked, "State")}. The gateway recorded ` +
      `${receipts.accepted} requests and refused ${receipts.refused}; ${receipts.delivered} ` +
      `reached the State asked; ${replies.final} were answered:`,
    ...Object.entries(replies.byOutcome).map(
      ([code, times]) => `    ${String(times).padStart(4)}  ${OUTCOME_WORDS[code] ?? code}`,
    ),
    `  Lost: ${integrity.lost}. Doubled: ${integrity.duplicated}.`,
    `  The message log of ${log.size} entries ${log.verified ? "verifies" : "DOES NOT VERIFY"}.`,
  ];
}

/** Who asked whom, as a table. */
export function tellStates(plan: ScenarioPlan): string[] {
  const rows = plan.participants.map((id) => {
    const asked = plan.requests.filter((request) => request.from === id).length;
    const wasAsked = plan.requests.filter((request) => request.to === id).length;
    return [id, stateName(id), String(asked), String(wasAsked)] as const;
  });
  const wide = Math.max(...rows.map(([, name]) => name.length));
  return [
    `  ${"State".padEnd(wide + 4)}  asked  was asked`,
    ...rows.map(
      ([id, name, asked, wasAsked]) =>
        `  ${id}  ${name.padEnd(wide)}  ${asked.padStart(5)}  ${wasAsked.padStart(9)}`,
    ),
  ];
}

/** One case from end to end. */
export function tellSample(request: SubmittedRequest, detail: CaseDetail): string[] {
  const { from, row, to } = request;
  const { final, refusal, sourceNote } = detail.reply ?? {};
  const said = final?.remarks ?? refusal?.explanation ?? "";
  const message = detail.messages[0];
  const logged =
    message?.logIndex === undefined ? "" : ` It is entry ${message.logIndex} of the log.`;
  const receipts = message?.receipts.map(({ by, type }) => `${type?.toLowerCase()} by ${by}`) ?? [];
  return [
    "One case of them",
    `  ${stateName(from)} found a ${row.manufacturer} ${row.calibre}, serial number ` +
      `${row.serialNumber} (${row.ref}), and asked ${stateName(to)}.`,
    `  Receipts of the request: ${receipts.join(", ")}.${logged}`,
    `  ${stateName(to)} answered ${detail.outcome ?? detail.state}: ${said}`,
    `  Source: ${sourceNote ?? ""}`,
  ].map(printable);
}

/** Where to look, while the exchange is up. */
export function tellAddresses(addresses: ExchangeAddresses): string[] {
  const { gateway, participants } = addresses;
  const wide = Math.max(...["gateway", ...participants.keys()].map((id) => id.length));
  return [
    "Where to look: each address has a status page, /healthz, /readyz and /metrics",
    `  ${"gateway".padEnd(wide)}  ${gateway}`,
    ...[...participants].map(([id, url]) => `  ${id.padEnd(wide)}  ${url}`),
  ];
}

/** How to look further. `ref` is a request of the first asking State. */
export function tellCommands(dataDir: string, sample: SubmittedRequest | undefined): string[] {
  const participant = sample?.from ?? "US";
  const lines = [
    "Look further",
    `  npx tracepost trace list --data ${dataDir} --participant ${participant}`,
  ];
  if (sample !== undefined) {
    const { from, row } = sample;
    lines.push(`  npx tracepost trace show ${row.ref} --data ${dataDir} --participant ${from}`);
  }
  return [
    ...lines,
    `  npx tracepost log verify --data ${dataDir}`,
    `  npx tracepost exchange status --data ${dataDir}`,
    `Everything lies in ${dataDir}. All States' focal points and registers in it are made up.`,
  ].map(printable);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
