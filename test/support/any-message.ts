import fc from "fast-check";
import protobuf from "protobufjs";
import type { PlainFields } from "./contract.ts";

/** How deep messages are put into messages; deeper ones stay away. */
const DEPTH_MAX = 3;
const TEXT_CHARS_MAX = 12;
const ITEMS_MAX = 3;

/** What a generated message may hold. */
export interface AnyMessageOptions {
  /** Enum fields may hold numbers that no name stands for, as a later version would send. */
  readonly unknownValues: boolean;
}

/** Any message of a type, made from its description in the contract alone. */
export function anyMessage(
  type: protobuf.Type,
  options: AnyMessageOptions,
  depth = 0,
): fc.Arbitrary<PlainFields> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of type.fieldsArray) {
    const isMessage = field.resolvedType instanceof protobuf.Type;
    if (field.partOf !== null || (isMessage && depth >= DEPTH_MAX)) continue;
    const item = anyItem(field, options, depth);
    fields[field.name] = field.repeated
      ? fc.array(item, { maxLength: ITEMS_MAX })
      : fc.option(item, { nil: undefined });
  }
  return fc
    .tuple(fc.record(fields), ...type.oneofsArray.map((one) => anyMember(one, options, depth)))
    .map((pieces) => Object.assign({}, ...pieces) as PlainFields);
}

/** At most one member of a oneof. */
function anyMember(
  oneof: protobuf.OneOf,
  options: AnyMessageOptions,
  depth: number,
): fc.Arbitrary<PlainFields> {
  const members = oneof.fieldsArray.map((field) =>
    anyItem(field, options, depth).map((value) => ({ [field.name]: value })),
  );
  return depth >= DEPTH_MAX ? fc.constant({}) : fc.oneof(fc.constant({}), ...members);
}

function anyItem(
  field: protobuf.Field,
  options: AnyMessageOptions,
  depth: number,
): fc.Arbitrary<unknown> {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) return anyMessage(type, options, depth + 1);
  if (type instanceof protobuf.Enum) {
    const named = fc.constantFrom(...Object.values(type.values));
    return options.unknownValues ? fc.oneof(named, fc.integer()) : named;
  }
  switch (field.type) {
    case "string":
      return fc.string({ unit: "binary", maxLength: TEXT_CHARS_MAX });
    case "bytes":
      return fc.uint8Array({ maxLength: TEXT_CHARS_MAX });
    case "bool":
      return fc.boolean();
    case "int32":
      return fc.integer();
    case "uint32":
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case "int64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "uint64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "double":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    default:
      throw new TypeError(`no values are made for ${field.type} ${field.fullName}`);
  }
}
