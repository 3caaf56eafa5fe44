import { readFile } from "node:fs/promises";
import { TLS_LIMITS } from "#runtime";
import { type CertificateFacts, certificateFacts } from "./certificate-facts.ts";

const DAY_MS = 86_400_000;

/** A certificate that needs somebody. */
export interface DueCertificate {
  readonly file: string;
  /** What is the matter, such as `of NE ends at …, in 12 days`. */
  readonly detail: string;
  /** It counts no more, or cannot be read. */
  readonly isOver: boolean;
}

/**
 * What is to be said of the first certificate of a file: that it ends within `renewDays`, has
 * ended, or cannot be read; undefined while nobody has to do anything.
 */
export async function dueCertificate(
  file: string,
  nowMs: number,
): Promise<DueCertificate | undefined> {
  let facts: CertificateFacts;
  try {
    facts = certificateFacts(await readFile(file, "utf8"), file);
  } catch {
    return { file, detail: "cannot be read", isOver: true };
  }
  const days = Math.floor((facts.notAfterAt - nowMs) / DAY_MS);
  if (days >= TLS_LIMITS.renewDays) return undefined;
  const end = new Date(facts.notAfterAt).toISOString();
  const isOver = days < 0;
  const said = isOver ? `ended at ${end}` : `ends at ${end}, in ${days} days`;
  return { file, detail: `of ${facts.holder} ${said}`, isOver };
}
