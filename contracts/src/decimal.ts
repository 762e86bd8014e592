import { z } from 'zod';

/** Decimals are strings in the Kubernetes API: floats do not survive every client's round trip. */
export const decimalSchema = z.string().regex(/^-?[0-9]{1,9}(\.[0-9]{1,9})?$/);

/**
 * A number as the API's decimal string, without trailing zeros, sign of zero or exponent.
 * @param digits decimals kept, at most nine
 * @throws RangeError for what the API has no word for: NaN, infinities, 1e9 and beyond
 */
export function toDecimal(value: number, digits = 6): string {
  const text = value.toFixed(digits);
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const decimal = short === '-0' ? '0' : short;
  if (!decimalSchema.safeParse(decimal).success) throw new RangeError(`${value} is no decimal of the API`);
  return decimal;
}
