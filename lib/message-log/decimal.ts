const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;

/** An index or size in ASCII decimal without leading zeroes; undefined for any other text. */
export function parseDecimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}
