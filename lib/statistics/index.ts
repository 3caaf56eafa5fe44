// The door of lib/statistics: what is counted, and what of it may be shown.

export type {
  ConfidentialityStatus,
  Coverage,
  Figure,
  FigureUnit,
  ObservationStatus,
} from "./figure.ts";
