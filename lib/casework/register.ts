import type { RefusalGround } from "#proto";

/** Name of a ground for giving no answer (ITI para 22, and administrative ones). */
export type RefusalGroundName = Exclude<keyof typeof RefusalGround, "UNSPECIFIED">;

/** What a national register says last about a firearm. */
export type FirearmStatus = "held" | "exported" | "stolen" | "destroyed" | "manufactured";

/** Every {@link FirearmStatus}, for schemas. */
export const FIREARM_STATUSES = [
  "held",
  "exported",
  "stolen",
  "destroyed",
  "manufactured",
] as const satisfies readonly FirearmStatus[];

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
  readonly model?: string;
  readonly calibre?: string;
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
