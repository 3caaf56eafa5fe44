import type { PlainFields } from "../../support/contract.ts";
import type { Row } from "./refused-row.ts";
import type { Encoder } from "./sample-message.ts";
import { base64, type InvalidVector } from "./vector-forms.ts";

/** When the ledgers of the vectors were recorded: 1 February 2027, noon UTC, in seconds. */
export const LEDGER_RECORDED_AT = Date.UTC(2027, 1, 1, 12) / 1_000;

/** The body of an INDICATOR_LEDGER of NE before it is sealed, and what it says. */
export interface ValidLedger {
  readonly name: string;
  readonly bytes: string;
  /** By the names of the contract. */
  readonly expected: unknown;
}

const LINE: PlainFields = {
  recovery: "RECOVERY_KIND_SEIZED",
  type: "PISTOL_SELF_LOADING",
  marking: "UNIQUELY_MARKED",
  arms: 10,
  established_by_trace: 3,
  established_by_authority: 2,
};
const FIRST: PlainFields = {
  officer_ref: "officer-a",
  at: { seconds: LEDGER_RECORDED_AT - 7_200 },
};
const SECOND: PlainFields = { officer_ref: "officer-b", at: { seconds: LEDGER_RECORDED_AT - 60 } };
const LEDGER: PlainFields = {
  state: "NE",
  year: 2026,
  vintage: 1,
  as_of: "2027-01-31",
  lines: [
    LINE,
    { recovery: "RECOVERY_KIND_FOUND", type: "UNSPECIFIED", marking: "UNMARKED", arms: 4 },
  ],
  sign_offs: [FIRST, SECOND],
  off_exchange_traces: 4,
  method_note: "Converted arms are counted under what they fire now.",
  national: [{ code: "NE-1", title: "Arms marked in depots", value: 12.5, unit: "PERCENT" }],
  months_reported: [1, 2, 12],
};
/** No arm, and so no value of the indicator; an indicator that is missing is not zero. */
const EMPTY: PlainFields = {
  state: "NE",
  year: 2026,
  vintage: 2,
  as_of: "2027-01-31",
  sign_offs: [FIRST, SECOND],
  national: [{ code: "NE-1", title: "Arms marked in depots", unit: "PERCENT" }],
};

/** Ledgers that are taken. */
export function validLedgers(encoder: Encoder): ValidLedger[] {
  const valid = (name: string, ledger: PlainFields): ValidLedger => ({
    name,
    bytes: base64(encoder.message("IndicatorLedger", ledger)),
    expected: ledger,
  });
  return [
    valid("arms recovered in two ways, with all that may stand beside them", LEDGER),
    valid("no arm, and an indicator of the State that is missing", EMPTY),
  ];
}

/** Ledgers that are refused. */
export function invalidLedgers(encoder: Encoder): InvalidVector[] {
  return ledgerRows(encoder).map(([name, code, field, body]) => {
    const bytes = body instanceof Uint8Array ? body : encoder.message("IndicatorLedger", body);
    return { name, rule: "TP-LEDG-1", code, field, bytes: base64(bytes) };
  });
}

function ledgerRows(encoder: Encoder): Row[] {
  const good = encoder.message("IndicatorLedger", LEDGER);
  const changed = (name: string, field: string, changes: PlainFields): Row => {
    return [name, "BODY_INVALID", `body.${field}`, { ...LEDGER, ...changes }];
  };
  const line = (changes: PlainFields) => ({ lines: [{ ...LINE, ...changes }] });
  return [
    ["a body that is text", "BODY_INVALID", "body", Buffer.from("hello")],
    ["a body with its last byte cut off", "BODY_INVALID", "body", good.subarray(0, -1)],
    changed("of another State than its sender's", "state", { state: "BR" }),
    changed("of a year before the Protocol", "year", { year: 2000 }),
    changed("of a year after the day it was counted on", "year", { year: 2028 }),
    changed("without a vintage", "vintage", { vintage: 0 }),
    changed("counted on no day of the calendar", "as_of", { as_of: "2027-02-30" }),
    changed("counted on a day to come", "as_of", { as_of: "2027-02-02" }),
    changed("an arm recovered in no way", "lines[0].recovery", line({ recovery: 0 })),
    changed("an arm of no type", "lines[0].type", line({ type: "CANNON" })),
    changed("an arm marked in no way", "lines[0].marking", line({ marking: "YES" })),
    changed("more established than recovered", "lines[0].arms", line({ arms: 4 })),
    changed("a line twice", "lines[1]", { lines: [LINE, { ...LINE, arms: 7 }] }),
    changed("signed off by nobody", "sign_offs", { sign_offs: [] }),
    changed("signed off by one officer", "sign_offs", { sign_offs: [FIRST] }),
    changed("signed off twice by one officer", "sign_offs", { sign_offs: [FIRST, FIRST] }),
    changed("a month that the year has not", "months_reported", { months_reported: [1, 13] }),
    changed("an indicator of the State twice", "national", {
      national: [
        { code: "NE-1", title: "Arms marked in depots" },
        { code: "NE-1", title: "Arms destroyed" },
      ],
    }),
  ];
}
