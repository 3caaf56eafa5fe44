import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

/** The contract as it is shipped; nothing here knows the code generated from it. */
const PROTO_FOLDER = new URL("../../proto/", import.meta.url);
const FILES = [
  "log",
  "monitor",
  "receipt",
  "register",
  "reply",
  "follow_up",
  "notice",
  "alert",
].map((name) => `tracepost/v1/${name}.proto`);
const PACKAGE = "tracepost.v1";
const TIMESTAMP = "google.protobuf.Timestamp";
const NANOS_DIGITS = 9;
const MS_PER_SECOND = 1_000;

/** A decoded field or message, in what JSON can hold. */
export type PlainValue = string | number | boolean | PlainValue[] | PlainMessage;

/** A decoded message by the field names of its .proto file; fields that are not set are absent. */
export interface PlainMessage {
  readonly [field: string]: PlainValue;
}

/** A decoded message as protobufjs holds it: `bytes` as Uint8Array, messages as the same. */
export type Fields = Readonly<Record<string, unknown>>;

/** Reads messages of tracepost.v1 without generated code, from the .proto files alone. */
export interface Reflection {
  /** Whether the contract has a message of this name, given without the package. */
  knows(name: string): boolean;
  /** Decodes bytes as a message of this name; undefined if they are none. */
  decode(name: string, bytes: Uint8Array): Fields | undefined;
  /** The same message in what JSON can hold: names for enums, hex for bytes, RFC 3339 for times. */
  plain(name: string, message: Fields): PlainMessage;
}

/** Loads the .proto files. Rejects with what protobufjs says when they are missing or damaged. */
export async function loadReflection(): Promise<Reflection> {
  const root = new protobuf.Root();
  const resolveBundled = root.resolvePath.bind(root);
  root.resolvePath = (origin, target) =>
    target.startsWith("tracepost/")
      ? fileURLToPath(new URL(target, PROTO_FOLDER))
      : resolveBundled(origin, target);
  // keepCase: fields keep the names of the contract, which refusals use as well.
  await root.load(FILES, { keepCase: true });
  root.resolveAll();
  const typeOf = (name: string): protobuf.Type => root.lookupType(`${PACKAGE}.${name}`);
  return {
    knows: (name) => root.lookup(`${PACKAGE}.${name}`) instanceof protobuf.Type,
    decode: (name, bytes) => {
      try {
        return typeOf(name).decode(bytes) as unknown as Fields;
      } catch {
        // Not this message: the caller says so in its own words.
        return undefined;
      }
    },
    plain: (name, message) => plainMessage(typeOf(name), message),
  };
}

function plainMessage(type: protobuf.Type, message: Fields): PlainMessage {
  const plain: Record<string, PlainValue> = {};
  for (const field of type.fieldsArray) {
    // Fields that were not on the wire are found on the prototype only.
    if (!Object.hasOwn(message, field.name)) continue;
    const value = message[field.name];
    if (Array.isArray(value)) {
      if (value.length > 0) plain[field.name] = value.map((one) => plainValue(field, one));
    } else if (value !== undefined && value !== null) {
      plain[field.name] = plainValue(field, value);
    }
  }
  return plain;
}

function plainValue(field: protobuf.Field, value: unknown): PlainValue {
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) return enumName(type, value as number);
  if (type instanceof protobuf.Type) {
    const message = value as Fields;
    return type.fullName === `.${TIMESTAMP}` ? isoTime(message) : plainMessage(type, message);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "string" || typeof value === "boolean") return value;
  // 64-bit numbers: as a number where that is exact, else as decimal text.
  const text = String(value);
  return Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

/** `TRACE_REQUEST` for KIND_TRACE_REQUEST of Kind; the number as text when it has no name. */
function enumName(type: protobuf.Enum, value: number): string {
  const name = type.valuesById[value];
  if (name === undefined) return `unknown value ${value}`;
  const prefix = `${type.name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toUpperCase()}_`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** RFC 3339 in UTC, with as many decimals as there are; seconds and nanos when out of range. */
function isoTime(message: Fields): string {
  const seconds = Number(String(message.seconds ?? 0));
  const nanos = Number(message.nanos ?? 0);
  const date = new Date(seconds * MS_PER_SECOND);
  if (Number.isNaN(date.getTime()) || nanos < 0) return `${seconds} s and ${nanos} ns`;
  const decimals = String(nanos).padStart(NANOS_DIGITS, "0").replace(/0+$/, "");
  return date.toISOString().replace(/\.000Z$/, decimals === "" ? "Z" : `.${decimals}Z`);
}
