/** Where in the bag each thing lies. */
import { EVIDENCE_LIMITS, LOG_LIMITS } from "#runtime";
import { keyIdOf } from "#trust";
import { textOf } from "./bag.ts";
import type { BagFiles } from "./container.ts";
import type {
  EvidenceContent,
  EvidenceDisposal,
  EvidenceMessage,
  EvidenceReceipt,
  EvidenceRenewal,
  EvidenceTimestamp,
  EvidenceVersion,
} from "./evidence-content.ts";
import { notEvidence } from "./evidence-fault.ts";

const { messagesMax, receiptsMax } = EVIDENCE_LIMITS;
/** The page that people read; made from the rest. */
export const SUMMARY = "summary.html";
/** Digits of a number in a path: as many as `messagesMax` and `receiptsMax` have. */
const DIGITS = 3;

/** Name of the first, second and so on of a folder. */
export function numbered(at: number): string {
  return String(at + 1).padStart(DIGITS, "0");
}

/** Everything but the summary, by its path. */
export function payloadOf(content: EvidenceContent): BagFiles {
  const files = new Map<string, Uint8Array>();
  const put = (path: string, bytes: Uint8Array, proof: string | undefined): void => {
    files.set(`${path}.bin`, bytes);
    if (proof !== undefined) files.set(`${path}.tlog-proof`, Buffer.from(proof));
  };
  for (const key of content.rootKeys) put(`roots/${keyIdOf(key)}`, key, undefined);
  for (const one of content.registers) put(`registers/${one.version}`, one.bytes, one.proof);
  for (const one of content.policies) put(`policies/${one.version}`, one.bytes, one.proof);
  for (const [at, { bytes, opened, proof }] of content.disposals.entries()) {
    put(`disposals/${numbered(at)}`, bytes, proof);
    put(`disposals/${numbered(at)}.opened`, opened, undefined);
  }
  for (const [at, { proof, signed }] of content.renewals.entries()) {
    put(`renewals/${numbered(at)}`, signed, proof);
  }
  for (const [at, stamp] of content.timestamps.entries()) {
    const path = `timestamps/${numbered(at)}`;
    files.set(`${path}.checkpoint`, Buffer.from(stamp.checkpoint));
    files.set(`${path}.tst`, stamp.token);
    files.set(`${path}.root.der`, stamp.root);
    files.set(`${path}.consistency`, Buffer.from(hashLines(stamp.consistency)));
  }
  for (const [index, proof] of content.renewed) put(`renewed/${index}`, proof, undefined);
  for (const [at, message] of content.messages.entries()) {
    const folder = `messages/${numbered(at)}`;
    put(`${folder}/message`, message.envelope, message.proof);
    for (const [n, { envelope, proof }] of message.receipts.entries()) {
      put(`${folder}/receipts/${numbered(n)}`, envelope, proof);
    }
    for (const [n, proof] of message.endings.entries()) {
      files.set(`${folder}/endings/${numbered(n)}.tlog-proof`, Buffer.from(proof));
    }
  }
  return files;
}

/** Reads what {@link payloadOf} laid out, and finds every file a place. Throws VERIFICATION. */
export function contentIn(
  payload: BagFiles,
  about: Pick<EvidenceContent, "subject" | "madeAtMs">,
): EvidenceContent {
  const files = new Reader(payload);
  files.text(SUMMARY);
  const content = {
    ...about,
    rootKeys: files.names("roots", /^[0-9a-f]{32}$/).map((id) => files.bytes(`roots/${id}.bin`)),
    registers: versionsIn(files, "registers"),
    policies: versionsIn(files, "policies"),
    messages: rowIn("messages", (path) => messageIn(files, path)),
    disposals: rowIn("disposals", (path) => disposalIn(files, path)),
    renewals: rowIn("renewals", (path) => renewalIn(files, path)),
    renewed: new Map(
      files
        .names("renewed", /^(0|[1-9][0-9]{0,14})$/)
        .map((index) => [Number(index), files.bytes(`renewed/${index}.bin`)]),
    ),
    timestamps: rowIn("timestamps", (path) => timestampIn(files, path)),
  };
  files.checkAllRead();
  if (content.messages.length === 0) throw notEvidence("data/messages", "are missing");
  if (content.registers.length === 0) throw notEvidence("data/registers", "are missing");
  return content;
}

