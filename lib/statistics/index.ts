// The door of lib/statistics: what is counted, and what of it may be shown.

export {
  type Consent,
  type DisclosureAnswer,
  type DisclosurePolicy,
  type DisclosureQuestion,
  disclosurePolicy,
  type EventStates,
  type NamedAggregation,
} from "./disclosure.ts";
export type {
  ConfidentialityStatus,
  Coverage,
  Figure,
  FigureUnit,
  ObservationStatus,
} from "./figure.ts";
