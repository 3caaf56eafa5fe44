/** One row of {@link REGISTER_REFUSALS}. */
interface RegisterRefusalRule {
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Why a client does not take a register: a closed table (TP-REG-5). In each case it keeps the one
 * it has, whose own time runs on.
 */
export const REGISTER_REFUSALS = {
  MALFORMED: {
    meaning: "The bytes are no register, or it says what no register may say.",
    remedy: "Fetch it again; if it stays so, tell the secretariat.",
  },
  THRESHOLD: {
    meaning: "Too few root keys have signed it.",
    remedy: "Do not use it: ask the root holders, by another channel, what they have signed.",
  },
  ROLLBACK: {
    meaning: "It is older than the version in force here.",
    remedy: "Fetch the newest; if this is what is offered as such, tell the other members.",
  },
  FORK: {
    meaning: "It is not the successor of the version in force here, though root keys signed it.",
    remedy: "Keep both files and tell the other members: two registers exist.",
  },
  GAP: {
    meaning: "Versions between the one in force here and this one are missing.",
    remedy: "Fetch the manifests between the two.",
  },
  SUCCESSION: {
    meaning: "It names another log than the one in force here, and no statement of it holds.",
    remedy: "Ask the root holders whether the hub is lost: they sign who succeeds the log.",
  },
  AHEAD: {
    meaning: "It was signed at a time that has not come yet.",
    remedy: "Set the clock right, or wait.",
  },
  EXPIRED: {
    meaning: "It expired longer ago than the time of grace.",
    remedy: "Fetch the newest; if there is none, the root holders must sign.",
  },
  ENTRY_MISSING: {
    meaning: "Entries that it names were not given and are not here.",
    remedy: "Fetch the entries by their digests.",
  },
  ENTRY_INVALID: {
    meaning: "An entry is not what the manifest or its own signatures say.",
    remedy: "Fetch the entries again; if it stays so, tell the secretariat.",
  },
  FRESHNESS: {
    meaning: "The signature of freshness is none, or is of another version.",
    remedy: "Fetch the register again.",
  },
} as const satisfies Readonly<Record<string, RegisterRefusalRule>>;

/** A code of {@link REGISTER_REFUSALS}. */
export type RegisterRefusalCode = keyof typeof REGISTER_REFUSALS;

/** Why a register, or a part of one, is not taken. */
export interface RegisterRefusal {
  readonly code: RegisterRefusalCode;
  /** Path of the field, such as `manifest.version` or `entry[NE].statement`. */
  readonly field: string;
  readonly detail: string;
  /** ENTRY_MISSING: SHA-256 of what to fetch, lower-case hex. */
  readonly missing?: readonly string[];
}

/** A value, or why there is none. */
export type RegisterOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: RegisterRefusal };

/** A refused outcome. */
export function registerRefused(
  code: RegisterRefusalCode,
  field: string,
  detail: string,
): { readonly ok: false; readonly refusal: RegisterRefusal } {
  return { ok: false, refusal: { code, field, detail } };
}
