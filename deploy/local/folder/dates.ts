/** Whether a text is a calendar date that exists, `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(at)) return false;
  // 30 February parses as 2 March.
  return new Date(at).toISOString().slice(0, 10) === text;
}
