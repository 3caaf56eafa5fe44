import type { CustodyEventKind, EvidenceKind, RefusalGround } from "#proto";
import type { NameOf } from "./list-names.ts";

/** Name of a ground for giving no answer (ITI para 22, and administrative ones). */
export type RefusalGroundName = Exclude<keyof typeof RefusalGround, "UNSPECIFIED">;

/** What a national register says last about a firearm. */
export type FirearmStatus =
  | "held"
  | "exported"
  | "stolen"
  | "destroyed"
  | "manufactured"
  | "deactivated";

/** Every {@link FirearmStatus}, for schemas. */
export const FIREARM_STATUSES = [
  "held",
  "exported",
  "stolen",
  "destroyed",
  "manufactured",
  "deactivated",
] as const satisfies readonly FirearmStatus[];

/** Name of a kind of event in the life of a firearm (domain notes 2.2). */
export type CustodyEventName = NameOf<typeof CustodyEventKind>;

/** One record of a register about a firearm: what happened, when, between whom. */
export interface RegisterEvent {
  /** Number of the record in the register it comes from; a later one of the same replaces it. */
  readonly eventId?: string;
  readonly kind: CustodyEventName;
  /** ISO 8601 to the day, month or year known. */
  readonly date?: string;
  /** Legal persons; natural ones stay in the national register. */
  readonly fromParty?: string;
  readonly toParty?: string;
  /** ISO 3166-1 alpha-2. */
  readonly fromState?: string;
  readonly toState?: string;
  /** Licence or other authorization it took place under. */
  readonly authorizationRef?: string;
  readonly holderKind?: HolderKind;
  /** What the record rests on. */
  readonly evidence?: NameOf<typeof EvidenceKind>;
}

/** Whose hands a firearm was in when it was lost or stolen; never who. */
export const HOLDER_KINDS = ["PRIVATE", "DEALER", "CARRIER", "STATE"] as const;
/** One of {@link HOLDER_KINDS}. */
export type HolderKind = (typeof HOLDER_KINDS)[number];

/** Whether a firearm is of a State's forces or of anybody else (paragraph 16). */
export const RECORD_HOLDERS = ["MILITARY", "CIVIL", "UNKNOWN"] as const;

/** One firearm in a national register. */
export interface FirearmRecord {
  /** Unique in its register. */
  readonly id: string;
  /** Brand as marked. */
  readonly make: string;
  /** Serial number exactly as marked. */
  readonly serialRaw: string;
  /** {@link normalizeSerial} of it. */
  readonly serialNormalized: string;
  /** Who made it, where that is not who the brand belongs to. */
  readonly maker?: string;
  /** Who made it by licence of the brand's owner. */
  readonly licensee?: string;
  readonly model?: string;
  readonly calibre?: string;
  /** Type as the register words it. */
  readonly type?: string;
  /** ISO 3166-1 alpha-2, or ISO 3166-3 for a State that is no more. */
  readonly countryOfManufacture?: string;
  readonly yearOfManufacture?: number;
  /** Of the import mark. */
  readonly importCountry?: string;
  readonly importYear?: number;
  readonly recordHolder?: (typeof RECORD_HOLDERS)[number];
  /** What happened to it, in the order of time; absent where they were not asked for. */
  readonly events?: readonly RegisterEvent[];
  readonly status: FirearmStatus;
  /** Last legal holder: a legal person. */
  readonly holder?: string;
  /** With status `exported`: State it went to, ISO 3166-1 alpha-2. */
  readonly exportedTo?: string;
  /** Date of the last event, ISO 8601 to the day, month or year known. */
  readonly eventDate?: string;
  /** Set when the register may not tell, with the ground. */
  readonly restriction?: RefusalGroundName;
  /** Invented for an exercise; the answer says so. */
  readonly madeUp: boolean;
  /** What the record is and where it comes from; goes into the answer. */
  readonly sourceNote: string;
}
