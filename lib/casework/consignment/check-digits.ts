/** Check digits of numbers on freight: pure arithmetic on text that has the right shape. */

const ASCII_A = 65;

/** ISO 6346: letters are worth 10 upward, the multiples of 11 left out. */
function containerValue(sign: string): number {
  if (/\d/.test(sign)) return Number(sign);
  const rank = sign.charCodeAt(0) - ASCII_A + 10;
  return rank + Math.floor((rank - 1) / 10);
}

/**
 * Check digit of a freight container (ISO 6346) over its four letters and six digits: weights are
 * the powers of two, modulo 11; a rest of 10 is written as 0.
 */
export function containerCheckDigit(first10: string): string {
  const sum = [...first10].reduce((total, sign, at) => total + containerValue(sign) * 2 ** at, 0);
  return String((sum % 11) % 10);
}

/** Check digit of an air waybill: the seven digits of the serial number, modulo 7. */
export function airWaybillCheckDigit(serial7: string): string {
  return String(Number(serial7) % 7);
}

const S10_WEIGHTS = [8, 6, 4, 2, 3, 5, 9, 7] as const;

/** Check digit of a postal item (UPU S10) over its eight digits. */
export function parcelCheckDigit(serial8: string): string {
  const sum = S10_WEIGHTS.reduce((total, weight, at) => total + weight * Number(serial8[at]), 0);
  const rest = 11 - (sum % 11);
  if (rest === 10) return "0";
  return rest === 11 ? "5" : String(rest);
}

/** Both check digits of a legal entity identifier (ISO 17442: MOD 97-10 over 18 signs). */
export function leiCheckDigits(first18: string): string {
  const digits = [...`${first18}00`].map((sign) => Number.parseInt(sign, 36)).join("");
  const rest = [...digits].reduce((value, digit) => (value * 10 + Number(digit)) % 97, 0);
  return String(98 - rest).padStart(2, "0");
}
