import {
  Ammunition,
  Firearm,
  FirearmAction,
  FirearmPart,
  FirearmType,
  MarkCondition,
  Marking,
  MarkKind,
  MarkLocation,
  MarkMethod,
  MilitaryCivil,
  PartKind,
  RemovalMethod,
  RestorationMethod,
  SerialStatus,
} from "#proto";
import { codeOf } from "../../name-schema.ts";
import type { TraceRequestFacts } from "./request-schema.ts";

type FirearmFacts = NonNullable<TraceRequestFacts["firearm"]>;
type PartFacts = NonNullable<TraceRequestFacts["parts"]>[number];
type AmmunitionFacts = NonNullable<TraceRequestFacts["ammunition"]>;
type MarkingFacts = NonNullable<FirearmFacts["markings"]>[number];

/** A firearm as the wire has it. */
export function toFirearm(facts: FirearmFacts): Firearm {
  const { importMark } = facts;
  return Firearm.create({
    type: codeOf(FirearmType, facts.type),
    action: codeOf(FirearmAction, facts.action),
    make: facts.make ?? "",
    makeAsMarked: facts.makeAsMarked ?? "",
    maker: facts.maker ?? "",
    licensor: facts.licensor ?? "",
    model: facts.model ?? "",
    modelAsMarked: facts.modelAsMarked ?? "",
    calibre: facts.calibre ?? "",
    measuredCalibreMm: facts.measuredCalibreMm ?? "",
    serialStatus: codeOf(SerialStatus, facts.serialStatus),
    serialRaw: facts.serialRaw ?? "",
    serialLocation: codeOf(MarkLocation, facts.serialLocation),
    removalMethod: codeOf(RemovalMethod, facts.removalMethod),
    restorationMethod: codeOf(RestorationMethod, facts.restorationMethod),
    countryOfManufacture: facts.countryOfManufacture ?? "",
    yearOfManufacture: facts.yearOfManufacture ?? 0,
    importMark: importMark && {
      country: importMark.country ?? "",
      year: importMark.year ?? 0,
      importer: importMark.importer ?? "",
    },
    militaryCivil: codeOf(MilitaryCivil, facts.militaryCivil),
    markings: (facts.markings ?? []).map(toMarking),
    characteristics: facts.characteristics ?? "",
  });
}

/** A part as the wire has it. */
export function toPart(facts: PartFacts): FirearmPart {
  return FirearmPart.create({
    kind: codeOf(PartKind, facts.kind),
    serialStatus: codeOf(SerialStatus, facts.serialStatus),
    serialRaw: facts.serialRaw ?? "",
    make: facts.make ?? "",
    markings: (facts.markings ?? []).map(toMarking),
  });
}

/** Ammunition as the wire has it. */
export function toAmmunition(facts: AmmunitionFacts): Ammunition {
  return Ammunition.create({
    headstamp: facts.headstamp ?? "",
    lot: facts.lot ?? "",
    calibre: facts.calibre ?? "",
    packagingMarks: facts.packagingMarks ?? [],
    roundCount: facts.roundCount ?? 0,
    manufacturer: facts.manufacturer ?? "",
  });
}

function toMarking(facts: MarkingFacts): Marking {
  return Marking.create({
    kind: codeOf(MarkKind, facts.kind),
    text: facts.text ?? "",
    symbolRef: facts.symbolRef ?? "",
    location: codeOf(MarkLocation, facts.location),
    method: codeOf(MarkMethod, facts.method),
    script: facts.script ?? "",
    condition: codeOf(MarkCondition, facts.condition),
    imageSha256: Buffer.from(facts.imageSha256 ?? "", "hex"),
  });
}
