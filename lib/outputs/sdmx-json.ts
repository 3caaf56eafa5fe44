import type { ExportSet } from "./export-set.ts";
import { type SdmxComponent, type SdmxDataSet, sdmxDataSets } from "./sdmx-structure.ts";

/** Schema of the message, as the standard names it. */
const SCHEMA =
  "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/2.0.0/sdmx-json-data-schema.json";
const URN = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=";
/** What an id of SDMX may hold; another value is written as a value. */
const CODE = /^[A-Za-z0-9_@$-]+$/u;

type Values = ReadonlyMap<string, number>;

/**
 * Figures as an SDMX-JSON 2.0 data message with flat observations (TP-OUT-8). Exercise and Test are
 * marked as a test of the sender. Null is withheld or missing, which the statuses tell.
 */
export function sdmxJson(set: ExportSet): string {
  const dataSets = sdmxDataSets(set);
  const message = {
    meta: {
      schema: SCHEMA,
      id: `${idOf(set.body)}-${set.preparedAt.replaceAll(/[^0-9TZ]/gu, "")}`,
      test: set.exchangeStatus !== "ACTUAL",
      prepared: set.preparedAt,
      contentLanguages: ["en"],
      sender: { id: idOf(set.body), name: set.bodyName },
    },
    data: {
      structures: dataSets.map(structureOf),
      dataSets: dataSets.map((dataSet, index) => ({
        ...{ structure: index, links: [linkTo(dataSet)] },
        action: "Replace",
        observations: observationsOf(dataSet),
      })),
    },
  };
  return `${JSON.stringify(message, undefined, 1)}\n`;
}

function structureOf(dataSet: SdmxDataSet, index: number) {
  const { attributes, dimensions, observations, name } = dataSet;
  return {
    links: [linkTo(dataSet)],
    name,
    dimensions: {
      observation: dimensions.map((dimension, keyPosition) => ({
        ...{ id: dimension.id, name: dimension.name, keyPosition },
        values: componentValues(
          dimension,
          valuesOf(
            observations.map(({ key }) => key),
            dimension,
          ),
        ),
      })),
    },
    measures: { observation: [{ id: "OBS_VALUE", name: "Observation value" }] },
    attributes: {
      observation: attributes.map((attribute) => ({
        ...{ id: attribute.id, name: attribute.name, relationship: { observation: {} } },
        ...(attribute.isCoded
          ? { values: componentValues(attribute, attributeValues(dataSet, attribute)) }
          : {}),
      })),
    },
    dataSets: [index],
  };
}

function linkTo({ structure }: SdmxDataSet) {
  return { rel: "dsd", urn: `${URN}${structure}` };
}

/** Values by the places of their dimensions' values; then attributes, coded ones by their place. */
function observationsOf(dataSet: SdmxDataSet) {
  const { attributes, dimensions, observations } = dataSet;
  const keys = observations.map(({ key }) => key);
  const places = dimensions.map((dimension) => valuesOf(keys, dimension));
  const codes = attributes.map((attribute) => attributeValues(dataSet, attribute));
  return Object.fromEntries(
    observations.map(({ attributes: said, key, value }) => [
      dimensions.map(({ id }, index) => places[index]?.get(key[id] ?? "")).join(":"),
      [
        value,
        ...attributes.map(({ id, isCoded }, index) => {
          const text = said[id] ?? "";
          return isCoded ? (codes[index]?.get(text) ?? null) : text;
        }),
      ],
    ]),
  );
}

function attributeValues({ observations }: SdmxDataSet, attribute: SdmxComponent): Values {
  return valuesOf(
    observations.map(({ attributes }) => attributes),
    attribute,
  );
}

/** Values of a component, each with its place, in the order of their first use. */
function valuesOf(rows: readonly Readonly<Record<string, string>>[], { id }: SdmxComponent) {
  return new Map([...new Set(rows.map((row) => row[id] ?? ""))].map((value, at) => [value, at]));
}

function componentValues({ isCoded, nameOf = (code) => code }: SdmxComponent, values: Values) {
  return [...values.keys()].map((value) =>
    isCoded && CODE.test(value) ? { id: value, name: nameOf(value) } : { value },
  );
}

function idOf(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_@$-]/gu, "_");
}
