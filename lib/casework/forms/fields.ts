import {
  CheckResult,
  FirearmAction,
  FirearmType,
  IllicitGround,
  Instrument,
  IntendedUse,
  MarkLocation,
  MilitaryCivil,
  PartKind,
  Question,
  RecoveryContext,
  RecoveryMethod,
  SerialStatus,
} from "#proto";
import { namesOf } from "../list-names.ts";
import type { FormField } from "./form.ts";

type Shape = Pick<FormField, "kind" | "codes" | "unknown">;

/** A field the request is refused without. */
export const core = (path: string, label: string, shape: Shape, example: unknown): FormField => ({
  path,
  label,
  ...shape,
  core: true,
  example,
});

/** A field that may be skipped. */
export const optional = (
  path: string,
  label: string,
  shape: Shape,
  example: unknown,
): FormField => ({ path, label, ...shape, core: false, example });

const code = (list: Record<string, number>): Shape => ({ kind: "code", codes: namesOf(list) });
const codes = (list: Record<string, number>): Shape => ({ kind: "codes", codes: namesOf(list) });
/** A text as it was read. */
export const MARK: Shape = { kind: "mark" };
/** The same, or UNKNOWN. */
export const MARK_OR_UNKNOWN: Shape = { kind: "mark", unknown: true };
/** A State by its code. */
export const STATE: Shape = { kind: "state" };
const NUMBER: Shape = { kind: "number" };
const TEXT: Shape = { kind: "text" };
const FLAG: Shape = { kind: "flag" };
const DATE: Shape = { kind: "date" };

const at = (path: string): string => `request.${path}`;

/** Whom to ask, and how the request travels. */
export const ADDRESS: readonly FormField[] = [
  core("to", "Focal point to ask", MARK, "AT"),
  core("instrumentBasis", "Instruments relied on", codes(Instrument), ["FIREARMS_PROTOCOL"]),
];

/** Why it is asked, in codes. */
export const PURPOSE: readonly FormField[] = [
  core(at("illicitGrounds"), "Why it is illicit", codes(IllicitGround), [
    "LAW_OF_STATE_OF_FINDING",
  ]),
  core(at("intendedUse"), "What the answer is for", code(IntendedUse), "CRIMINAL_INVESTIGATION"),
  core(at("questionsAsked"), "What is asked", codes(Question), ["LAST_LEGAL_HOLDER"]),
  core(at("confidentiality.canGuarantee"), "Can be kept confidential", FLAG, true),
  optional(at("recordHolder"), "Whose records: military or civil", code(MilitaryCivil), "UNKNOWN"),
];

/** Where it was found, and what was looked up at home. */
export const FINDING: readonly FormField[] = [
  core(at("recovery.date"), "Day of the finding", DATE, "2026-02-27"),
  core(at("recovery.method"), "How it was found", code(RecoveryMethod), "SEIZED"),
  core(at("recovery.country"), "State of the finding", STATE, "KE"),
  optional(at("recovery.place"), "Place (UN/LOCODE or ISO 3166-2)", MARK, "KE-30"),
  optional(at("recovery.context"), "Kind of place", code(RecoveryContext), "BORDER_CROSSING"),
  core(at("priorChecks.nationalRegistry"), "National register", code(CheckResult), "NO_HIT"),
  core(at("priorChecks.lostStolen"), "Lost and stolen", code(CheckResult), "NO_HIT"),
  optional(at("priorChecks.iarms"), "iARMS", code(CheckResult), "NO_HIT"),
];

/** References and free text, last. */
export const WORDS: readonly FormField[] = [
  core(at("nationalCaseNumber"), "Your case number", MARK, "KE/2026/17"),
  core(at("officerRef"), "Officer (pseudonym)", MARK, "desk-7"),
  core(at("languageTag"), "Language of the text", MARK, "en"),
  optional(at("respondBy"), "Answer wished by", DATE, "2099-01-01T00:00:00Z"),
  optional(at("links"), "Links to public documents", TEXT, ["https://sherloc.example/case/1"]),
  optional(at("specialInstructions"), "Anything else", TEXT, "Answer to the duty desk at night."),
  core(
    at("legalJustification"),
    "Law and facts, in a sentence",
    TEXT,
    "Possession without a licence, Firearms Act section 4 (made up).",
  ),
];

/** The kind and number of what is asked about. */
export const subject = (kind: string, quantity: number): readonly FormField[] => [
  core(at("subjectKind"), "What is asked about", { kind: "code", codes: [kind] }, kind),
  core(at("quantity"), "How many", NUMBER, quantity),
];

/** What a firearm is, in codes: its type is given, the rest may be skipped. */
export const firearmKind = (type: string): readonly FormField[] => [
  core(at("firearm.type"), "Type", { ...code(FirearmType), unknown: true }, type),
  optional(at("firearm.action"), "Action", { ...code(FirearmAction), unknown: true }, "UNKNOWN"),
  optional(at("firearm.militaryCivil"), "Military or civil", code(MilitaryCivil), "UNKNOWN"),
];

/** The serial number; `text` is undefined where there is none to read. */
export const serial = (status: string, text?: string): readonly FormField[] => [
  core(at("firearm.serialStatus"), "State of the serial number", code(SerialStatus), status),
  ...(text === undefined
    ? []
    : [
        core(at("firearm.serialRaw"), "Serial number, exactly as marked", MARK, text),
        optional(at("firearm.serialLocation"), "Where it is", code(MarkLocation), "FRAME_RECEIVER"),
        core(at("firearm.markings"), "Marks, each as read", MARK, [{ kind: "SERIAL", text }]),
      ]),
];

/** Maker's marks. */
export const marks = (make: string, model: string, calibre: string): readonly FormField[] => [
  core(at("firearm.make"), "Make, as marked", MARK_OR_UNKNOWN, make),
  core(at("firearm.model"), "Model, as marked", MARK_OR_UNKNOWN, model),
  core(at("firearm.calibre"), "Calibre, as marked", MARK, calibre),
];

/** Parts with marks of their own. */
export const parts = (isCore: boolean, example: unknown): FormField =>
  (isCore ? core : optional)(
    at("parts"),
    `Parts, each with kind (${namesOf(PartKind).slice(0, 3).join(", ")} …) and marks`,
    MARK,
    example,
  );
