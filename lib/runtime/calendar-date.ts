/** The day in UTC of a time (ms since 1970), as YYYY-MM-DD. */
export function calendarDateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, "YYYY-MM-DD".length);
}

/** Whether a text is a day of the calendar in the form YYYY-MM-DD (ISO 8601). */
export function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  // A day that does not exist, such as 30 February, rolls over or is no date at all.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
