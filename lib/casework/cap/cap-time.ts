const CAP_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})([-+])(\d{2}):(\d{2})$/;
const MINUTE_MS = 60_000;

/** An instant in the standard's form: whole seconds, numeric offset, UTC as `-00:00` (3.3.2). */
export function capTime(atMs: number): string {
  return `${new Date(Math.floor(atMs / 1_000) * 1_000).toISOString().slice(0, 19)}-00:00`;
}

/**
 * Milliseconds of an instant in the standard's form; undefined when it is none, `Z` and fractions
 * of a second included, and when the calendar has no such day.
 */
export function capTimeMs(text: string): number | undefined {
  const [, local = "", sign = "", hours = "", minutes = ""] = CAP_TIME.exec(text) ?? [];
  const localMs = Date.parse(`${local}Z`);
  if (Number.isNaN(localMs) || new Date(localMs).toISOString().slice(0, 19) !== local) {
    return undefined;
  }
  const offset = Number(hours) * 60 + Number(minutes);
  // The schema's own bound of a time zone.
  if (Number(minutes) > 59 || offset > 14 * 60) return undefined;
  const atMs = localMs - (sign === "-" ? -offset : offset) * MINUTE_MS;
  return isWritable(atMs) ? atMs : undefined;
}

/** Whether an instant has a year of four digits, as the form demands. */
function isWritable(atMs: number): boolean {
  return /^\d{4}-/.test(new Date(atMs).toISOString());
}