function versionsIn(files: Reader, folder: string): EvidenceVersion[] {
  return files
    .names(folder, /^[1-9][0-9]{0,14}$/)
    .map(Number)
    .toSorted((one, other) => one - other)
    .map((version) => {
      const path = `${folder}/${version}`;
      return { version, bytes: files.bytes(`${path}.bin`), proof: files.proof(path) };
    });
}

function messageIn(files: Reader, path: string): EvidenceMessage | undefined {
  if (!files.has(`${path}/message.bin`)) return undefined;
  return {
    envelope: files.bytes(`${path}/message.bin`),
    proof: files.text(`${path}/message.tlog-proof`),
    receipts: rowIn(`${path}/receipts`, (at) => receiptIn(files, at), receiptsMax),
    endings: rowIn(`${path}/endings`, (at) => files.proof(at), receiptsMax),
  };
}

function receiptIn(files: Reader, path: string): EvidenceReceipt | undefined {
  if (!files.has(`${path}.bin`)) return undefined;
  return { envelope: files.bytes(`${path}.bin`), proof: files.proof(path) };
}

function disposalIn(files: Reader, path: string): EvidenceDisposal | undefined {
  if (!files.has(`${path}.bin`)) return undefined;
  return {
    bytes: files.bytes(`${path}.bin`),
    opened: files.bytes(`${path}.opened.bin`),
    proof: files.text(`${path}.tlog-proof`),
  };
}

function renewalIn(files: Reader, path: string): EvidenceRenewal | undefined {
  if (!files.has(`${path}.bin`)) return undefined;
  return { signed: files.bytes(`${path}.bin`), proof: files.text(`${path}.tlog-proof`) };
}

function timestampIn(files: Reader, path: string): EvidenceTimestamp | undefined {
  if (!files.has(`${path}.tst`)) return undefined;
  return {
    checkpoint: files.text(`${path}.checkpoint`),
    token: files.bytes(`${path}.tst`),
    root: files.bytes(`${path}.root.der`),
    consistency: hashesIn(files.text(`${path}.consistency`), `data/${path}.consistency`),
  };
}

/** Hashes of a proof in base64, one on each line; none: an empty file. */
function hashLines(hashes: readonly Uint8Array[]): string {
  return hashes.map((hash) => `${Buffer.from(hash).toString("base64")}\n`).join("");
}

function hashesIn(text: string, place: string): Uint8Array[] {
  const lines = text.split("\n").slice(0, -1);
  const hashes = lines.map((line) => Buffer.from(line, "base64"));
  const isProof = hashes.length <= LOG_LIMITS.consistencyHashesMax && hashLines(hashes) === text;
  if (!isProof) throw notEvidence(place, "is no row of hashes");
  return hashes;
}

/** What lies at 001, 002 and so on, up to the first that is not there. */
function rowIn<T>(
  folder: string,
  read: (path: string) => T | undefined,
  most: number = messagesMax,
): T[] {
  const row: T[] = [];
  for (let at = 0; at < most; at += 1) {
    const one = read(`${folder}/${numbered(at)}`);
    if (one === undefined) break;
    row.push(one);
  }
  return row;
}

/** Hands files out, and knows which ones nobody has asked for. */
class Reader {
  readonly #payload: BagFiles;
  readonly #unread: Set<string>;

  constructor(payload: BagFiles) {
    this.#payload = payload;
    this.#unread = new Set(payload.keys());
  }

  has(path: string): boolean {
    return this.#payload.has(path);
  }

  bytes(path: string): Uint8Array {
    const bytes = this.#payload.get(path);
    if (bytes === undefined) throw notEvidence(`data/${path}`, "is missing");
    this.#unread.delete(path);
    return bytes;
  }

  text(path: string): string {
    return textOf(this.bytes(path), `data/${path}`);
  }

  /** The proof beside a file, if there is one. */
  proof(path: string): string | undefined {
    return this.has(`${path}.tlog-proof`) ? this.text(`${path}.tlog-proof`) : undefined;
  }

  /** Names of the `.bin` files of a folder that are of a form, in order. */
  names(folder: string, form: RegExp): string[] {
    const start = `${folder}/`;
    return [...this.#payload.keys()]
      .filter((path) => path.startsWith(start) && path.endsWith(".bin"))
      .map((path) => path.slice(start.length, -".bin".length))
      .filter((name) => form.test(name))
      .toSorted();
  }

  checkAllRead(): void {
    const [unread] = this.#unread;
    if (unread !== undefined)
      throw notEvidence(`data/${unread}`, "has no place in an evidence file");
  }
}
