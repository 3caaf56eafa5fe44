/** Years later by the digits of the date alone: a second way to reckon, without arithmetic. */
export function yearsLater(atMs: number, years: number): number {
  const [year = "", month, day, rest] = new Date(atMs).toISOString().split(/[-T]/u);
  const later = Number(year) + years;
  const isLeap = later % 4 === 0 && (later % 100 !== 0 || later % 400 === 0);
  const shortened = month === "02" && day === "29" && !isLeap ? "28" : day;
  return Date.parse(`${later}-${month}-${shortened}T${rest}`);
}
