import { type Finding, FindingLevel, SubjectKind, type TraceRequest } from "#proto";

/** How much of what answers are found by a request holds (TP-CASE-6). */
export interface Completeness {
  readonly points: number;
  /** What a request of its kind can have. */
  readonly of: number;
  /** What would add points, by path of the field in tracepost.v1.TraceRequest. */
  readonly lacking: readonly { readonly field: string; readonly points: number }[];
}

interface Item {
  readonly field: string;
  readonly points: number;
  readonly isGiven: (request: TraceRequest) => boolean;
}

const essential = (field: string, isGiven: Item["isGiven"]): Item => ({
  field,
  points: 16,
  isGiven,
});

/** What a firearm is found by, each of the same weight (MOSAIC 05.31). */
const FIREARM_ITEMS: readonly Item[] = [
  essential("firearm.serial_raw", ({ firearm }) => isText(firearm?.serialRaw)),
  essential("firearm.make", ({ firearm }) => isText(firearm?.make)),
  essential("firearm.model", ({ firearm }) => isText(firearm?.model)),
  essential("firearm.calibre", ({ firearm }) => isText(firearm?.calibre)),
  essential(
    "firearm.country_of_manufacture",
    ({ firearm }) => isText(firearm?.countryOfManufacture) || isText(firearm?.importMark?.country),
  ),
];

const CIRCUMSTANCES: Item = {
  field: "recovery.place",
  points: 5,
  isGiven: ({ recovery }) => isText(recovery?.place),
};

/**
 * Weighs a request. An item counts when it is given and nothing but advice was found about its
 * field. Photographs and the place of a mark, which weigh the rest up to 100, are not part of
 * tracepost.v1.
 */
export function completenessOf(request: TraceRequest, findings: readonly Finding[]): Completeness {
  const isFirearm = request.subjectKind !== SubjectKind.AMMUNITION;
  const items = isFirearm ? [...FIREARM_ITEMS, CIRCUMSTANCES] : [CIRCUMSTANCES];
  const doubtful = new Set(
    findings.filter(({ level }) => level !== FindingLevel.ADVICE).map(({ field }) => field),
  );
  const lacking = items
    .filter(({ field, isGiven }) => !isGiven(request) || doubtful.has(field))
    .map(({ field, points }) => ({ field, points }));
  const of = sum(items);
  return { points: of - sum(lacking), of, lacking };
}

function sum(items: readonly { readonly points: number }[]): number {
  return items.reduce((total, { points }) => total + points, 0);
}

function isText(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== "";
}
