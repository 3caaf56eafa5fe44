import { demand } from "./untrue.ts";

const WIRE_VARINT = 0;
const WIRE_BYTES = 2;

/** The fields of one message as they lie on the wire; proto3 defaults where there are none. */
export class Fields {
  readonly #numbers = new Map<number, bigint[]>();
  readonly #bytes = new Map<number, Buffer[]>();

  constructor(message: Uint8Array) {
    const rest = new Cursor(Buffer.from(message));
    while (!rest.atEnd) {
      const tag = Number(rest.varint());
      const field = tag >>> 3;
      if ((tag & 7) === WIRE_VARINT) add(this.#numbers, field, rest.varint());
      else {
        demand((tag & 7) === WIRE_BYTES, `field ${field} has a wire type that is not used`);
        add(this.#bytes, field, rest.take(Number(rest.varint())));
      }
    }
  }

  number(field: number): bigint {
    return this.#numbers.get(field)?.at(-1) ?? 0n;
  }

  bytes(field: number): Buffer {
    return this.#bytes.get(field)?.at(-1) ?? Buffer.alloc(0);
  }

  text(field: number): string {
    return this.bytes(field).toString("utf8");
  }

  all(field: number): readonly Buffer[] {
    return this.#bytes.get(field) ?? [];
  }

  /** Every message of a repeated field. */
  messages(field: number): readonly Fields[] {
    return this.all(field).map((one) => new Fields(one));
  }

  /** The message of a field; undefined when it is absent. */
  message(field: number): Fields | undefined {
    return this.messages(field).at(-1);
  }
}

/** Reads a buffer from its start. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Buffer {
    demand(this.#at + length <= this.#bytes.length, "a field is longer than its message");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte = 0] = this.take(1);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    demand(false, "a number has more than ten bytes");
    return value;
  }
}

function add<T>(lists: Map<number, T[]>, field: number, value: T): void {
  const list = lists.get(field) ?? [];
  list.push(value);
  lists.set(field, list);
}
