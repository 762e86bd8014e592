import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlainDecimal } from './plain-decimal.ts';

function read(text: string): { value: number | undefined; rest: string; isJson: boolean } {
  const decimal = new PlainDecimal();
  const exact = decimal.read(Buffer.from(text), 0);
  const { value, at, isJson } = decimal;
  return { value: exact ? value : undefined, rest: text.slice(at), isJson };
}

const DIGITS = fc.stringMatching(/^\d{1,17}$/);

describe('a plain decimal', () => {
  it('is the number that JavaScript makes of it, to the last bit', () => {
    const text = fc
      .tuple(fc.constantFrom('', '-'), DIGITS, fc.option(DIGITS))
      .map(([sign, wholes, fractions]) => `${sign}${wholes}${fractions === null ? '' : `.${fractions}`}`);
    fc.assert(
      fc.property(text, fc.constantFrom('', ',', '\r\n', ']'), (number, behind) => {
        const { value, rest } = read(number + behind);
        expect(rest).toBe(behind);
        const digitCount = number.replace(/\D/g, '').length;
        expect(value).toBe(digitCount <= 15 ? Number(number) : undefined);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['', '-', '.5', '+1', 'abc', '"1"'])('does not stand in %j', (text) =>
    expect(read(text).value).toBeUndefined(),
  );

  it.each([
    ['0', true],
    ['0.50', true],
    ['10', true],
    ['1.', false],
    ['007', false],
    ['00.5', false],
  ])('%s may stand in JSON: %s', (text, may) =>
    expect(read(text)).toEqual({ value: Number(text), rest: '', isJson: may }),
  );

  it('ends ahead of an exponent, which is not its own', () => {
    expect(read('1.5e3')).toEqual({ value: 1.5, rest: 'e3', isJson: true });
  });
});
