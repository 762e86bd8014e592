import { z } from 'zod';

/** Decimals are strings in the Kubernetes API: floats do not survive every client's round trip. */
export const decimalSchema = z.string().regex(/^-?[0-9]{1,9}(\.[0-9]{1,9})?$/);

/** A number as the API's decimal string, at most nine decimals, no trailing zeros, no exponent. */
export function toDecimal(value: number, digits = 6): string {
  const text = value.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
