/**
 * Bytes on their way between threads. A structured clone of a Uint8Array copies the whole memory
 * behind it, so that a digest taken from Node's buffer pool would drag 64 KiB along and a message
 * from a socket the whole chunk it came in. Views are therefore cut to size first.
 */

/** The same value in which every byte array owns exactly its bytes. Copies only what it must. */
export function compactViews<T>(value: T): T {
  return compact(value, new Map()) as T;
}

/** `copies` keeps shared arrays shared, so that a clone carries each of them once. */
function compact(value: unknown, copies: Map<Uint8Array, Uint8Array>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return compactBytes(value, copies);
  if (Array.isArray(value)) return compactArray(value, copies);
  if (value instanceof Map) return compactMap(value, copies);
  return isPlain(value) ? compactObject(value, copies) : value;
}

function compactBytes(bytes: Uint8Array, copies: Map<Uint8Array, Uint8Array>): Uint8Array {
  if (bytes.byteLength === bytes.buffer.byteLength) return bytes;
  const known = copies.get(bytes);
  if (known !== undefined) return known;
  const copy = Uint8Array.from(bytes);
  copies.set(bytes, copy);
  return copy;
}

function compactArray(list: unknown[], copies: Map<Uint8Array, Uint8Array>): unknown[] {
  let result = list;
  for (let index = 0; index < list.length; index += 1) {
    const item = compact(list[index], copies);
    if (item === list[index]) continue;
    if (result === list) result = list.slice();
    result[index] = item;
  }
  return result;
}

function compactMap(map: Map<unknown, unknown>, copies: Map<Uint8Array, Uint8Array>) {
  const entries = [...map].map(([key, item]) => [key, compact(item, copies)] as const);
  return entries.some(([key, item]) => item !== map.get(key)) ? new Map(entries) : map;
}

function compactObject(source: object, copies: Map<Uint8Array, Uint8Array>): object {
  let result: Record<string, unknown> | undefined;
  for (const [key, member] of Object.entries(source)) {
    const item = compact(member, copies);
    if (item === member) continue;
    result ??= { ...source };
    result[key] = item;
  }
  return result ?? source;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
