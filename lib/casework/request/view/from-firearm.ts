import {
  type Ammunition,
  type Firearm,
  FirearmAction,
  type FirearmPart,
  FirearmType,
  MarkCondition,
  type Marking,
  MarkKind,
  MarkLocation,
  MarkMethod,
  MilitaryCivil,
  PartKind,
  RemovalMethod,
  RestorationMethod,
  SerialStatus,
} from "#proto";
import { nameOf } from "../../list-names.ts";
import { given, hexText } from "./given.ts";

/** A firearm as JSON. */
export function fromFirearm(firearm: Firearm) {
  const { importMark } = firearm;
  return {
    type: nameOf(FirearmType, firearm.type),
    action: nameOf(FirearmAction, firearm.action),
    make: firearm.make,
    makeAsMarked: given(firearm.makeAsMarked),
    maker: given(firearm.maker),
    licensor: given(firearm.licensor),
    model: firearm.model,
    modelAsMarked: given(firearm.modelAsMarked),
    calibre: firearm.calibre,
    measuredCalibreMm: given(firearm.measuredCalibreMm),
    serialStatus: nameOf(SerialStatus, firearm.serialStatus),
    serialRaw: firearm.serialRaw,
    serialLocation: nameOf(MarkLocation, firearm.serialLocation),
    removalMethod: nameOf(RemovalMethod, firearm.removalMethod),
    restorationMethod: nameOf(RestorationMethod, firearm.restorationMethod),
    countryOfManufacture: given(firearm.countryOfManufacture),
    yearOfManufacture: given(firearm.yearOfManufacture),
    importMark: importMark && {
      country: given(importMark.country),
      year: given(importMark.year),
      importer: given(importMark.importer),
    },
    militaryCivil: nameOf(MilitaryCivil, firearm.militaryCivil),
    markings: firearm.markings.map(fromMarking),
    characteristics: given(firearm.characteristics),
  };
}

/** A part as JSON. */
export function fromPart(part: FirearmPart) {
  return {
    kind: nameOf(PartKind, part.kind),
    serialStatus: nameOf(SerialStatus, part.serialStatus),
    serialRaw: given(part.serialRaw),
    make: given(part.make),
    markings: given(part.markings.map(fromMarking)),
  };
}

/** Ammunition as JSON. */
export function fromAmmunition(ammunition: Ammunition) {
  return {
    headstamp: given(ammunition.headstamp),
    lot: given(ammunition.lot),
    calibre: given(ammunition.calibre),
    packagingMarks: given(ammunition.packagingMarks),
    roundCount: given(ammunition.roundCount),
    manufacturer: given(ammunition.manufacturer),
  };
}

function fromMarking(mark: Marking) {
  return {
    kind: nameOf(MarkKind, mark.kind),
    text: given(mark.text),
    symbolRef: given(mark.symbolRef),
    location: nameOf(MarkLocation, mark.location),
    method: nameOf(MarkMethod, mark.method),
    script: given(mark.script),
    condition: nameOf(MarkCondition, mark.condition),
    imageSha256: hexText(mark.imageSha256),
  };
}
