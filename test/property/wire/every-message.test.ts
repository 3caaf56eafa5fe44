import type { BinaryWriter } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import protobuf from "protobufjs";
import { beforeAll, describe, expect, it } from "vitest";
import * as generated from "#proto";
import { decodeExactly } from "#wire";
import { anyMessage } from "../../support/any-message.ts";
import { type Contract, loadContract } from "../../support/contract.ts";

const RUNS_EACH = 60;

type Fields = Readonly<Record<string, unknown>>;

/** What the generated code offers for every message. */
interface Codec {
  encode(message: Fields, writer?: BinaryWriter): BinaryWriter;
  decode(bytes: Uint8Array): Fields;
}

/** The generated code of a message, by its name in the contract. */
function codecOf(name: string): Codec {
  const codec = (generated as unknown as Record<string, Codec | undefined>)[name];
  if (codec === undefined) throw new TypeError(`no generated code for ${name}`);
  return codec;
}

/** What the generated code has read, as reflection shows it: named enums, numbers as text. */
function asReflected(type: protobuf.Type, message: Fields): Fields {
  const shown: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const value = fieldValue(field, message);
    if (isThere(field, value)) {
      shown[field.name] = Array.isArray(value)
        ? value.map((one) => itemAsReflected(field, one))
        : itemAsReflected(field, value);
    }
  }
  return shown;
}

/** The value of a field; members of a oneof lie under its name, with the name of the member. */
function fieldValue(field: protobuf.Field, message: Fields): unknown {
  if (field.partOf === null || isOptional(field)) return message[field.name];
  const member = message[field.partOf.name] as { $case: string; value: unknown } | undefined;
  return member?.$case === field.name ? member.value : undefined;
}

/** A single field that may be absent: protobufjs makes a oneof of it alone. */
function isOptional({ options }: protobuf.Field): boolean {
  return options?.proto3_optional === true;
}

function isThere(field: protobuf.Field, value: unknown): boolean {
  if (value === undefined) return false;
  if (field.repeated || value instanceof Uint8Array) return (value as unknown[]).length > 0;
  if (isOptional(field) || Number.isNaN(value)) return true;
  return field.resolvedType instanceof protobuf.Type || Boolean(value);
}

function itemAsReflected(field: protobuf.Field, value: unknown): unknown {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) return asReflected(type, value as Fields);
  if (type instanceof protobuf.Enum) return type.valuesById[value as number] ?? value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  return typeof value === "bigint" ? String(value) : value;
}

/** Bytes as Buffer, however deep, so that they compare equal. */
function withBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map(withBuffers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withBuffers(one)]));
}

describe("every message of the contract, with values no name stands for too", () => {
  let contract: Contract;

  beforeAll(async () => {
    contract = await loadContract("camelCase");
  });

  /** Checks a number of messages of each type, encoded by protobufjs. */
  function forEveryMessage(check: (type: protobuf.Type, bytes: Uint8Array) => void): void {
    expect(contract.types.size).toBeGreaterThan(40);
    for (const [name, type] of contract.types) {
      const any = anyMessage(type, { unknownValues: true });
      const property = fc.property(any, (fields) => check(type, contract.encode(name, fields)));
      fc.assert(property, { numRuns: RUNS_EACH });
    }
  }

  it("is written again by the generated code byte for byte", () => {
    forEveryMessage(({ name }, bytes) => {
      const codec = codecOf(name);
      const message = decodeExactly(codec, bytes);
      if (message === undefined) throw new TypeError(`${name} is not decoded exactly`);
      expect(Buffer.from(codec.encode(message).finish()).equals(bytes)).toBe(true);
    });
  });

  it("holds the same values for the generated code and for reflection", () => {
    forEveryMessage((type, bytes) => {
      const read = asReflected(type, codecOf(type.name).decode(bytes));
      expect(read).toEqual(withBuffers(contract.decode(type.name, bytes)));
    });
  });

  it("is, wherever it is changed, refused or still read the same by both", () => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 1 }), fc.uint8Array({ maxLength: 3 }));
    let accepted = 0;
    for (const [name, type] of contract.types) {
      const any = anyMessage(type, { unknownValues: true });
      const property = fc.property(any, change, (fields, [place, removed, added]) => {
        const bytes = contract.encode(name, fields);
        const at = place % (bytes.length + 1);
        const changed = Buffer.concat([bytes.slice(0, at), added, bytes.slice(at + removed)]);
        const message = decodeExactly(codecOf(name), changed);
        if (message === undefined) return;
        accepted += 1;
        const read = asReflected(type, message);
        expect(read).toEqual(withBuffers(contract.decode(name, changed)));
      });
      fc.assert(property, { numRuns: RUNS_EACH });
    }
    expect(accepted).toBeGreaterThan(0);
  });
});
