import { constants, fstatSync, openSync, readvSync, writevSync } from "node:fs";
import { crc32 } from "node:zlib";
import { TracepostError } from "#errors";
import type { BodyGroup, BodyPlace } from "#runtime";

/**
 * A body file is bodies one behind the other, each in a frame: 4 bytes `TPB1`, size of the body
 * (4 bytes), its CRC-32 (4), number of its row (8), all big-endian, then the body. A body that was
 * erased is zeros, frame and all.
 */
export const FRAME_BYTES = 20;
const MAGIC = 0x54_50_42_31;
const PRIVATE_MODE = 0o600;
const NAME = /^[a-z0-9-]+-\d{4}-\d\d-\d+\.body$/u;
const LABEL = /^[a-z0-9-]{1,40}$/u;
const MONTH = /^\d{4}-\d\d$/u;

/** Folder of the body files of a store. */
export function bodyFolder(storeFile: string): string {
  return `${storeFile}.bodies`;
}

/** Name of a body file: group and number. */
export function bodyName({ label, month }: BodyGroup, file: number): string {
  return `${label}-${month}-${file}.body`;
}

/** Whether a name is one of a body file. */
export function isBodyName(name: string): boolean {
  return NAME.test(name);
}

/** A group as it may stand in a name. */
export function safeGroup({ label, month }: BodyGroup): BodyGroup {
  if (!MONTH.test(month)) throw new TracepostError("STORE", `"${month}" is no month of a body`);
  return { label: LABEL.test(label) ? label : "other", month };
}

/** Opens a body file for the owner alone, making it when it is absent. */
export function openBodyFile(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_CREAT, PRIVATE_MODE);
}

/** Writes a body with its frame; returns the first byte behind it. */
export function writeBody(fd: number, at: number, key: number, content: Uint8Array): number {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.writeUInt32BE(MAGIC, 0);
  frame.writeUInt32BE(content.length, 4);
  frame.writeUInt32BE(crc32(content), 8);
  frame.writeBigUInt64BE(BigInt(key), 12);
  const pieces = [frame, content];
  const size = FRAME_BYTES + content.length;
  // A full disk may take a part without a fault.
  for (let done = 0; done < size; ) {
    const rest = done === 0 ? pieces : [Buffer.concat(pieces).subarray(done)];
    done += writevSync(fd, rest, at + done);
  }
  return at + size;
}

/** Reads a body; text says why there is none (TP-STORE-12). */
export function readBody(fd: number, place: BodyPlace, key: number): Uint8Array | string {
  const { at, bytes } = place;
  const size = fstatSync(fd).size;
  const isInside = at >= 0 && bytes >= 0 && at + FRAME_BYTES + bytes <= size;
  if (!isInside) return `ends before the body at byte ${at}`;
  const frame = Buffer.alloc(FRAME_BYTES);
  const content = new Uint8Array(bytes);
  const read = readvSync(fd, [frame, content], at);
  if (read < FRAME_BYTES + bytes) return `ends before the body at byte ${at}`;
  const isFrame = frame.readUInt32BE(0) === MAGIC && frame.readUInt32BE(4) === bytes;
  if (!isFrame || frame.readBigUInt64BE(12) !== BigInt(key)) {
    return `has another body at byte ${at} than row ${key} says`;
  }
  if (frame.readUInt32BE(8) !== crc32(content)) return `is garbled in the body at byte ${at}`;
  return content;
}
