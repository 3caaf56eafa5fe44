import { withoutFormula } from "#runtime";
import type { ExportSet } from "./export-set.ts";
import { csvText, valueText } from "./figure-csv.ts";
import { type SdmxComponent, sdmxDataSets } from "./sdmx-structure.ts";

/** Existing observations are replaced: a later vintage revises an earlier one. */
const ACTION = "R";

/**
 * Figures as an SDMX-CSV 2.0 data message (TP-OUT-7): structure, action, dimensions in the order of
 * the structure, value, attributes. Data of two structures are in one message, each with the
 * columns of the other empty, as the field guide has it.
 */
export function sdmxCsv(set: ExportSet): string {
  const dataSets = sdmxDataSets(set);
  const dimensions = idsOf(dataSets.flatMap((dataSet) => dataSet.dimensions));
  const attributes = idsOf(dataSets.flatMap((dataSet) => dataSet.attributes));
  const head = ["STRUCTURE", "STRUCTURE_ID", "ACTION", ...dimensions, "OBS_VALUE", ...attributes];
  const lines = dataSets.flatMap(({ observations, structure }) =>
    observations.map((observation) => [
      ...["datastructure", structure, ACTION],
      ...dimensions.map((id) => withoutFormula(observation.key[id] ?? "")),
      valueText(observation),
      ...attributes.map((id) => withoutFormula(observation.attributes[id] ?? "")),
    ]),
  );
  return csvText([head, ...lines]);
}

function idsOf(components: readonly SdmxComponent[]): string[] {
  return [...new Set(components.map(({ id }) => id))];
}
