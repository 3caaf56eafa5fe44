import { readSeizures } from "../../services/focal-point/ledger/read-seizures.ts";
import { takeSeizures } from "../../services/focal-point/ledger/take-seizures.ts";
import type { MemoryTransaction } from "./memory-transaction.ts";

/** What files of tests are held against. */
export const SEIZURE_CONTEXT = { state: "KE", today: "2026-12-31" };

const COLUMNS = [
  "institution",
  "agency",
  "seizureNumber",
  "date",
  "place",
  "recovery",
  "item",
  "kind",
  "type",
  "make",
  "serial",
  "marking",
  "yearOfManufacture",
  "quantity",
  "unit",
  "traceCaseIds",
  "establishedBy",
  "establishedOn",
  "establishedBasis",
  "estimated",
  "eventId",
  "offences",
  "modusOperandi",
  "routeDeparture",
  "routeTransit",
  "routeDestination",
  "routeClaimed",
  "personsArrested",
] as const;

/** A line of a file, by column; an arm that the police have seized unless more is said. */
export type SeizureRow = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number>>>;

const ARM: SeizureRow = {
  institution: "POLICE",
  agency: "Nairobi",
  seizureNumber: "2026-1",
  date: "2026-02-11",
  place: "KE-30",
  recovery: "SEIZED",
  item: 1,
  kind: "ARM",
  quantity: 1,
  unit: "PIECES",
};

/** A file with these lines. */
export function seizureCsv(...rows: readonly SeizureRow[]): string {
  const lines = rows.map((row) =>
    COLUMNS.map((column) => String({ ...ARM, ...row }[column] ?? "")).join(","),
  );
  return `${[COLUMNS.join(","), ...lines].join("\n")}\n`;
}

/** Takes a file as the service does. */
export async function takeCsv(
  tx: MemoryTransaction,
  csv: string | Uint8Array,
  options: { readonly keepGood?: boolean; readonly nowMs?: number } = {},
) {
  const { keepGood = false, nowMs = Date.UTC(2026, 11, 1) } = options;
  const file = await readSeizures(Buffer.from(csv), SEIZURE_CONTEXT);
  return await takeSeizures(tx, { file, keepGood, actor: "desk-7", nowMs });
}
