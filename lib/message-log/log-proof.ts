/** Proofs as files (https://c2sp.org/tlog-proof): checked offline by anybody (TP-LOG-10). */
import { accepted, type Outcome, refused } from "#errors";
import { LOG_LIMITS } from "#runtime";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { parseDecimal } from "./decimal.ts";
import { isHash } from "./hashing.ts";

const TITLE = "c2sp.org/tlog-proof@v1";
const EXTRA = "extra ";
const INDEX = "index ";

/** That something stands in a log, with all that is needed to check it but the log's key. */
export interface LogProof {
  /** Zero-based index of the leaf. */
  readonly index: number;
  /** RFC 6962 audit path, leaf to root. */
  readonly path: readonly Uint8Array[];
  /** Signed note of the tree the path leads to. */
  readonly checkpoint: string;
  /** Not authenticated by the format; the entry itself, in evidence. */
  readonly extra?: Uint8Array;
}

/** Writes a proof in the format of C2SP tlog-proof; usual file extension `.tlog-proof`. */
export function formatLogProof(proof: LogProof): string {
  const lines = [
    TITLE,
    ...(proof.extra === undefined ? [] : [EXTRA + encodeBase64(proof.extra)]),
    INDEX + proof.index,
    ...proof.path.map(encodeBase64),
  ];
  return `${lines.join("\n")}\n\n${proof.checkpoint}`;
}

/** Reads a proof; refuses NOT_LOGGED, naming the line. Verifies nothing. */
export function parseLogProof(text: string): Outcome<LogProof> {
  if (text.length > LOG_LIMITS.proofBytesMax) return refused("NOT_LOGGED", "proof", "too large");
  const gap = text.indexOf("\n\n");
  const [title, ...lines] = text.slice(0, Math.max(gap, 0)).split("\n");
  if (title !== TITLE) return refused("NOT_LOGGED", "proof", "no tlog-proof");
  let extra: Uint8Array | undefined;
  if (lines[0]?.startsWith(EXTRA)) {
    extra = decodeBase64(lines.shift()?.slice(EXTRA.length) ?? "");
    if (extra === undefined) return refused("NOT_LOGGED", "extra", "no base64");
  }
  const indexLine = lines.shift() ?? "";
  const index = indexLine.startsWith(INDEX)
    ? parseDecimal(indexLine.slice(INDEX.length))
    : undefined;
  if (index === undefined) return refused("NOT_LOGGED", "index", "no decimal number");
  const path = parsePath(lines);
  if (path === undefined) return refused("NOT_LOGGED", "inclusion_path", "no row of hashes");
  const checkpoint = text.slice(gap + 2);
  return accepted({ index, path, checkpoint, ...(extra === undefined ? {} : { extra }) });
}

function parsePath(lines: readonly string[]): Uint8Array[] | undefined {
  if (lines.length > LOG_LIMITS.pathHashesMax) return undefined;
  const path: Uint8Array[] = [];
  for (const line of lines) {
    const hash = decodeBase64(line);
    if (hash === undefined || !isHash(hash)) return undefined;
    path.push(hash);
  }
  return path;
}
