/** How sure a figure is: SDMX code list CL_OBS_STATUS. */
export type ObservationStatus =
  /** Normal. */
  | "A"
  /** Series breaks here: membership or method changed. */
  | "B"
  /** Estimated. */
  | "E"
  /** Missing; never zero. */
  | "M"
  /** Provisional: late events may revise it. */
  | "P";

/** Who may see a figure: SDMX code list CL_CONF_STATUS. */
export type ConfidentialityStatus =
  /** Free. */
  | "F"
  /** Not for publication. */
  | "N"
  /** Withheld: its own count is too small, or one State has nearly all of it. */
  | "C"
  /** Withheld: it would give another one away. */
  | "D";

/** What a figure is counted in. */
export type FigureUnit = "PIECES" | "MESSAGES" | "CASES" | "HOURS" | "PERCENT";

/** One figure as it is shown, exported and revised (docs/spec/monitor.md). */
export interface Figure {
  /** Such as TRACE_REQUESTS or VC_ARM_SZTRACE. */
  readonly measure: string;
  /** What it is broken down by; a total has none. */
  readonly by: Readonly<Record<string, string>>;
  /** 2026, 2026-10, 2026-10-03 or 2026-10-03T14, in UTC. */
  readonly period: string;
  /** Null: missing or withheld; the statuses say which. */
  readonly value: number | null;
  readonly unit: FigureUnit;
  readonly status: ObservationStatus;
  readonly confidentiality: ConfidentialityStatus;
  readonly coverage: Coverage;
  /** Date of the release or sign-off it is of. */
  readonly vintage: string;
}

/** How much of what should have been counted was. */
export interface Coverage {
  readonly statesExpected: number;
  readonly statesReporting: number;
  readonly monthsExpected: number;
  readonly monthsReporting: number;
}
