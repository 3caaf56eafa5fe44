import type { CustomTypesConfig } from "pg";
import { TracepostError } from "#errors";
import type { SqlValue } from "#runtime";

/** Numbers of PostgreSQL's types, as its catalogue has them. */
const TYPE = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, float4: 700, float8: 701 };
const NUMERIC = 1700;

const PARSERS: ReadonlyMap<number, (text: string) => SqlValue> = new Map<
  number,
  (text: string) => SqlValue
>([
  [TYPE.bool, (text: string) => (text === "t" ? 1 : 0)],
  [TYPE.bytea, bytesOf],
  [TYPE.int8, wholeOf],
  [TYPE.int2, Number],
  [TYPE.int4, Number],
  [TYPE.float4, Number],
  [TYPE.float8, Number],
  // What a sum of integers is: whole, unless somebody divided.
  [NUMERIC, (text: string) => (/^-?\d+$/.test(text) ? wholeOf(text) : Number(text))],
]);

/** How values come: as from SQLite, so integers as number unless too large, true as 1. */
export const STORE_TYPES: CustomTypesConfig = {
  getTypeParser: (oid: number) => PARSERS.get(oid) ?? ((text: string) => text),
};

function wholeOf(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** `\x…` in hexadecimal; a plain array, because parts of a Buffer would share its memory. */
function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.from(text.slice(2), "hex");
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What a parameter is, in a statement that says so: PostgreSQL would guess from what is around. */
export function castOf(param: SqlValue): string {
  if (typeof param === "string") return "::text";
  if (typeof param === "bigint") return "::bigint";
  if (param instanceof Uint8Array) return "::bytea";
  if (typeof param === "number" && Number.isSafeInteger(param)) return "::bigint";
  if (typeof param === "number" && Number.isFinite(param)) return "::double precision";
  throw new TracepostError("STORE", "a parameter is not a finite number");
}
