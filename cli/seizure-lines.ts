import { printable } from "#runtime";
import type { CommandResult } from "./command-result.ts";
import type { SeizureLine, SeizureView } from "./ledger-calls.ts";
import { textTable } from "./text-table.ts";

/** Reports, a line for each. */
export function seizureTable(seizures: readonly SeizureLine[]): string[] {
  if (seizures.length === 0) return ["There are no reports."];
  const rows = seizures.map((one) => [
    one.reportId,
    one.date,
    one.institution,
    printable(one.seizureNumber),
    printable(one.agency),
    one.place,
    one.recovery,
    one.withdrawn === undefined ? "" : "withdrawn",
  ]);
  return textTable(["REPORT", "DATE", "BY", "NUMBER", "AGENCY", "PLACE", "HOW", ""], rows);
}

function circumstanceLines(report: SeizureView): string[] {
  const { modusOperandi = [], offences = [], personsArrested, route = {} } = report;
  const { claimed, departure, destination, transit = [] } = route;
  const way = [departure ?? "?", ...transit, destination ?? "?"].join(" > ");
  return [
    ...(offences.length === 0 ? [] : [`Offences: ${offences.join(" ")}`]),
    ...(modusOperandi.length === 0 ? [] : [`Modus operandi: ${modusOperandi.join(" ")}`]),
    ...(report.route === undefined ? [] : [`Route${claimed ? " as claimed" : ""}: ${way}`]),
    ...(personsArrested === undefined ? [] : [`Persons arrested: ${personsArrested}`]),
  ];
}

/** A report as commands show it. */
export function seizureResult(report: SeizureView): CommandResult {
  const rows = report.items.map((item) => [
    String(item.item),
    item.kind,
    item.type ?? "",
    printable([item.make, item.model].filter(Boolean).join(" ")),
    printable(item.serial ?? ""),
    item.marking ?? "",
    `${item.quantity} ${item.unit.toLowerCase()}`,
  ]);
  const origins = report.items.flatMap(({ item, origins: said, traceCaseIds = [] }) => [
    ...traceCaseIds.map((caseId) => `Item ${item}: asked in case ${caseId}`),
    ...said.map(({ actor, basis, by, established, on }) => {
      const what = established ? "origin established" : "not established after all";
      return `Item ${item}: ${what} by ${by} on ${on} (${printable(basis)}), entered by ${actor}`;
    }),
  ]);
  const { withdrawn } = report;
  return {
    json: report,
    lines: [
      ...seizureTable([report]),
      ...textTable(["ITEM", "KIND", "TYPE", "MAKE", "SERIAL", "MARKING", "QUANTITY"], rows),
      ...circumstanceLines(report),
      ...origins,
      ...(withdrawn === undefined
        ? []
        : [`Withdrawn by ${withdrawn.by}: ${printable(withdrawn.reason)}`]),
    ],
  };
}
