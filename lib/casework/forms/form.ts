import type { SubjectKind } from "#proto";

/** What a field of a form takes. */
export type FormFieldKind =
  | "code"
  | "codes"
  | "state"
  | "date"
  | "number"
  | "flag"
  | "mark"
  | "text";

/** One field of a form, in the order in which an officer meets it. */
export interface FormField {
  /** Path in the body of `POST /v1/traces`; `*` stands for the items of a list. */
  readonly path: string;
  readonly label: string;
  readonly kind: FormFieldKind;
  /** Whether the request is refused without it. */
  readonly core: boolean;
  /** Whether UNKNOWN is an answer. */
  readonly unknown?: boolean;
  /** Codes of a closed list. */
  readonly codes?: readonly string[];
  /** What a made-up request has here. */
  readonly example: unknown;
}

/** A form for one kind of subject (TP-REQ-10): data, from which screens and files are made. */
export interface Form {
  readonly name: string;
  readonly title: string;
  readonly subjectKind: keyof typeof SubjectKind;
  readonly fields: readonly FormField[];
}
