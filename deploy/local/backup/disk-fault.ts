import { TracepostError } from "#errors";

/** What to do about the codes of the system that somebody can do something about. */
const REMEDIES: Readonly<Record<string, string>> = {
  EBUSY: "It is a mount point: restore its parts with --only, or name a folder inside it.",
  EXDEV: "It is a mount point: restore its parts with --only, or name a folder inside it.",
};
const FULL = "Look at the disk: it is full, gone or failing.";

/** What the disk says no with, in words; anything else as it is. */
export function diskFault(caught: unknown, what: string, whatHolds: string): unknown {
  const { code } = caught as NodeJS.ErrnoException;
  if (caught instanceof TracepostError || typeof code !== "string") return caught;
  return new TracepostError("STORE", `${what} (${code})`, {
    cause: caught,
    remedy: `${REMEDIES[code] ?? FULL} ${whatHolds}`,
  });
}
