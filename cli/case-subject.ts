import type { TraceRequestView } from "#casework";
import { stateName } from "#reference";
import { listed, named, type Row, rows, words } from "./case-rows.ts";
import type { Screen } from "./screen.ts";

type Firearm = NonNullable<TraceRequestView["firearm"]>;
type Part = NonNullable<TraceRequestView["parts"]>[number];
type Ammunition = NonNullable<TraceRequestView["ammunition"]>;
type Marking = Firearm["markings"][number];

/** What a request asks about: the firearm, its parts, ammunition, and where it was found. */
export function subjectLines(request: TraceRequestView, screen: Screen): string[] {
  const { ammunition, firearm, parts = [] } = request;
  const described = [
    ...(firearm === undefined ? [] : firearmRows(firearm)),
    ...parts.map((part): Row => ["Part", partText(part)]),
    ...(ammunition === undefined ? [] : ammunitionRows(ammunition)),
  ];
  const isOne = request.subjectKind === "FIREARM" && request.quantity === 1;
  const subject = isOne ? undefined : `${request.quantity} × ${words(request.subjectKind)}`;
  const lines = rows(screen, [["Subject", subject], ...described]);
  return [
    ...(described.length === 0 ? ["  It is not described."] : lines),
    ...rows(screen, foundRows(request)),
  ];
}

function firearmRows(firearm: Firearm): Row[] {
  const { countryOfManufacture: origin, importMark, yearOfManufacture: year } = firearm;
  const where = origin === undefined ? undefined : stateName(origin);
  return [
    ["Make", [firearm.make, firearm.model].filter((each) => each !== "").join(", model ")],
    ["As read", listed(firearm.makeAsMarked, named("model", firearm.modelAsMarked))],
    ["Maker", listed(firearm.maker, named("licensed by", firearm.licensor))],
    ["Calibre", listed(firearm.calibre, named("measured mm", firearm.measuredCalibreMm))],
    ["Type", listed(words(firearm.type), words(firearm.action), words(firearm.militaryCivil))],
    ["Serial", serialText(firearm)],
    ["Made in", listed(where, year)],
    ["Imported", importMark && importText(importMark)],
    ["Markings", firearm.markings.map(markText).join(", ")],
    ["Looks", firearm.characteristics],
  ];
}

function serialText(firearm: Firearm): string {
  const status = words(firearm.serialStatus);
  const serial = firearm.serialRaw === "" ? status : `${firearm.serialRaw} (${status})`;
  return listed(
    serial,
    named("on the", words(firearm.serialLocation)),
    named("removed by", words(firearm.removalMethod)),
    named("restored by", words(firearm.restorationMethod)),
  );
}

function markText(mark: Marking): string {
  const text = mark.text === undefined ? mark.symbolRef : `“${mark.text}”`;
  const symbol = mark.text === undefined ? undefined : mark.symbolRef;
  const more = listed(
    symbol,
    named("on the", words(mark.location)),
    words(mark.method),
    words(mark.condition),
    mark.script,
    named("photograph", mark.imageSha256?.slice(0, 8)),
  );
  const what = [words(mark.kind), text].filter((each) => each !== undefined).join(" ");
  return more === "" ? what : `${what} (${more})`;
}

function importText({ country, importer, year }: NonNullable<Firearm["importMark"]>): string {
  const where = country === undefined ? undefined : `into ${stateName(country)}`;
  return listed(where, year, importer);
}

function partText(part: Part): string {
  const status = words(part.serialStatus);
  const serial = part.serialRaw === undefined ? status : `${part.serialRaw} (${status})`;
  const marks = (part.markings ?? []).map(markText);
  return listed(words(part.kind), part.make, named("serial", serial), ...marks);
}

function ammunitionRows(ammunition: Ammunition): Row[] {
  const { calibre, headstamp, lot, manufacturer, packagingMarks = [], roundCount } = ammunition;
  return [
    ["Lot", lot],
    ["Headmark", headstamp],
    ["Calibre", calibre],
    ["Maker", manufacturer],
    ["Packing", packagingMarks.map((mark) => `“${mark}”`).join(", ")],
    ["Rounds", roundCount === undefined ? undefined : String(roundCount)],
  ];
}

function foundRows({ recovery }: TraceRequestView): Row[] {
  if (recovery === undefined) return [];
  const { routeDeparture, routeDestination, routeTransit = [] } = recovery;
  const found = `${words(recovery.method)} in ${stateName(recovery.country)} on ${recovery.date}`;
  const way = [routeDeparture, ...routeTransit, routeDestination].filter(
    (each) => each !== undefined,
  );
  const amnesty = recovery.amnesty === true ? "under an amnesty" : undefined;
  return [
    ["Found", listed(found, recovery.place, words(recovery.context), amnesty)],
    ["Way", listed(words(recovery.transportMeans), way.map(stateName).join(" → "))],
    ["Method", (recovery.modusOperandi ?? []).map(words).join(", ")],
  ];
}
