const [MINUS, DOT, ZERO, NINE] = [0x2d, 0x2e, 0x30, 0x39];
/** Of so many digits and fewer, numbers and powers of ten are exact as doubles, and so is one rounded division. */
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

/** Reads decimals without exponent, as most are written, from bytes: no string is made of them. */
export class PlainDecimal {
  value = 0;
  /** Just behind what was read. */
  at = 0;
  /** Whether JSON may have it so: `1.` and `007` it may not. */
  isJson = false;

  /** @returns whether a number stood there that begins with a digit, and `value` is what JavaScript makes of it */
  read(text: Uint8Array, start: number): boolean {
    const negative = text[start] === MINUS;
    const first = negative ? start + 1 : start;
    let at = first;
    let mantissa = 0;
    for (; isDigit(text[at]); at++) mantissa = mantissa * 10 + (text[at]! - ZERO);
    const wholes = at - first;
    let fractions = 0;
    const hasPoint = text[at] === DOT;
    if (hasPoint) {
      for (at++; isDigit(text[at]); at++, fractions++) mantissa = mantissa * 10 + (text[at]! - ZERO);
    }
    this.at = at;
    this.isJson = (wholes === 1 || text[first] !== ZERO) && hasPoint === fractions > 0;
    if (wholes === 0 || wholes + fractions > EXACT_DIGITS) return false;
    const value = mantissa / POWERS[fractions]!;
    this.value = negative ? -value : value;
    return true;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
