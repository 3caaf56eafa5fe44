import { cleanContent, readsOf } from "#attachments";
import type { Target, Verdict } from "../verdict.ts";

/** Cleans bytes in memory; undefined for what is refused. */
async function cleaned(bytes: Uint8Array): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let whole: Buffer | undefined;
  const target = {
    sink: (part: Uint8Array) => {
      parts.push(Buffer.from(part));
    },
    written: (into: Uint8Array, position: number) => {
      whole ??= Buffer.concat(parts);
      return readsOf(whole)(into, position);
    },
  };
  const result = await cleanContent(readsOf(bytes), bytes.length, target);
  return result.ok ? Buffer.concat(parts) : undefined;
}

/** What comes out clean is taken again, and comes out as it went in (TP-ATT-3). */
async function read(input: Uint8Array): Promise<Verdict> {
  const once = await cleaned(input);
  if (once === undefined) return { accepted: false };
  const twice = await cleaned(once);
  if (twice === undefined || !twice.equals(once)) {
    throw new TypeError("what was cleaned does not clean to itself");
  }
  return { accepted: true };
}

/** Parsers of files that are attached (TP-ATT-1 to TP-ATT-4). */
export const ATTACHMENT_TARGETS: readonly Target[] = ["jpeg", "png", "pdf"].map((corpus) => ({
  corpus: `file-${corpus}`,
  parses: ["cleanContent"],
  share: 0.5,
  read,
}));
