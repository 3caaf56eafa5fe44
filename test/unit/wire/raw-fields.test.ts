import { describe, expect, it } from "vitest";
import { Envelope, Header, Signature } from "#proto";
import { bytesFieldIn, encodeMessage, equalBytes, isKeyPart, keyPartOf } from "#wire";
import { countFields } from "../../../lib/wire/field-count.ts";

/** A field of bytes by hand: tag, length, content. */
const field = (number: number, content: readonly number[]): number[] => [
  number * 8 + 2,
  content.length,
  ...content,
];
const bytes = (...pieces: readonly number[][]): Uint8Array => Uint8Array.from(pieces.flat());
const VARINT = [2 * 8, 0x96, 0x01];
const FIXED64 = [3 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8];
const FIXED32 = [4 * 8 + 5, 1, 2, 3, 4];
const found = (input: Uint8Array, number = 1): number[] => [...bytesFieldIn(input, number)];

describe("a field looked up without decoding the message (TP-WIRE-1)", () => {
  it("is found among fields of every wire type", () => {
    const input = bytes(VARINT, FIXED64, FIXED32, field(1, [7, 8]), field(5, [9]));
    expect(found(input)).toEqual([7, 8]);
    expect(found(input, 5)).toEqual([9]);
    expect(found(input, 2)).toEqual([]);
    expect(found(input, 6)).toEqual([]);
  });

  it("is the last one where there are several, as decoders take it", () => {
    expect(found(bytes(field(1, [1]), field(5, []), field(1, [2])))).toEqual([2]);
    const { header } = Envelope.decode(bytes(field(1, [1]), field(1, [2])));
    expect([...header]).toEqual([2]);
  });

  it("is a view, also at the very end and of no length", () => {
    const input = bytes(field(1, [1, 2]));
    expect(bytesFieldIn(input, 1).buffer).toBe(input.buffer);
    expect(found(bytes(field(1, [])))).toEqual([]);
    expect(found(bytes())).toEqual([]);
  });

  it.each([
    ["a length beyond the end", [10, 5, 1]],
    ["a number without an end", [16, 0x80, 0x80]],
    ["a number of eleven bytes", [16, ...Array<number>(11).fill(0x80), 1]],
    ["the field number 0", [0, 1]],
    ["a group", [11, 12]],
    ["a wire type that does not exist", [14, 1]],
    ["eight bytes cut off", FIXED64.slice(0, -1)],
    ["four bytes cut off", FIXED32.slice(0, -1)],
  ])("behind %s is not looked at; what stood before is kept", (_, damage) => {
    expect(found(bytes(field(1, [1]), damage, field(1, [2])))).toEqual([1]);
    expect(found(bytes(damage, field(1, [2])))).toEqual([]);
    expect(countFields(bytes(field(1, [1]), damage), 5)).toBeUndefined();
  });

  it("of a length in two bytes is found whole", () => {
    const content = Array.from({ length: 300 }, (_, n) => n % 251);
    expect(found(bytes([10, 0xac, 0x02, ...content]))).toEqual(content);
  });

  it("is counted, up to the highest number that is asked for", () => {
    const input = bytes(field(1, [1]), VARINT, FIXED64, FIXED32, field(1, []), field(7, []));
    expect([...(countFields(input, 4) ?? [])]).toEqual([0, 2, 1, 1, 1]);
    expect([...(countFields(bytes(), 1) ?? [])]).toEqual([0, 0]);
  });
});

describe("encoding", () => {
  it("of a message that cannot be encoded leaves nothing before the next one", () => {
    const wrong = Header.create({ messageId: "half", registerVersion: 2n ** 65n });
    expect(() => encodeMessage(Header, wrong)).toThrow();
    const signature = { keyId: "k", value: Uint8Array.of(1, 2) };
    const after = Buffer.from(encodeMessage(Signature, signature));
    expect(after).toEqual(Buffer.from(Signature.encode(signature).finish()));
  });

  it("is compared by all of its bytes", () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(), Uint8Array.of())).toBe(true);
  });
});

describe("parts (TP-WIRE-13)", () => {
  it("of content have a key part each, and only those are key parts", () => {
    expect(keyPartOf("body")).toBe("key");
    expect(keyPartOf("persons")).toBe("key/persons");
    expect(["key", "key/persons", "body", "persons", ""].map(isKeyPart)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
