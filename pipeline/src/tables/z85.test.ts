import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeZ85 } from './deletion-vector.test-support.ts';
import { decodeZ85 } from './z85.ts';

test('the example of its specification', () => {
  expect(Buffer.from(decodeZ85('HelloWorld')).toString('hex')).toBe('864fd26fb559f75b');
});

test('what was encoded comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const decoded = decodeZ85(encodeZ85(bytes));
      expect([...decoded.subarray(0, bytes.length)]).toEqual([...bytes]);
      expect(decoded.length - bytes.length).toBeLessThan(4);
    }),
  );
});

test.each([
  ['Hello1', '6 characters are not whole groups'],
  ['Hel o', '" " is no character of Z85'],
  ['#####', 'larger than four bytes'],
])('%j is refused', (text, why) => {
  expect(() => decodeZ85(text)).toThrow(RangeError);
  expect(() => decodeZ85(text)).toThrow(why);
});
