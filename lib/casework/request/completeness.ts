import { type Finding, FindingLevel, SubjectKind, type TraceRequest } from "#proto";
import { hasPhotograph } from "./check-attachments.ts";
import { isOnReceiver } from "./check-serial.ts";

/** How much of what answers are found by a request holds (TP-CASE-6). */
export interface Completeness {
  readonly points: number;
  /** What a request can have: 100. */
  readonly of: number;
  /** What would add points, by path of the field in tracepost.v1.TraceRequest. */
  readonly lacking: readonly { readonly field: string; readonly points: number }[];
}

interface Item {
  readonly field: string;
  readonly points: number;
  readonly isGiven: (request: TraceRequest) => boolean;
}

const item = (field: string, points: number, isGiven: Item["isGiven"]): Item => ({
  field,
  points,
  isGiven,
});

/** What a subject is found by, five items of the same weight (MOSAIC 05.31; domain notes 1.2). */
const essential = (field: string, isGiven: Item["isGiven"]): Item => item(field, 16, isGiven);

const PHOTOGRAPH = item("attachments", 10, hasPhotograph);

const CIRCUMSTANCES = item("recovery.place", 5, ({ recovery }) => isText(recovery?.place));

const ORIGIN = essential(
  "firearm.country_of_manufacture",
  ({ firearm }) => isText(firearm?.countryOfManufacture) || isText(firearm?.importMark?.country),
);

const FIREARM_ITEMS: readonly Item[] = [
  essential("firearm.serial_raw", ({ firearm }) => isText(firearm?.serialRaw)),
  essential("firearm.make", ({ firearm }) => isText(firearm?.make)),
  essential("firearm.model", ({ firearm }) => isText(firearm?.model)),
  essential("firearm.calibre", ({ firearm }) => isText(firearm?.calibre)),
  ORIGIN,
  PHOTOGRAPH,
  item("firearm.serial_location", 5, ({ firearm }) => {
    return firearm !== undefined && isOnReceiver(firearm.serialLocation);
  }),
  CIRCUMSTANCES,
];

const PART_ITEMS: readonly Item[] = [
  essential("parts.0.serial_raw", ({ parts }) => isText(parts[0]?.serialRaw)),
  essential(
    "parts.0.make",
    ({ parts, firearm }) => isText(parts[0]?.make) || isText(firearm?.make),
  ),
  essential("firearm.model", ({ firearm }) => isText(firearm?.model)),
  essential("firearm.calibre", ({ firearm }) => isText(firearm?.calibre)),
  ORIGIN,
  PHOTOGRAPH,
  item("parts.0.kind", 5, ({ parts }) => (parts[0]?.kind ?? 0) !== 0),
  CIRCUMSTANCES,
];

const AMMUNITION_ITEMS: readonly Item[] = [
  essential("ammunition.lot", ({ ammunition }) => isText(ammunition?.lot)),
  essential("ammunition.headstamp", ({ ammunition }) => isText(ammunition?.headstamp)),
  essential("ammunition.calibre", ({ ammunition }) => isText(ammunition?.calibre)),
  essential("ammunition.packaging_marks", ({ ammunition }) => {
    return (ammunition?.packagingMarks.length ?? 0) > 0;
  }),
  essential("ammunition.manufacturer", ({ ammunition }) => isText(ammunition?.manufacturer)),
  PHOTOGRAPH,
  item("ammunition.round_count", 5, ({ ammunition }) => (ammunition?.roundCount ?? 0) > 0),
  CIRCUMSTANCES,
];

/**
 * Weighs a request from 0 to 100. An item counts when it is given and nothing but advice was found
 * about its field.
 */
export function completenessOf(request: TraceRequest, findings: readonly Finding[]): Completeness {
  const items = itemsOf(request.subjectKind);
  const doubtful = new Set(
    findings.filter(({ level }) => level !== FindingLevel.ADVICE).map(({ field }) => field),
  );
  const lacking = items
    .filter(({ field, isGiven }) => !isGiven(request) || doubtful.has(field))
    .map(({ field, points }) => ({ field, points }));
  const of = sum(items);
  return { points: of - sum(lacking), of, lacking };
}

/**
 * What is disclosed of the completeness of a request to be counted: tenths, 1 to 10, of what is
 * given in the body, whatever rules find about it (TP-FEED-12). So both sides see the same, though
 * their rules and reference data may be of different versions.
 */
export function completenessTenth(request: TraceRequest): number {
  const { of, points } = completenessOf(request, []);
  return Math.max(1, Math.floor((10 * points) / of));
}

/**
 * The findings of a request and, as advice, what would add points and nothing was found about
 * (TP-REQ-5): everything an officer can still do.
 */
export function withLacking(
  findings: readonly Finding[],
  { lacking }: Completeness,
): readonly Finding[] {
  const told = new Set(findings.map(({ field }) => field));
  const missing = lacking
    .filter(({ field }) => !told.has(field))
    .map(({ field }) => ({ field, rule: "missing", level: FindingLevel.ADVICE }));
  return [...findings, ...missing];
}

function itemsOf(subject: SubjectKind): readonly Item[] {
  switch (subject) {
    case SubjectKind.AMMUNITION:
      return AMMUNITION_ITEMS;
    case SubjectKind.PART_COMPONENT:
      return PART_ITEMS;
    default:
      return FIREARM_ITEMS;
  }
}

function sum(items: readonly { readonly points: number }[]): number {
  return items.reduce((total, { points }) => total + points, 0);
}

function isText(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== "";
}
