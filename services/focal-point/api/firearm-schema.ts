import { type Static, Type } from "typebox";
import {
  FIREARM_STATUSES,
  type FirearmRecord,
  HOLDER_KINDS,
  normalizeSerial,
  RECORD_HOLDERS,
} from "#casework";
import { CustodyEventKind, EvidenceKind, RefusalGround } from "#proto";
import { CASEWORK_LIMITS, FIREARM_LIMITS } from "#runtime";
import type { IncomingFirearm } from "../firearms/put-firearm.ts";
import { nameSchema } from "./names.ts";

const marked = { minLength: 1, maxLength: CASEWORK_LIMITS.markingCharsMax } as const;
const remark = Type.String({ maxLength: CASEWORK_LIMITS.freeTextCharsMax });
const party = Type.Optional(Type.String({ ...marked, maxLength: FIREARM_LIMITS.partyCharsMax }));
const state = Type.Optional(Type.String({ pattern: "^[A-Z]{2}$" }));
const reference = Type.String({ minLength: 1, maxLength: CASEWORK_LIMITS.caseNumberCharsMax });
const date = Type.Optional(Type.String({ pattern: "^\\d{4}(-\\d{2}(-\\d{2})?)?$" }));
const year = Type.Optional(
  Type.Integer({ minimum: CASEWORK_LIMITS.manufactureYearMin, maximum: 9999 }),
);

/** One record of what happened to a firearm (TP-FIRE-6). */
export const FirearmEvent = Type.Object(
  {
    /** Number of the record in the national register; a later one of the same replaces it. */
    eventId: Type.Optional(reference),
    kind: nameSchema(CustodyEventKind),
    /** ISO 8601, to the day, month or year known. */
    date,
    /** Legal persons. */
    fromParty: party,
    toParty: party,
    fromState: state,
    toState: state,
    /** Licence or other authorization. */
    authorizationRef: Type.Optional(reference),
    /** Whose hands it was in when it was lost or stolen; never who. */
    holderKind: Type.Optional(Type.Enum([...HOLDER_KINDS])),
    evidence: Type.Optional(nameSchema(EvidenceKind)),
  },
  { additionalProperties: false },
);

/** One line of an import of firearms. */
export const FirearmLine = Type.Object(
  {
    /** Unique in the register; a later import with the same id replaces the record. */
    id: Type.String({ minLength: 1, maxLength: 64 }),
    /** Brand as marked. */
    make: Type.String(marked),
    /** Serial number exactly as marked. */
    serial: Type.String(marked),
    /** Who made it, where that is not who the brand belongs to. */
    maker: Type.Optional(Type.String(marked)),
    /** Who made it by licence of the brand's owner. */
    licensee: Type.Optional(Type.String(marked)),
    model: Type.Optional(Type.String(marked)),
    calibre: Type.Optional(Type.String(marked)),
    type: Type.Optional(Type.String(marked)),
    /** ISO 3166-1 alpha-2, or ISO 3166-3 for a State that is no more. */
    countryOfManufacture: Type.Optional(Type.String({ pattern: "^[A-Z]{2}([A-Z]{2})?$" })),
    yearOfManufacture: year,
    /** Of the import mark. */
    importCountry: state,
    importYear: year,
    recordHolder: Type.Optional(Type.Enum([...RECORD_HOLDERS])),
    /** What the register says last about it; without it, its events say so. */
    status: Type.Optional(Type.Enum([...FIREARM_STATUSES])),
    /** Last legal holder: a legal person. */
    holder: Type.Optional(remark),
    /** With status `exported`: the State it went to. */
    exportedTo: state,
    /** ISO 8601, to the day, month or year known. */
    eventDate: date,
    /** Set when the register may not tell, with the ground. */
    restriction: Type.Optional(nameSchema(RefusalGround)),
    /** Invented for an exercise; answers say so. */
    madeUp: Type.Optional(Type.Boolean()),
    /** What the record is and where it comes from; goes into answers. */
    sourceNote: Type.Optional(remark),
    /** What happened to it; added to what the register has. */
    events: Type.Optional(
      Type.Array(FirearmEvent, { minItems: 1, maxItems: FIREARM_LIMITS.eventsPerLineMax }),
    ),
  },
  { additionalProperties: false },
);

/** The type of {@link FirearmLine}. */
export type FirearmLine = Static<typeof FirearmLine>;

/** A line as a record of the register. */
export function toRecord(line: FirearmLine): IncomingFirearm {
  const { serial, madeUp = false, sourceNote = "", ...rest } = line;
  return {
    ...rest,
    serialRaw: serial,
    serialNormalized: normalizeSerial(serial),
    madeUp,
    sourceNote,
  };
}

/** What no schema says: a record must be found by something, and say what it is. */
export function problemOfRecord(
  record: IncomingFirearm,
): { readonly field: string; readonly rule: string } | undefined {
  if (record.serialNormalized === "") {
    return { field: "serial", rule: "has no character to find by" };
  }
  if (record.status === undefined && record.events === undefined) {
    return { field: "status", rule: "is required where there are no events" };
  }
  if (record.status === "exported" && record.exportedTo === undefined) {
    return { field: "exportedTo", rule: "is required with status exported" };
  }
  const at = (record.events ?? []).findIndex(
    ({ kind, toState }) => kind === "EXPORTED" && toState === undefined,
  );
  if (at < 0) return undefined;
  return { field: `events.${at}.toState`, rule: "is required with kind EXPORTED" };
}

/** A record as JSON, in the form of an import. */
export function fromRecord(record: FirearmRecord): FirearmLine {
  const { events, serialRaw, serialNormalized: _, ...rest } = record;
  const told = events === undefined ? {} : { events: [...events] };
  return { ...rest, serial: serialRaw, ...told };
}
