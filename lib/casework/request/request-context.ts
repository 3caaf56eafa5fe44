import type { Instrument, Priority, UseRestriction } from "#proto";

/** Facts around the body that some rules need; a rule whose fact is absent is left out. */
export interface TraceRequestContext {
  readonly priority?: Priority;
  readonly instrumentBasis?: readonly Instrument[];
  /** Use restrictions of the header's handling. */
  readonly use?: readonly UseRestriction[];
  /** BCP 47 tags that the requested State accepts, as the participant register has them. */
  readonly acceptedLanguages?: readonly string[];
}
