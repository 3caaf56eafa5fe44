import { type TProperties, Type } from "typebox";

/** What every configuration of a witness says. */
export const WITNESS_SETTINGS = {
  /** Name of the key in signature lines, such as witness.example/w1. */
  name: Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$" }),
  /** Private key, made at the first start; its public key goes to the secretariat. */
  keyFile: Type.String({ minLength: 1 }),
} as const satisfies TProperties;
