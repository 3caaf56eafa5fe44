import { ConsignmentIdKind } from "#proto";
import { type NameOf, namesOf } from "../list-names.ts";

/** What a consignment may be known by (TP-ALERT-2); closed. */
export const CONSIGNMENT_KINDS = namesOf(ConsignmentIdKind);

/** One of {@link CONSIGNMENT_KINDS}. */
export type ConsignmentKind = NameOf<typeof ConsignmentIdKind>;

/** A consignment identifier as somebody wrote it. */
export interface ConsignmentText {
  readonly kind: ConsignmentKind;
  /** As read on the container, document or vehicle. */
  readonly value: string;
  /** VEHICLE_PLATE and CONSIGNEE_REGISTRATION: the State that issued it, ISO 3166-1 alpha-2. */
  readonly country?: string;
}

/** What is wrong with an identifier. */
export interface ConsignmentProblem {
  /** `value` or `country`. */
  readonly field: "value" | "country";
  readonly rule:
    | "missing"
    | "tooLong"
    | "wrongShape"
    | "checkDigit"
    | "unknownState"
    | "notAFirearmsHeading";
  /** What to do, one sentence. */
  readonly wayOut: string;
  /** Rule `checkDigit`: what the check digit would have to be. */
  readonly expected?: string;
}

/** What became of an identifier. */
export type ConsignmentCheck =
  | {
      readonly valid: true;
      /** As it is written in documents. */
      readonly canonical: string;
      /** Under which two spellings of the same identifier meet. */
      readonly key: string;
      /** Whether it names one consignment; a heading of the tariff names a kind of goods. */
      readonly identifies: boolean;
      /** Signs that were read as their look-alike, such as O for 0, were put right. */
      readonly repaired: boolean;
      /** Whether the identifier carries a check digit, which held. */
      readonly hasCheckDigit: boolean;
    }
  | { readonly valid: false; readonly problem: ConsignmentProblem };
