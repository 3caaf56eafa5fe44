import { crc32 } from "./crc32.ts";
import { demand } from "./untrue.ts";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** 1980-01-01, midnight: what every file of an evidence file is dated. */
const DATED = 0x00210000;

/**
 * The files of a ZIP file in which nothing is compressed, read from its end as APPNOTE has it, with
 * every field at its one value: whatever is changed in it is seen.
 */
export function storedFiles(zip: Buffer): Map<string, Buffer> {
  demand(zip.length >= END_BYTES, "the file is too short to be a ZIP file");
  const end = zip.length - END_BYTES;
  demand(zip.readUInt32LE(end) === END, "the ZIP file does not end where it should");
  demand(zip.readUInt32LE(end + 4) === 0, "the ZIP file has several parts");
  const count = zip.readUInt16LE(end + 10);
  demand(zip.readUInt16LE(end + 8) === count, "the ZIP file contradicts its number of files");
  demand(zip.readUInt16LE(end + 20) === 0, "the ZIP file has a comment");
  const start = zip.readUInt32LE(end + 16);
  demand(start + zip.readUInt32LE(end + 12) === end, "the directory is not where it should be");
  const files = new Map<string, Buffer>();
  let at = start;
  let offset = 0;
  let before = "";
  for (let n = 0; n < count; n += 1) {
    demand(at + CENTRAL_BYTES <= end, "the directory is cut off");
    demand(zip.readUInt32LE(at) === CENTRAL, "the directory has no entry where it should");
    const head = zip.subarray(at + 6, at + 32);
    const nameBytes = head.readUInt16LE(22);
    const name = zip.toString("latin1", at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
    demand(zip.readUInt16LE(at + 4) === 20, `${name} was made by another version`);
    demand(zip.subarray(at + 32, at + 42).equals(Buffer.alloc(10)), `${name} has attributes`);
    demand(zip.readUInt32LE(at + 42) === offset, `${name} is not where the directory says`);
    demand(name > before, `${name} is out of order or there twice`);
    const content = localFile(zip, offset, { head, name });
    files.set(name, content);
    offset += LOCAL_BYTES + nameBytes + content.length;
    at += CENTRAL_BYTES + nameBytes;
    before = name;
  }
  demand(at === end && offset === start, "the ZIP file holds bytes of no file");
  return files;
}

/** The file itself, whose own head says the same as the directory. */
function localFile(
  zip: Buffer,
  offset: number,
  { head, name }: { readonly head: Buffer; readonly name: string },
): Buffer {
  demand(offset + LOCAL_BYTES <= zip.length, `${name} is cut off`);
  demand(zip.readUInt32LE(offset) === LOCAL, `${name} has no head`);
  const own = zip.subarray(offset + 4, offset + LOCAL_BYTES);
  demand(own.equals(head.subarray(0, own.length)), `${name} has two heads that differ`);
  const from = offset + LOCAL_BYTES;
  const ownName = zip.toString("latin1", from, from + name.length);
  demand(ownName === name, `${name} has two names`);
  demand(head.readUInt16LE(0) === 20 && head.readUInt16LE(2) === 0, `${name} has flags`);
  demand(head.readUInt16LE(4) === 0, `${name} is compressed`);
  demand(head.readUInt32LE(6) === DATED, `${name} has a date`);
  const size = head.readUInt32LE(14);
  demand(head.readUInt32LE(18) === size && head.readUInt16LE(24) === 0, `${name} has two sizes`);
  const content = zip.subarray(from + name.length, from + name.length + size);
  demand(content.length === size, `${name} is cut off`);
  demand(head.readUInt32LE(10) === crc32(content), `${name} has another checksum`);
  return content;
}
