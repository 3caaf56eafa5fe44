import { MIB } from "./units.ts";

/** Limits of a file of the Common Alerting Protocol. */
export const CAP_LIMITS = {
  /** More than an envelope carries: what is longer could not be sent on. */
  fileBytesMax: 1 * MIB,
  /** An alert in ten languages with a thousand parameters each stays below. */
  elementsMax: 40_000,
  /** The standard nests five deep; a signature of another namespace somewhat deeper. */
  depthMax: 16,
  /** Problems of one file that are named. */
  problemsMax: 100,
} as const;

/** Limits of what an alert may hold (domain notes 3). */
export const ALERT_LIMITS = {
  /** Firearms, parts and lots of one alert: with their marks they stay below an envelope. */
  itemsMax: 1_000,
  /** Blocks of one alert, one for each language. */
  infosMax: 16,
  /** One line of a screen and of a printed list. */
  headlineCharsMax: 160,
  /** Messages that one update or cancel is about: an alert with all its updates. */
  referencesMax: 64,
  /** Numbers of one consignment: containers of a ship's load, with their seals. */
  consignmentIdsMax: 500,
  /** Stops of a route. */
  routeStopsMax: 64,
  /** Areas of one alert. */
  areasMax: 64,
  /** Codes of one area. */
  geocodesMax: 256,
  /** Indicators of one modus operandi: more nobody remembers. */
  indicatorsMax: 32,
} as const;
