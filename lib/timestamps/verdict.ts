/** What a token, or an answer, is refused for: the rule, and what breaks it. */
export interface TimestampRefusal {
  readonly rule:
    | "form"
    | "status"
    | "imprint"
    | "nonce"
    | "policy"
    | "time"
    | "algorithm"
    | "attributes"
    | "signature"
    | "certificate"
    | "chain";
  readonly why: string;
}

/** Something that holds, or why it does not. */
export type TimestampVerdict<T> =
  | { readonly ok: true; readonly value: T }
  | ({ readonly ok: false } & TimestampRefusal);

/** Something that does not hold. */
export function untrue(rule: TimestampRefusal["rule"], why: string) {
  return { ok: false, rule, why } as const;
}
