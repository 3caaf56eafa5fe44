import type { ReferenceTable } from "./reference-table.ts";

/** What a body or instrument is to an exchange. */
export type BodyRole =
  /** Runs a hub for its members, or cosigns its log. */
  | "hub-and-monitor"
  | "monitor"
  /** Takes counts that were made safe before they left. */
  | "statistics"
  /** A participant in its own right, which is never asked for a trace. */
  | "peer"
  | "observer";

/** A regional or global body whose members or statistics matter to an exchange. */
export interface RegionalBody {
  /** As a register names it in a membership or a group. */
  readonly code: string;
  readonly name: string;
  readonly kind: "regional organisation" | "treaty body" | "police body" | "global organisation";
  readonly role: BodyRole;
  /** Code of its instrument in the table of instruments; empty when it has none of its own. */
  readonly instrument: string;
  /** Members were or are leaving: dates in the register decide, never this table. */
  readonly note: string;
  readonly source: string;
}

const body = (
  code: string,
  name: string,
  kind: RegionalBody["kind"],
  role: BodyRole,
  rest: Partial<Pick<RegionalBody, "instrument" | "note">> & { readonly source: string },
): RegionalBody => ({ code, name, kind, role, instrument: "", note: "", ...rest });

const ECOWAS_TEXT =
  "ECOWAS Convention on small arms, 2006, arts 4-6, 9-10, 19 (disarmament.unoda.org)";
const BY_MEMORY = "general knowledge; confirm with the body before admission";

/** Bodies of the domain notes, section 7.8. Membership itself is in the register, with dates. */
export const REGIONAL_BODIES: ReferenceTable<RegionalBody> = {
  name: "regional-bodies",
  version: "2026-01-01",
  source:
    "Public texts of each body, as named in each row. The table says that a body exists and what " +
    "it may do here, never who is its member.",
  rows: [
    body("UNODC", "United Nations Office on Drugs and Crime", "global organisation", "statistics", {
      instrument: "FIREARMS_PROTOCOL",
      note: "Secretariat of the Conference of the Parties; collects the IAFQ.",
      source: "CTOC/COP/WG.6/2017/4; unodc.org, Illicit Arms Flows Questionnaire",
    }),
    body(
      "UNODA",
      "United Nations Office for Disarmament Affairs",
      "global organisation",
      "statistics",
      {
        instrument: "ITI",
        note: "Custodian of SDG indicator 16.4.2 with UNODC.",
        source: "SDG metadata 16-4-2 (worldbank.github.io/sdg-metadata)",
      },
    ),
    body(
      "ECOWAS",
      "Economic Community of West African States",
      "regional organisation",
      "hub-and-monitor",
      {
        instrument: "ECOWAS",
        note: "Members have left since 2025.",
        source: ECOWAS_TEXT,
      },
    ),
    body("RECSA", "Regional Centre on Small Arms", "treaty body", "hub-and-monitor", {
      instrument: "NAIROBI",
      source: "Nairobi Protocol, 2004, and its best-practice guidelines (smallarmssurvey.org)",
    }),
    body("SADC", "Southern African Development Community", "regional organisation", "monitor", {
      instrument: "SADC",
      source: "SADC Protocol, 2001, arts 9, 14-16 (eumonitor, COM(2020)608)",
    }),
    body(
      "SARPCCO",
      "Southern African Regional Police Chiefs Cooperation",
      "police body",
      "monitor",
      {
        instrument: "SADC",
        source: "SADC Protocol, 2001, art. 15",
      },
    ),
    body(
      "ECCAS",
      "Economic Community of Central African States",
      "regional organisation",
      "monitor",
      {
        instrument: "KINSHASA",
        note: "Convention in force since 8 March 2017; UNSAC is its advisory committee.",
        source: "Kinshasa Convention, 2010 (eumonitor, COM(2020)608)",
      },
    ),
    body("OAS", "Organization of American States", "regional organisation", "monitor", {
      instrument: "CIFTA",
      source: `CIFTA, 1997, arts VI, IX-XIV; ${BY_MEMORY}`,
    }),
    body("EU", "European Union", "regional organisation", "peer", {
      instrument: "EU",
      note: "A Party as a regional economic integration organisation, and no State: never asked.",
      source: "Firearms Protocol, art. 18; Directive (EU) 2021/555; Regulation (EU) 2025/41",
    }),
    body(
      "EUROPOL",
      "European Union Agency for Law Enforcement Cooperation",
      "police body",
      "peer",
      {
        instrument: "EU",
        source: "Directive (EU) 2023/977, arts 4, 14",
      },
    ),
    body(
      "SEESAC",
      "South Eastern and Eastern Europe Clearinghouse",
      "regional organisation",
      "monitor",
      {
        note: "Hosts the network of firearms experts SEEFEN.",
        source: "seesac.org, SEEFEN",
      },
    ),
    body("LAS", "League of Arab States", "regional organisation", "observer", {
      source: BY_MEMORY,
    }),
    body(
      "CARICOM-IMPACS",
      "CARICOM Implementation Agency for Crime and Security",
      "police body",
      "observer",
      {
        instrument: "CIFTA",
        source: BY_MEMORY,
      },
    ),
    body("ASEANAPOL", "ASEAN Chiefs of National Police", "police body", "observer", {
      source: BY_MEMORY,
    }),
    body(
      "OSCE",
      "Organization for Security and Co-operation in Europe",
      "regional organisation",
      "observer",
      {
        source: `OSCE Document on Small Arms and Light Weapons, 2000; ${BY_MEMORY}`,
      },
    ),
    body("WASSENAAR", "Wassenaar Arrangement", "treaty body", "observer", {
      note: "An export-control regime; it exchanges nothing here.",
      source: BY_MEMORY,
    }),
    body("LCBC", "Lake Chad Basin Commission", "regional organisation", "observer", {
      note: "Subscribes to alerts; no traces.",
      source: "CTOC/COP/WG.6/2017/4, paras 23, 26, 32",
    }),
    body("WCO", "World Customs Organization", "global organisation", "peer", {
      source: "wcoomd.org, Small Arms and Light Weapons project",
    }),
    body("INTERPOL", "International Criminal Police Organization", "global organisation", "peer", {
      note: "Operates iARMS; reached through an adaptor.",
      source: "interpol.int, iARMS",
    }),
    body("AFRIPOL", "African Union Mechanism for Police Cooperation", "police body", "peer", {
      source: "afripol.africa-union.org, AFSECOM",
    }),
  ],
};

const byCode = new Map(REGIONAL_BODIES.rows.map((row) => [row.code, row]));

/** A regional body by its code; undefined for none of the table. */
export function regionalBody(code: string): RegionalBody | undefined {
  return byCode.get(code);
}
