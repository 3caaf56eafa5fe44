import type { PlainFields } from "../../support/contract.ts";

/** A body that is refused: what it is, the code and field, and its fields or bytes. */
export type Row = readonly [
  name: string,
  code: string,
  field: string,
  body: PlainFields | Uint8Array,
];
