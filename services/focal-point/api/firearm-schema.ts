import { type Static, Type } from "typebox";
import { FIREARM_STATUSES, type FirearmRecord, normalizeSerial } from "#casework";
import { RefusalGround } from "#proto";
import { CASEWORK_LIMITS } from "#runtime";
import { nameSchema } from "./names.ts";

const marked = { minLength: 1, maxLength: CASEWORK_LIMITS.markingCharsMax } as const;
const remark = Type.String({ maxLength: CASEWORK_LIMITS.freeTextCharsMax });

/** One line of `POST /v1/firearms/import`. */
export const FirearmLine = Type.Object(
  {
    /** Unique in the register; a later import with the same id replaces the record. */
    id: Type.String({ minLength: 1, maxLength: 64 }),
    /** Brand as marked. */
    make: Type.String(marked),
    /** Serial number exactly as marked. */
    serial: Type.String(marked),
    model: Type.Optional(Type.String(marked)),
    calibre: Type.Optional(Type.String(marked)),
    /** What the register says last about it. */
    status: Type.Enum([...FIREARM_STATUSES]),
    /** Last legal holder: a legal person. */
    holder: Type.Optional(remark),
    /** With status `exported`: the State it went to. */
    exportedTo: Type.Optional(Type.String({ pattern: "^[A-Z]{2}$" })),
    /** ISO 8601, to the day, month or year known. */
    eventDate: Type.Optional(Type.String({ pattern: "^\\d{4}(-\\d{2}(-\\d{2})?)?$" })),
    /** Set when the register may not tell, with the ground. */
    restriction: Type.Optional(nameSchema(RefusalGround)),
    /** Invented for an exercise; answers say so. */
    madeUp: Type.Optional(Type.Boolean()),
    /** What the record is and where it comes from; goes into answers. */
    sourceNote: Type.Optional(remark),
  },
  { additionalProperties: false },
);

/** The type of {@link FirearmLine}. */
export type FirearmLine = Static<typeof FirearmLine>;

/** A line as a record of the register. */
export function toRecord(line: FirearmLine): FirearmRecord {
  const { serial, madeUp = false, sourceNote = "", ...rest } = line;
  return {
    ...rest,
    serialRaw: serial,
    serialNormalized: normalizeSerial(serial),
    madeUp,
    sourceNote,
  };
}

/** A record as JSON, in the form of an import. */
export function fromRecord(record: FirearmRecord): FirearmLine {
  const { serialRaw, serialNormalized: _, ...rest } = record;
  return { ...rest, serial: serialRaw };
}
