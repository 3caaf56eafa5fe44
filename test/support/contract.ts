import { join } from "node:path";
import protobuf from "protobufjs";
import { REPOSITORY } from "./source-files.ts";

/**
 * A message as plain values: enums by full name, 64-bit numbers as decimal text, bytes as bytes.
 */
export type PlainFields = Readonly<Record<string, unknown>>;

/** The wire contract read from its .proto files by protobufjs: nothing of ours has a part in it. */
export interface Contract {
  /** Encodes in field order and without defaults, as every canonical encoder does. */
  encode(message: string, fields: PlainFields): Uint8Array;
  /** Decodes; throws what protobufjs throws. Fields that are not on the wire are absent. */
  decode(message: string, bytes: Uint8Array): PlainFields;
  /** Every message of the contract, by its name without the package. */
  readonly types: ReadonlyMap<string, protobuf.Type>;
}

/** Loads the contract. Field names are those of the .proto files, or camelCase when asked for. */
export async function loadContract(names: "snake_case" | "camelCase"): Promise<Contract> {
  const root = new protobuf.Root();
  const bundled = root.resolvePath.bind(root);
  root.resolvePath = (origin, target) =>
    target.startsWith("tracepost/") ? join(REPOSITORY, "proto", target) : bundled(origin, target);
  const files = [
    "log",
    "monitor",
    "receipt",
    "register_bundle",
    "reply",
    "follow_up",
    "notice",
    "alert",
  ];
  await root.load(
    files.map((file) => `tracepost/v1/${file}.proto`),
    { keepCase: names === "snake_case" },
  );
  root.resolveAll();
  const typeOf = (message: string): protobuf.Type => root.lookupType(`tracepost.v1.${message}`);
  const types = (root.lookup("tracepost.v1") as protobuf.Namespace).nestedArray.filter(
    (one) => one instanceof protobuf.Type,
  );
  return {
    types: new Map(types.map((type) => [type.name, type])),
    encode: (message, fields) => {
      const type = typeOf(message);
      return type.encode(type.fromObject(withoutDefaults(type, fields))).finish();
    },
    decode: (message, bytes) => {
      const type = typeOf(message);
      const toText = { longs: String, enums: String };
      return type.toObject(type.decode(bytes), toText) as PlainFields;
    },
  };
}

/** Leaves out what proto3 does not write: empty texts and bytes, zero, false, UNSPECIFIED. */
function withoutDefaults(type: protobuf.Type, fields: PlainFields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = type.fields[name];
    if (field === undefined) throw new TypeError(`${type.name} has no field ${name}`);
    if (value === undefined) continue;
    if (field.repeated) {
      kept[name] = (value as unknown[]).map((one) => plainItem(field, one));
    } else if (field.resolvedType instanceof protobuf.Type || !isDefault(field, value)) {
      kept[name] = plainItem(field, value);
    }
  }
  return kept;
}

function plainItem(field: protobuf.Field, value: unknown): unknown {
  if (field.resolvedType instanceof protobuf.Type) {
    return withoutDefaults(field.resolvedType, value as PlainFields);
  }
  return typeof value === "bigint" ? String(value) : value;
}

function isDefault(field: protobuf.Field, value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  if (field.resolvedType instanceof protobuf.Enum) {
    return value === 0 || field.resolvedType.values[String(value)] === 0;
  }
  return field.type === "string" ? value === "" : !value || String(value) === "0";
}
