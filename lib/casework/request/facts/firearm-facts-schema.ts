import { Type } from "typebox";
import {
  FirearmAction,
  FirearmType,
  MarkCondition,
  MarkKind,
  MarkLocation,
  MarkMethod,
  MilitaryCivil,
  PartKind,
  RemovalMethod,
  RestorationMethod,
  SerialStatus,
} from "#proto";
import { CASEWORK_LIMITS, REQUEST_LIMITS } from "#runtime";
import { nameSchema } from "../../name-schema.ts";
import { closed, count, digest, marked, reference, state, text, year } from "./field-schemas.ts";

const Marking = Type.Object(
  {
    kind: nameSchema(MarkKind),
    text: marked,
    symbolRef: reference,
    location: Type.Optional(nameSchema(MarkLocation)),
    method: Type.Optional(nameSchema(MarkMethod)),
    script: Type.Optional(Type.String({ maxLength: 8, description: "ISO 15924, such as Cyrl" })),
    condition: Type.Optional(nameSchema(MarkCondition)),
    imageSha256: Type.Optional(digest),
  },
  closed,
);

const Markings = Type.Optional(Type.Array(Marking, { maxItems: CASEWORK_LIMITS.markingsMax }));

/** A firearm by what is marked on it. */
export const FirearmFacts = Type.Object(
  {
    type: Type.Optional(nameSchema(FirearmType)),
    action: Type.Optional(nameSchema(FirearmAction)),
    make: marked,
    makeAsMarked: marked,
    maker: marked,
    licensor: marked,
    model: marked,
    modelAsMarked: marked,
    calibre: marked,
    measuredCalibreMm: Type.Optional(Type.String({ maxLength: 8 })),
    serialStatus: Type.Optional(nameSchema(SerialStatus)),
    serialRaw: marked,
    serialLocation: Type.Optional(nameSchema(MarkLocation)),
    removalMethod: Type.Optional(nameSchema(RemovalMethod)),
    restorationMethod: Type.Optional(nameSchema(RestorationMethod)),
    countryOfManufacture: state,
    yearOfManufacture: year,
    importMark: Type.Optional(Type.Object({ country: state, year, importer: text() }, closed)),
    militaryCivil: Type.Optional(nameSchema(MilitaryCivil)),
    markings: Markings,
    characteristics: text(),
  },
  closed,
);

/** Parts and components, each with marks of its own. */
export const PartFacts = Type.Object(
  {
    kind: Type.Optional(nameSchema(PartKind)),
    serialStatus: Type.Optional(nameSchema(SerialStatus)),
    serialRaw: marked,
    make: marked,
    markings: Markings,
  },
  closed,
);

/** Ammunition by lot and packaging. */
export const AmmunitionFacts = Type.Object(
  {
    headstamp: marked,
    lot: marked,
    calibre: marked,
    packagingMarks: Type.Optional(
      Type.Array(Type.String({ maxLength: CASEWORK_LIMITS.markingCharsMax }), {
        maxItems: REQUEST_LIMITS.packagingMarksMax,
      }),
    ),
    roundCount: count,
    manufacturer: marked,
  },
  closed,
);
