/** Who takes part in an exchange that is set up here: what a line of the participants file says. */

/** What a participant is admitted as. */
export const ROLE_NAMES = ["focal-point", "border-agency", "regional-monitor"] as const;
/** A word of {@link ROLE_NAMES}. */
export type RoleName = (typeof ROLE_NAMES)[number];

/** Instruments a State may apply, as the message schema names them. */
export const INSTRUMENT_NAMES = [
  "FIREARMS_PROTOCOL",
  "ITI",
  "ECOWAS",
  "NAIROBI",
  "SADC",
  "KINSHASA",
  "CIFTA",
  "EU",
  "BILATERAL",
  "OTHER",
] as const;
/** A word of {@link INSTRUMENT_NAMES}. */
export type InstrumentName = (typeof INSTRUMENT_NAMES)[number];

/** How a State stands to an instrument; a signatory is not bound. */
export const BOUNDNESS_NAMES = ["party", "signatory", "committed"] as const;
/** A word of {@link BOUNDNESS_NAMES}. */
export type BoundnessName = (typeof BOUNDNESS_NAMES)[number];

/** Who answers trace requests: an officer by command, or the register by rule. */
export const ANSWERING_NAMES = ["officer", "register"] as const;
/** A word of {@link ANSWERING_NAMES}. */
export type AnsweringName = (typeof ANSWERING_NAMES)[number];

/** How alerts of a border agency leave: at once, or when its focal point has approved them. */
export const ALERTS_NAMES = ["direct", "approved"] as const;
/** A word of {@link ALERTS_NAMES}. */
export type AlertsName = (typeof ALERTS_NAMES)[number];

/** How its own keys sign: Ed25519, or ECDSA on P-256 where its hardware knows nothing else. */
export const SUITE_NAMES = ["ed25519", "es256"] as const;
/** A word of {@link SUITE_NAMES}. */
export type SuiteName = (typeof SUITE_NAMES)[number];

/** Where the service of a participant runs: on this machine, or where its keys are. */
export const RUNS_NAMES = ["here", "elsewhere"] as const;
/** A word of {@link RUNS_NAMES}. */
export type RunsName = (typeof RUNS_NAMES)[number];

/** Standing to one instrument. */
export interface InstrumentSpec {
  readonly instrument: InstrumentName;
  readonly boundness: BoundnessName;
  /** `YYYY-MM-DD`, UTC. */
  readonly since: string;
  /** `YYYY-MM-DD`, UTC; absent: still. */
  readonly until?: string;
}

/** Time in which something holds: `YYYY-MM-DD`, UTC; without an end: still. */
interface PeriodSpec {
  readonly since: string;
  readonly until?: string;
}

/** Membership of a regional body, by its code in the reference data. */
export interface BodySpec extends PeriodSpec {
  readonly body: string;
}

/** An agency or post of a participant. */
export interface UnitSpec extends PeriodSpec {
  readonly id: string;
  readonly name: string;
  /** UN/LOCODE. */
  readonly locode?: string;
}

/** A desk that answers, never a person. */
export interface DeskSpec {
  readonly name: string;
  readonly telephone: string;
  readonly email: string;
  readonly languages: readonly string[];
  /** At any hour. */
  readonly always: boolean;
}

/** When a participant works. */
export interface CalendarSpec {
  /** IANA name. */
  readonly timeZone: string;
  /** 1 is Monday. */
  readonly restDays: readonly number[];
  readonly holidays: readonly string[];
  /** `HH:MM` in its zone; absent: all day. */
  readonly opens?: string;
  readonly closes?: string;
}

/** Shares of the exchange; 0: the default. */
export interface QuotaSpec {
  readonly messagesPerSecond: number;
  readonly bytesPerDay: number;
  readonly storedBytes: number;
  readonly recipientsMax: number;
}

/** What a State may let a body see of it; never content, never another State. */
export const AGGREGATION_NAMES = ["VOLUMES", "OUTCOMES", "ROUTES", "TIMELINESS", "EVENTS"] as const;

/** That a body may see sums of this participant. */
export interface DisclosureSpec {
  readonly body: string;
  readonly aggregation: (typeof AGGREGATION_NAMES)[number];
}

/** What a register says of a participant beside who it is (TP-REG-14). */
export interface ParticipantContent {
  readonly regionalBodies?: readonly BodySpec[];
  readonly units?: readonly UnitSpec[];
  readonly dutyDesks?: readonly DeskSpec[];
  readonly calendar?: CalendarSpec;
  readonly quotas?: QuotaSpec;
  /** Default: no body sees anything. */
  readonly disclosures?: readonly DisclosureSpec[];
}

/** One participant. */
export interface ParticipantSpec extends ParticipantContent {
  /** `NE`, `NE-CUSTOMS`, `ORG-ECOWAS`. */
  readonly id: string;
  /** Name of the organisation. */
  readonly name: string;
  readonly role: RoleName;
  /** State code, alpha-2; "" for an organization. */
  readonly state: string;
  readonly instruments: readonly InstrumentSpec[];
  /** BCP 47 tags it accepts, preferred first. */
  readonly languages: readonly string[];
  /** Focal points only. */
  readonly answering: AnsweringName;
  /** Focal points only: groups it is in, such as EAC; what alerts can be addressed to. */
  readonly groups?: readonly string[];
  /** Border agencies only: whether their alerts need the focal point's approval; default direct. */
  readonly alerts?: AlertsName;
  /** Default ed25519. */
  readonly suite?: SuiteName;
  /** Default here. Of one elsewhere there are account and streams here, no keys, no service. */
  readonly runs?: RunsName;
}
