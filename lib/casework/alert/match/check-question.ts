import type { ConsignmentText } from "../../consignment/consignment-kinds.ts";

/**
 * What somebody at a border asks about one thing: by one of its identities. A serial number may
 * have `?` for a character that cannot be read and `*` for several.
 */
export interface CheckQuestion {
  /** Number on a firearm, part or component, exactly as read. */
  readonly serial?: string;
  /** With `serial`: what else is marked; a difference is told, and hides nothing. */
  readonly make?: string;
  readonly model?: string;
  /** Lot of ammunition. */
  readonly lot?: string;
  /** Number of a licence or certificate. */
  readonly document?: string;
  /** Number on a consignment. */
  readonly consignment?: ConsignmentText;
  /** Name of a company. */
  readonly company?: string;
}

/** One thing an alert looks for, by one identity. */
export interface WantedMark {
  /** Position in the alert's items; -1: what the alert itself is about. */
  readonly item: number;
  readonly identity: "serial" | "lot" | "document" | "consignment" | "company";
  /** As the alert has it. */
  readonly text: string;
  /** With `consignment`: its kind, and the State of a plate or registration. */
  readonly consignmentKind?: ConsignmentText["kind"];
  readonly country?: string;
  readonly make?: string;
  readonly model?: string;
}

/** What a possible match rests on, the surest first. */
export const MATCH_BASES = ["EXACT", "LOOK_ALIKE", "PARTIAL"] as const;

/** One of {@link MATCH_BASES}. */
export type MatchBasis = (typeof MATCH_BASES)[number];

/** Why a question cannot be looked up. */
export interface QuestionProblem {
  readonly field: string;
  readonly rule: string;
  readonly wayOut: string;
}

/** Names of the identities a question may have; exactly one is given. */
export const IDENTITIES = ["serial", "lot", "document", "consignment", "company"] as const;
