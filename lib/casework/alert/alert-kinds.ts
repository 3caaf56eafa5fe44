import type { AlertCertainty, AlertKind, AlertSeverity, AlertUrgency } from "#proto";
import type { NameOf } from "../list-names.ts";

/** Name of a kind of alert. */
export type AlertKindName = NameOf<typeof AlertKind>;

/** What holds for every alert of a kind (domain notes 3.2). */
export interface AlertKindRule {
  /** One line for people. */
  readonly about: string;
  readonly urgency: NameOf<typeof AlertUrgency>;
  readonly severity: NameOf<typeof AlertSeverity>;
  readonly certainty: NameOf<typeof AlertCertainty>;
  /** Longest life in days; null: it never expires, is reference data and matches nothing. */
  readonly lifeDaysMax: number | null;
  /** Fields without which it is not sent. */
  readonly needs: readonly string[];
}

/** The closed table of kinds (TP-ALERT-1). */
export const ALERT_KINDS: Readonly<Record<AlertKindName, AlertKindRule>> = {
  LOST_STOLEN_CONSIGNMENT: {
    about: "a consignment of firearms, parts or ammunition was lost or stolen",
    urgency: "IMMEDIATE",
    severity: "SEVERE",
    certainty: "OBSERVED",
    lifeDaysMax: 365,
    needs: ["items"],
  },
  DIVERSION_IN_TRANSIT: {
    about: "a consignment has left the way that was declared for it",
    urgency: "IMMEDIATE",
    severity: "SEVERE",
    certainty: "LIKELY",
    lifeDaysMax: 90,
    needs: ["consignment.declared_route", "consignment.actual_route"],
  },
  FORGED_AUTHORIZATION: {
    about: "a licence or certificate was not issued by whom it names",
    urgency: "EXPECTED",
    severity: "SEVERE",
    certainty: "OBSERVED",
    lifeDaysMax: 180,
    needs: [
      "forged_authorization.kind",
      "forged_authorization.number",
      "forged_authorization.purported_issuer",
      "forged_authorization.features_image_sha256",
    ],
  },
  WANTED_FIREARM: {
    about: "a firearm that was stolen, used in a crime or lost from State stock",
    urgency: "IMMEDIATE",
    severity: "SEVERE",
    certainty: "OBSERVED",
    lifeDaysMax: 365,
    needs: ["items", "wanted_reason"],
  },
  NEW_MODUS_OPERANDI: {
    about: "what gives away a way of making or moving firearms illicitly",
    urgency: "EXPECTED",
    severity: "MODERATE",
    certainty: "LIKELY",
    lifeDaysMax: 180,
    needs: ["modus_operandi.kind", "modus_operandi.indicators"],
  },
  MARKING_TECHNIQUE: {
    about: "a mark that is new, removed or counterfeit",
    urgency: "EXPECTED",
    severity: "MODERATE",
    certainty: "OBSERVED",
    lifeDaysMax: null,
    needs: ["marking_technique.finding", "marking_technique.method"],
  },
  WANTED_CONSIGNEE: {
    about: "a company that firearms are sent to illicitly",
    urgency: "EXPECTED",
    severity: "MODERATE",
    certainty: "LIKELY",
    lifeDaysMax: 180,
    needs: ["consignee.name", "consignee.registration", "consignee.country"],
  },
};
