/**
 * The closed table of refusals: every "no" that one participant, or the gateway, may say to
 * another. The proto enum `RefusalCode`, `docs/spec/refusals.md` and this table are the same list;
 * a test proves it (TP-REF-1).
 */

/** One row of the table. */
export interface RefusalRule {
  /** Pipeline step that says it; `inbox` is the recipient, `operator` a person at the hub. */
  readonly step:
    | "admit"
    | "validate"
    | "recall"
    | "authenticate"
    | "authorize"
    | "inbox"
    | "record"
    | "operator";
  /** Whether the same message may be sent again unchanged, later (TP-REF-2). */
  readonly retryable: boolean;
  /** What is wrong, one sentence. */
  readonly meaning: string;
  /** What the sender does now, one sentence. */
  readonly remedy: string;
}

const rule = (
  step: RefusalRule["step"],
  kind: "final" | "retryable",
  meaning: string,
  remedy: string,
): RefusalRule => ({ step, retryable: kind === "retryable", meaning, remedy });

/** Code → what it means and what to do (TP-REF-1). */
export const REFUSALS = {
  QUOTA_EXCEEDED: rule(
    "record",
    "retryable",
    "The sender is over a quota: of its rate, or of what is held of it.",
    "Wait; the outbox sends it again by itself. For stored bytes ask the secretariat for room.",
  ),
  MALFORMED: rule(
    "validate",
    "final",
    "The bytes are not a well-formed message.",
    "Correct the named field and send it under a new message id.",
  ),
  TOO_LARGE: rule(
    "validate",
    "final",
    "The message is over a size or count limit.",
    "Shorten it, or send large content as attachment chunks.",
  ),
  DIGEST_MISMATCH: rule(
    "validate",
    "final",
    "A part is not the one the header describes.",
    "Seal the message again and send it under a new message id.",
  ),
  SCHEMA_UNSUPPORTED: rule(
    "validate",
    "final",
    "The kind or schema of the message is not supported.",
    "Use a kind and schema of tracepost.v1.",
  ),
  NOT_SEALED: rule(
    "validate",
    "final",
    "A part is not sealed, or is no age file.",
    "Seal every part with age to its recipients.",
  ),
  ID_REUSED: rule(
    "recall",
    "final",
    "This message id already stands for another message of this sender.",
    "Make a new message id for each message; never use one twice.",
  ),
  SENDER_MISMATCH: rule(
    "authenticate",
    "final",
    "The header names another sender than the subject it came on.",
    "Send under your own participant id only.",
  ),
  KEY_UNKNOWN: rule(
    "authenticate",
    "retryable",
    "The signing key is not in the participant register.",
    "Have the key registered, or sign with a registered one.",
  ),
  KEY_EXPIRED: rule(
    "authenticate",
    "retryable",
    "The signing key is outside its validity window.",
    "Sign the same header with a valid key.",
  ),
  KEY_REVOKED: rule(
    "authenticate",
    "retryable",
    "The signing key was revoked.",
    "Have a new key registered; the outbox signs the same header with it.",
  ),
  SIGNATURE_INVALID: rule(
    "authenticate",
    "final",
    "The signature does not verify over the header bytes.",
    "Sign the exact header bytes and send under a new message id.",
  ),
  CLOCK_SKEW: rule(
    "authenticate",
    "final",
    "sent_at is too far in the future or the past.",
    "Set the clock right and send under a new message id.",
  ),
  EXPIRED: rule(
    "authenticate",
    "final",
    "expires_at has passed.",
    "Send it again under a new message id that supersedes this one.",
  ),
  RECIPIENT_UNKNOWN: rule(
    "authorize",
    "final",
    "A recipient is not in the participant register.",
    "Use a participant id of the current register.",
  ),
  RECIPIENT_SUSPENDED: rule(
    "authorize",
    "final",
    "A recipient is suspended.",
    "Ask the secretariat, or use another channel.",
  ),
  NOT_BOUND_BY_INSTRUMENT: rule(
    "authorize",
    "final",
    "Both States are not bound by, or committed to, the instrument the message relies on.",
    "Rely on an instrument that both States apply.",
  ),
  NOT_PERMITTED: rule(
    "authorize",
    "final",
    "The sender's role may not send this kind to this recipient.",
    "Have the competent participant send it.",
  ),
  HANDLING_VIOLATION: rule(
    "authorize",
    "final",
    "The handling is weaker than what the message answers or carries.",
    "Use handling at least as strict as the request.",
  ),
  ILLEGAL_MOVE: rule(
    "authorize",
    "final",
    "The conversation does not allow this move now.",
    "Look at the state of the case and choose an allowed move.",
  ),
  NOT_YOUR_MOVE: rule(
    "authorize",
    "final",
    "The other State owns this move.",
    "Wait for its move, or send a reminder.",
  ),
  PUBLIC_SCOPE_FORBIDDEN: rule(
    "authorize",
    "final",
    "Public scope is not allowed on this exchange.",
    "Address named States or a group.",
  ),
  CLASSIFICATION_TOO_HIGH: rule(
    "authorize",
    "final",
    "The content is marked above what the exchange is accredited for.",
    "Use the channel its classification demands.",
  ),
  SEAL_BINDING: rule(
    "inbox",
    "final",
    "The sealed part was made for another message.",
    "Seal it for this header and these recipients.",
  ),
  DISCLOSED_MISMATCH: rule(
    "inbox",
    "final",
    "The body says other than the header discloses.",
    "Make the disclosed facts equal to the body.",
  ),
  NOT_ADDRESSED: rule(
    "inbox",
    "final",
    "The recipient is not among the recipients, or a part for it is missing.",
    "Address the recipient and seal a key part to it.",
  ),
  CANNOT_OPEN: rule(
    "inbox",
    "final",
    "The recipient's key does not open the message.",
    "Seal it to the recipient's current sealing key, under a new id with supersedes.",
  ),
  NOT_LOGGED: rule(
    "inbox",
    "final",
    "The dispatch carries no valid proof that the message was logged.",
    "The operator looks into the gateway; the sender does nothing.",
  ),
  BODY_INVALID: rule(
    "inbox",
    "final",
    "The body lacks a mandatory field or breaks a rule.",
    "Correct the named field and send it under a new id with supersedes.",
  ),
  UNPROCESSABLE: rule(
    "record",
    "final",
    "The gateway failed on this message again and again.",
    "Tell the operator; send it under a new message id once the cause is known.",
  ),
  REFUSED_BY_OPERATOR: rule(
    "operator",
    "final",
    "The operator has rejected the message in quarantine.",
    "Ask the operator why, then send under a new message id.",
  ),
  RECIPIENT_REMOVED: rule(
    "authorize",
    "final",
    "A recipient was removed from the exchange.",
    "Ask another participant of that State, or write it a letter.",
  ),
  REGISTER_EXPIRED: rule(
    "authorize",
    "retryable",
    "The participant register has expired, and no longer serves a message of this kind.",
    "Ask the secretariat for the next version; until then only urgent requests and answers go.",
  ),
} as const satisfies Record<string, RefusalRule>;

/** A code of the closed table. */
export type RefusalCodeName = keyof typeof REFUSALS;

/** Whether a text is a code of the closed table. */
export function isRefusalCodeName(text: string): text is RefusalCodeName {
  return Object.hasOwn(REFUSALS, text);
}

/**
 * An expected "no": a value, never thrown. `field` is a path such as `header.expires_at`, empty
 * when the message as a whole is meant; `detail` says what was found, in a few words, without
 * content of the message (TP-REF-3).
 */
export interface Refusal {
  readonly code: RefusalCodeName;
  readonly field: string;
  readonly detail: string;
}

/** Builds a refusal. */
export function refuse(code: RefusalCodeName, field = "", detail = ""): Refusal {
  return { code, field, detail };
}

/** Either a value or the refusal that took its place. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** A good outcome. */
export function accepted<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

/** A refused outcome. */
export function refused<T = never>(code: RefusalCodeName, field = "", detail = ""): Outcome<T> {
  return { ok: false, refusal: refuse(code, field, detail) };
}
