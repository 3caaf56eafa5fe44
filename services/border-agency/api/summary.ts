import type { PageAlert } from "#http";
import {
  type ServiceSummary,
  type ServiceSummaryDeps,
  serviceAttention,
  summarizeService,
} from "#participant";

/** What a summary is made from. */
export type SummaryDeps = ServiceSummaryDeps;

/** The border agency at a glance: counts, ages, States, codes; no message, no person. */
export interface Summary extends ServiceSummary {
  /** What needs a person, what is stuck first. */
  readonly attention: readonly PageAlert[];
}

/** Gathers the summary; costs the same however long the history is. */
export async function summarize(deps: SummaryDeps): Promise<Summary> {
  const { summary, glance, nowMs } = await summarizeService(deps);
  return { ...summary, attention: serviceAttention(glance, [], nowMs) };
}
