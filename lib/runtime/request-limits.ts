import { DAY_MS } from "./units.ts";

/** Limits of the body of a trace request (docs/spec/request.md). */
export const REQUEST_LIMITS = {
  /** Marked parts of one firearm, or parts found together. */
  partsMax: 64,
  /** Marks on boxes and pallets of one lot. */
  packagingMarksMax: 64,
  /** Photographs and documents announced by one request. */
  attachmentsMax: 64,
  /** Addresses of public documents. */
  linksMax: 16,
  /** An address that a browser takes. */
  linkCharsMax: 2_000,
  /** A reference in somebody's system: authorization, iARMS record, ballistic image. */
  referenceCharsMax: 128,
  /** Codes of one list in a request: grounds, offences, kinds of modus operandi. */
  codesMax: 32,
  /** States on the way of a consignment. */
  transitStatesMax: 32,
  /** Events of custody that earlier hops told. */
  custodyEventsMax: 256,
  /** Findings and names of supplied fields that travel with a request. */
  findingsMax: 256,
} as const;

/** Limits of personal data (docs/spec/persons.md). */
export const PERSON_LIMITS = {
  /** More persons in one trace is no longer a trace. */
  personsMax: 16,
  /** A name in full, in its own script. */
  nameCharsMax: 200,
  /** Number of a passport, card or licence. */
  documentCharsMax: 64,
  /** Why somebody reads, keeps or erases: a sentence that says something. */
  reasonCharsMin: 10,
  /** The same at its longest. */
  reasonCharsMax: 500,
  /** When keeping is looked at again unless a day is said: within a year. */
  reviewDefaultMs: 365 * DAY_MS,
  /** A review is never further away (domain notes 6.3). */
  reviewMs: 5 * 365 * DAY_MS,
  /** Blocks looked at in one step for whether their time is over. */
  endedPortion: 100,
} as const;

/** Limits of notices (docs/spec/persons.md). */
export const NOTICE_LIMITS = {
  /** Fields that one notice corrects. */
  fieldsMax: 64,
  /** Participants or States one release is asked for. */
  releaseToMax: 64,
  /** Those further on that one confirmation tells of: a chain of twelve hops, and some copies. */
  onwardMax: 128,
  /** Messages of others whose content one request passes on: one for each hop of a chain. */
  passesOnMax: 12,
} as const;
