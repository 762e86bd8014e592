import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NotJsonError } from '../parse-json.ts';
import { NotRowsError, parseRows } from './parse-rows.ts';

const parse = (text: string): unknown[] => [...parseRows(Buffer.from(text))];

describe('the rows of a body', () => {
  it.each<[string, string, unknown[]]>([
    ['an empty array', ' [ ] ', []],
    ['spaces of every kind', '\r\n[\t{"a": 1} , {"a":2}\n]\n', [{ a: 1 }, { a: 2 }]],
    ['a brace in a string', '[{"}": "\\"}"}, {"a": "\\\\"}]', [{ '}': '"}' }, { a: '\\' }]],
    [
      'objects within objects',
      '[{"a": {"b": [1, {}]}}, 2, "x", null]',
      [{ a: { b: [1, {}] } }, 2, 'x', null],
    ],
    ['letters of more than one byte', '[{"prïce💥": 1}]', [{ 'prïce💥': 1 }]],
    ['a byte order mark', '\uFEFF[{"a": 1}]', [{ a: 1 }]],
  ])('are told apart: %s', (_, text, rows) => {
    expect(parse(text)).toEqual(rows);
  });

  it('are those of JSON.parse, whatever the text, and so are its refusals', () => {
    const json = fc.array(fc.jsonValue({ maxDepth: 3 })).map((value) => JSON.stringify(value));
    const token = fc.constantFrom('[', ']', '{', '}', ',', ':', '"', '\\', '"a"', '1', ' ', 'null', 'é', '-');
    const noise = fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join(''));
    const spoilt = fc
      .tuple(json, fc.nat(), noise)
      .map(
        ([text, at, extra]) =>
          text.slice(0, at % (text.length + 1)) + extra + text.slice(at % (text.length + 1)),
      );
    const check = fc.property(fc.oneof(json, noise, spoilt), (text) => {
      const expected = wholeArray(text);
      if (expected === undefined) expect(() => parse(text)).toThrow();
      else expect(parse(text)).toEqual(expected);
    });
    fc.assert(check, { numRuns: 2_000 });
  });

  it.each([
    ['nothing', '', /^it is empty$/],
    ['half a row', '[{"a": 1}, {"a":', /^\[1\] /],
    ['an array that does not end', '[{"a": 1}', /^after \[0\] must come a comma or a closing bracket$/],
    ['two rows without a comma', '[{"a": 1} {"a": 1}]', /^after \[0\] must come a comma/],
    ['a comma too many', '[{"a": 1},]', /^\[1\] is empty$/],
    ['what follows the array', '[{"a": 1}] []', /^something follows the closing bracket$/],
  ])('are refused for %s, with the row named', (_, text, message) => {
    expect(() => parse(text)).toThrow(NotJsonError);
    expect(() => parse(text)).toThrow(message);
  });

  it.each(['NaN', '-Infinity', 'Infinity'])('name the row and the field that is %s', (literal) => {
    const text = `[{"price": 1, "promo": 0}, {"price": 1, "promo": ${literal}}]`;
    expect(() => parse(text)).toThrow(
      `[1].promo is ${literal}, which JSON does not have: send a number, or null where it may be missing`,
    );
  });

  it.each([
    ['empty objects', `[{"a": [${'{},'.repeat(30_000)}{}]}]`],
    ['brackets', `[${'['.repeat(90_000)}${']'.repeat(90_000)}]`],
    ['zeros', `[[${'0,'.repeat(90_000)}0]]`],
    ['names', `[{${'"a":1,'.repeat(90_000)}"a":1}]`],
  ])('are refused before they are parsed when one holds thousands of %s', (_, text) => {
    expect(() => parse(text)).toThrow(NotRowsError);
    expect(() => parse(text)).toThrow(/^\[0\] holds more than 10000 values/);
  });

  it('may hold one long string, which the features then name', () => {
    const long = 'x'.repeat(10_000_000);
    expect(parse(`[{"price": "${long}"}]`)).toEqual([{ price: long }]);
  });
});

function wholeArray(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
