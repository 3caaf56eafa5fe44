import type { ReferenceTable } from "./reference-table.ts";

/** An instrument that a message may rely on. */
export interface ReferenceInstrument {
  /** Such as NAIROBI; of a basis, the name in the wire's enum. */
  readonly code: string;
  readonly name: string;
  /** Year of adoption; 0 where it is no one text. */
  readonly year: number;
  /** A political instrument binds nobody: States commit to it. */
  readonly kind: "treaty" | "political" | "law of a union" | "agreement";
  /** What in it an exchange rests on. */
  readonly articles: string;
  /** Whether a message may name it as its basis: it is a value of the wire's enum. */
  readonly isBasis: boolean;
  readonly source: string;
}

/** Instruments of the domain notes, sections 0 and 7.8; who is bound is in the register. */
export const INSTRUMENTS: ReferenceTable<ReferenceInstrument> = {
  name: "instruments",
  version: "2026-01-01",
  source: "The instruments' own texts, as named in each row.",
  rows: [
    {
      code: "FIREARMS_PROTOCOL",
      name: "Protocol against the Illicit Manufacturing of and Trafficking in Firearms",
      year: 2001,
      kind: "treaty",
      articles: "7-8 records and marking, 10-11 transfers, 12-13 information and contact points",
      isBasis: true,
      source: "UNTS 2326, p. 208; treaties.un.org, XVIII-12-c",
    },
    {
      code: "ITI",
      name: "International Tracing Instrument",
      year: 2005,
      kind: "political",
      articles: "7-12 marking and records, 16-23 tracing, 25 contact points",
      isBasis: true,
      source: "UNGA decision 60/519; A/60/88",
    },
    {
      code: "ECOWAS",
      name: "ECOWAS Convention on Small Arms and Light Weapons",
      year: 2006,
      kind: "treaty",
      articles: "4-6 exemptions, 9-10 registers, 19 tracing",
      isBasis: true,
      source: "disarmament.unoda.org, ECOWAS Convention",
    },
    {
      code: "NAIROBI",
      name: "Nairobi Protocol",
      year: 2004,
      kind: "treaty",
      articles: "focal points, tracing by the best-practice guidelines",
      isBasis: true,
      source: "recsasec.org; smallarmssurvey.org",
    },
    {
      code: "SADC",
      name: "SADC Protocol on the Control of Firearms",
      year: 2001,
      kind: "treaty",
      articles: "9 marking and records, 14 assistance, 15 enforcement, 16 information",
      isBasis: true,
      source: "sadc.int; COM(2020)608",
    },
    {
      code: "KINSHASA",
      name: "Kinshasa Convention",
      year: 2010,
      kind: "treaty",
      articles: "marking, tracing and information; in force since 8 March 2017",
      isBasis: true,
      source: "treaties.un.org, XXVI-7; COM(2020)608",
    },
    {
      code: "CIFTA",
      name: "Inter-American Convention against Illicit Manufacturing and Trafficking",
      year: 1997,
      kind: "treaty",
      articles: "VI marking, IX-XI transfers and records, XII-XIV confidentiality and contact",
      isBasis: true,
      source: "oas.org, A-63",
    },
    {
      code: "EU",
      name: "European Union law on firearms and on exchange between law enforcement",
      year: 0,
      kind: "law of a union",
      articles: "Directive 2021/555; Regulation 2025/41, arts 10-26; Directive 2023/977, arts 4-14",
      isBasis: true,
      source: "eur-lex.europa.eu",
    },
    {
      code: "POA",
      name: "UN Programme of Action on small arms",
      year: 2001,
      kind: "political",
      articles: "II.4 coordination agency, II.5 point of contact",
      isBasis: false,
      source: "A/CONF.192/15; smallarmssurvey.org",
    },
    {
      code: "ATT",
      name: "Arms Trade Treaty",
      year: 2013,
      kind: "treaty",
      articles: "5(6) contacts, 11 diversion, 12 records for 10 years, 13 reports",
      isBasis: false,
      source: "UNTS 3013; treaties.un.org, XXVI-8",
    },
    {
      code: "BILATERAL",
      name: "An agreement between two States",
      year: 0,
      kind: "agreement",
      articles: "as agreed",
      isBasis: true,
      source: "the agreement itself",
    },
    {
      code: "OTHER",
      name: "Another instrument, named in the request",
      year: 0,
      kind: "agreement",
      articles: "as named",
      isBasis: true,
      source: "the instrument itself",
    },
  ],
};
