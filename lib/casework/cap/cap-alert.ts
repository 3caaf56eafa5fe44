/**
 * A message of the Common Alerting Protocol, version 1.2 (OASIS), as its elements are: names, order
 * and closed lists of the standard, nothing of our own. Instants are texts in the standard's form,
 * in UTC: `2026-03-01T09:00:00-00:00`.
 */

/** Closed lists of the standard, in its order. */
export const CAP_LISTS = {
  status: ["Actual", "Exercise", "System", "Test", "Draft"],
  msgType: ["Alert", "Update", "Cancel", "Ack", "Error"],
  scope: ["Public", "Restricted", "Private"],
  category: [
    "Geo",
    "Met",
    "Safety",
    "Security",
    "Rescue",
    "Fire",
    "Health",
    "Env",
    "Transport",
    "Infra",
    "CBRNE",
    "Other",
  ],
  responseType: [
    "Shelter",
    "Evacuate",
    "Prepare",
    "Execute",
    "Avoid",
    "Monitor",
    "Assess",
    "AllClear",
    "None",
  ],
  urgency: ["Immediate", "Expected", "Future", "Past", "Unknown"],
  severity: ["Extreme", "Severe", "Moderate", "Minor", "Unknown"],
  certainty: ["Observed", "Likely", "Possible", "Unlikely", "Unknown"],
} as const;

type In<L extends keyof typeof CAP_LISTS> = (typeof CAP_LISTS)[L][number];

/** A name and a value: event codes, parameters, codes of places. */
export interface CapNamed {
  readonly valueName: string;
  readonly value: string;
}

/** An earlier message: its sender, its identifier and when it was sent. */
export interface CapReference {
  readonly sender: string;
  readonly identifier: string;
  readonly sent: string;
}

/** A file that belongs to an information block. */
export interface CapResource {
  readonly resourceDesc: string;
  readonly mimeType: string;
  readonly size?: string;
  readonly uri?: string;
  /** The file itself, in base64. */
  readonly derefUri?: string;
  /** SHA-1, because the standard says so. */
  readonly digest?: string;
}

/** Where it holds. */
export interface CapArea {
  readonly areaDesc: string;
  /** `lat,lon lat,lon …`, the last point the first again. */
  readonly polygon: readonly string[];
  /** `lat,lon radius` in kilometres. */
  readonly circle: readonly string[];
  readonly geocode: readonly CapNamed[];
  readonly altitude?: string;
  readonly ceiling?: string;
}

/** One block for each language or audience. */
export interface CapInfo {
  readonly language: string;
  readonly category: readonly In<"category">[];
  readonly event: string;
  readonly responseType: readonly In<"responseType">[];
  readonly urgency: In<"urgency">;
  readonly severity: In<"severity">;
  readonly certainty: In<"certainty">;
  readonly audience?: string;
  readonly eventCode: readonly CapNamed[];
  readonly effective?: string;
  readonly onset?: string;
  readonly expires?: string;
  readonly senderName?: string;
  readonly headline?: string;
  readonly description?: string;
  readonly instruction?: string;
  readonly web?: string;
  readonly contact?: string;
  readonly parameter: readonly CapNamed[];
  readonly resource: readonly CapResource[];
  readonly area: readonly CapArea[];
}

/** The whole message. */
export interface CapAlert {
  readonly identifier: string;
  readonly sender: string;
  readonly sent: string;
  readonly status: In<"status">;
  readonly msgType: In<"msgType">;
  readonly source?: string;
  readonly scope: In<"scope">;
  readonly restriction?: string;
  readonly addresses: readonly string[];
  readonly code: readonly string[];
  readonly note?: string;
  readonly references: readonly CapReference[];
  readonly incidents: readonly string[];
  readonly info: readonly CapInfo[];
}

/** What is wrong with a message, by element. */
export interface CapProblem {
  /** Path of element names with positions, such as `info.0.area.1.polygon.0`. */
  readonly field: string;
  readonly rule: string;
}

/** A message, or everything that is wrong with it. */
export type CapResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly CapProblem[] };
