import { array, assert, constant, double, oneof, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberScanner } from './number-scanner.ts';

function scan(text: string | Uint8Array, shape: readonly number[]): number[] {
  const found: number[] = [];
  new NumberScanner(Buffer.from(text as string)).readArray(shape, (value) => found.push(value));
  return found;
}

const SPACES = oneof(constant(''), constant(' '), constant('\n\t'), constant(' \r\n '));

describe('numbers of a JSON array', () => {
  it('are those that JSON.parse makes, to the last bit', () => {
    assert(
      property(array(double({ noNaN: true, noDefaultInfinity: true })), SPACES, (values, space) => {
        const text = `${space}[${values.map((value) => JSON.stringify(value)).join(`${space},${space}`)}${space}]`;
        expect(scan(text, [values.length])).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    '0',
    '-0',
    '12.50',
    '0.1',
    '123456789012345',
    '0.30000000000000004',
    '1e3',
    '-2.5E-7',
    '9007199254740993',
  ])('are read as JSON.parse reads %s', (text) => expect(scan(`[${text}]`, [1])).toEqual([JSON.parse(text)]));

  it('may stand in an array a row', () => {
    expect(scan('[[1, 2], [3, 4]]', [2, 2])).toEqual([1, 2, 3, 4]);
    expect(scan('[1, 2, 3, 4]', [2, 2])).toEqual([1, 2, 3, 4]);
    expect(scan('[]', [0, 2])).toEqual([]);
  });

  it('are 0 and 1 for false and true, and NaN for null', () => {
    expect(scan('[false, true, null]', [3])).toEqual([0, 1, NaN]);
  });

  it.each([
    ['[1, 2', 'lacks a ]'],
    ['[1,]', 'is not a number'],
    ['[01]', 'is not a number'],
    ['[1.]', 'is not a number'],
    ['[.5]', 'is not a number'],
    ['[+1]', 'is not a number'],
    ['["1"]', 'is not a number'],
    ['[0x10]', 'is not a number'],
    ['[1 2]', 'lacks a ]'],
    ['[NaN]', 'is NaN, which JSON does not have'],
    ['[-Infinity]', 'is -Infinity, which JSON does not have'],
    ['[[1], [2, 3]]', 'ends a row of 1, and the shape says 2'],
    ['[1]]', 'is followed by'],
    ['', 'lacks a ['],
  ])('are refused in %s', (text, why) => {
    expect(() => scan(text, [2, 2])).toThrow(why);
  });

  it('may not stand in rows where the shape has none', () => {
    expect(() => scan('[[1, 2]]', [2])).toThrow('the shape has one dimension');
  });

  it('are read, or refused by a SyntaxError, whatever the bytes are', () => {
    assert(
      property(
        oneof(
          uint8Array(),
          string({ unit: 'binary-ascii' }).map((text) => Buffer.from(`[${text}]`)),
        ),
        (bytes) => {
          try {
            scan(bytes, [1, 2]);
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError);
          }
        },
      ),
    );
  });
});
