import { SubjectKind, type TraceRequest } from "#proto";
import { normalizeSerial } from "../normalize.ts";
import type { WantedFirearm } from "./find-candidates.ts";

/**
 * The firearms that a request asks a register about (TP-FIRE-16): the one it describes, and those
 * that its marked parts come from, which may be others (Firearms Protocol art. 3(b)). Without a
 * serial number a firearm cannot be looked up, so none is given.
 */
export function wantedFirearms({ firearm, parts }: TraceRequest): WantedFirearm[] {
  const { calibre = "", make = "", model = "", serialRaw: serial = "" } = firearm ?? {};
  const all: WantedFirearm[] = [
    { serial, make, model, calibre },
    ...parts.map((part) => ({ serial: part.serialRaw, make: part.make })),
  ];
  return all.filter((wanted) => normalizeSerial(wanted.serial) !== "");
}

/** Why a register of firearms has no answer by itself to a request; a sentence for its reader. */
export function whyUnsearchable({ firearm, subjectKind }: TraceRequest): string {
  switch (subjectKind) {
    case SubjectKind.AMMUNITION:
      return "The request is about ammunition; this register holds firearms.";
    case SubjectKind.PART_COMPONENT:
      return (
        "The request is about parts; this register holds firearms. An officer decides whether one " +
        "of those with the same marks is the one they come from."
      );
    default:
      return normalizeSerial(firearm?.serialRaw ?? "") === ""
        ? "The request gives no serial number; the register cannot be searched by less."
        : "Too little of the serial number could be read; the register cannot be searched by it.";
  }
}
