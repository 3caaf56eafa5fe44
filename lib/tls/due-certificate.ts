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

/** Whole days until a certificate ends, below zero when it is over, and why it is due, if it is. */
export function certificateEnd(
  notAfterAt: number,
  nowMs: number,
): { readonly daysLeft: number; readonly due: "" | "ends soon" | "is over" } {
  const daysLeft = Math.floor((notAfterAt - nowMs) / DAY_MS);
  if (daysLeft >= TLS_LIMITS.renewDays) return { daysLeft, due: "" };
  return { daysLeft, due: daysLeft < 0 ? "is over" : "ends soon" };
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
  const { daysLeft, due } = certificateEnd(facts.notAfterAt, nowMs);
  if (due === "") return undefined;
  const end = new Date(facts.notAfterAt).toISOString();
  const isOver = due === "is over";
  const said = isOver ? `ended at ${end}` : `ends at ${end}, in ${daysLeft} days`;
  return { file, detail: `of ${facts.holder} ${said}`, isOver };
}
