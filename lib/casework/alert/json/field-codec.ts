import { type TSchema, Type } from "typebox";
import type { Timestamp } from "#proto";
import { timestampMs, toTimestamp } from "#wire";
import { type NameOf, nameOf, namesOf } from "../../list-names.ts";

/** A JSON value that was held against the schema of its codec. */
export type JsonValue =
  | string
  | number
  | boolean
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };

/** How one field of the wire contract is told in JSON: its schema and both ways. */
export interface FieldCodec {
  readonly schema: TSchema;
  /** Value of an absent field. */
  readonly none: unknown;
  /** JSON that fits the schema, as a value of the contract. */
  read(json: JsonValue): unknown;
  /** A value as JSON; undefined when there is nothing to tell. */
  write(value: unknown): JsonValue | undefined;
}

/** A text; empty is absent. */
export function text(charsMax: number, description?: string): FieldCodec {
  const about = description === undefined ? {} : { description };
  return {
    schema: Type.String({ maxLength: charsMax, ...about }),
    none: "",
    read: (json) => json,
    write: (value) => (value === "" ? undefined : (value as string)),
  };
}

/** A whole number from 0; 0 is absent. */
export const count: FieldCodec = {
  schema: Type.Integer({ minimum: 0, maximum: 4_294_967_295 }),
  none: 0,
  read: (json) => json,
  write: (value) => (value === 0 ? undefined : (value as number)),
};

/** Yes or no; no is absent. */
export const flag: FieldCodec = {
  schema: Type.Boolean(),
  none: false,
  read: (json) => json,
  write: (value) => (value === true ? true : undefined),
};

/** A name of a closed list. */
export function listed<L extends Record<string, number>>(list: L): FieldCodec {
  return {
    schema: Type.Enum(namesOf(list)),
    none: 0,
    read: (json) => list[json as NameOf<L>],
    write: (value) => nameOf(list, value as L[keyof L]),
  };
}

/** A time: RFC 3339, in the years the wire holds, without leap seconds. */
export const instant: FieldCodec = {
  schema: Type.String({ format: "date-time", pattern: "^(?!000[01]|9999)(?!.{17}60)" }),
  none: undefined,
  read: (json) => toTimestamp(Date.parse(json as string)),
  write: (value) => {
    const atMs = timestampMs(value as Timestamp | undefined);
    return atMs === undefined ? undefined : new Date(atMs).toISOString();
  },
};

/** SHA-256 in hexadecimal. */
export const sha256: FieldCodec = {
  schema: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  none: new Uint8Array(),
  read: (json) => Uint8Array.from(Buffer.from(json as string, "hex")),
  write: (value) => {
    const bytes = value as Uint8Array;
    return bytes.length === 0 ? undefined : Buffer.from(bytes).toString("hex");
  },
};

/** Several of a field; none is absent. */
export function many(codec: FieldCodec, itemsMax: number): FieldCodec {
  return {
    schema: Type.Array(codec.schema, { maxItems: itemsMax }),
    none: [],
    read: (json) => (json as readonly JsonValue[]).map((item) => codec.read(item)),
    write: (value) => {
      const items = (value as readonly unknown[]).map((item) => codec.write(item) ?? "");
      return items.length === 0 ? undefined : items;
    },
  };
}

/** A message with fields of its own, all of them optional: rules say what must be there. */
export function group(fields: Readonly<Record<string, FieldCodec>>): FieldCodec {
  const optional = Object.fromEntries(
    Object.entries(fields).map(([name, { schema }]) => [name, Type.Optional(schema)]),
  );
  return {
    schema: Type.Object(optional, { additionalProperties: false }),
    none: undefined,
    read: (json) => {
      const given = json as Readonly<Record<string, JsonValue | undefined>>;
      return Object.fromEntries(
        Object.entries(fields).map(([name, codec]) => {
          const value = given[name];
          return [name, value === undefined ? codec.none : codec.read(value)];
        }),
      );
    },
    write: (value) => {
      if (value === undefined) return undefined;
      const message = value as Readonly<Record<string, unknown>>;
      const told = Object.entries(fields).flatMap(([name, codec]) => {
        const json = codec.write(message[name]);
        return json === undefined ? [] : [[name, json] as const];
      });
      return Object.fromEntries(told);
    },
  };
}
