import { tableFromArrays, tableToIPC } from 'apache-arrow';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NAMES, READERS, type Result, readAll } from './part-readers.test-support.ts';

type Row = Record<string, number | null>;

function cut(body: Buffer, places: number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (body.length + 1)), body.length].toSorted(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((end, index) => body.subarray(sorted[index], end));
}

// A text has no -0.
const number = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const row = fc.record<Row>({
  [NAMES[0] as string]: number,
  [NAMES[1] as string]: fc.option(number),
  [NAMES[2] as string]: fc.option(number),
});
const rows = fc.array(row, { maxLength: 20 });
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A body of each kind that holds these rows, written in one of the ways in which it may be. */
const WRITTEN: Record<string, fc.Arbitrary<[Row[], Buffer]>> = {
  NDJSON: fc
    .tuple(rows, fc.constantFrom('\n', '\r\n', '\n\n'), fc.boolean(), fc.boolean())
    .map(([all, feed, ends, mark]) => {
      const text = all.map((each) => JSON.stringify(each)).join(feed);
      return [all, Buffer.from(`${mark ? '\uFEFF' : ''}${text}${ends ? feed : ''}`)];
    }),
  CSV: fc
    .tuple(
      rows,
      fc.shuffledSubarray(NAMES, { minLength: 3 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.boolean(),
      // Which cells stand in quotes, over and over.
      fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
    )
    .map(([all, names, feed, ends, mark, quotes]) => {
      let written = 0;
      const cell = (value: number | null): string =>
        quotes[written++ % quotes.length] ? quoted(String(value ?? '')) : String(value ?? '');
      const lines = [names.map(quoted), ...all.map((each) => names.map((name) => cell(each[name] ?? null)))];
      const text = lines.map((cells) => cells.join()).join(feed);
      return [all, Buffer.from(`${mark ? '\uFEFF' : ''}${text}${ends ? feed : ''}`)];
    }),
  Arrow: fc.tuple(rows, fc.shuffledSubarray(NAMES, { minLength: 3 })).map(([all, names]) => {
    const columns = names.map((name) => [name, Float64Array.from(all, (each) => each[name] ?? Number.NaN)]);
    return [all, Buffer.from(tableToIPC(tableFromArrays(Object.fromEntries(columns)), 'stream'))];
  }),
};

const bad = ({ thrown, errors }: Result): boolean => thrown !== undefined || errors.length > 0;

describe('a body that arrives in parts', () => {
  it.each(Object.keys(READERS))('of %s gives its rows, wherever it is cut', (kind) => {
    const places = fc.array(fc.nat(), { maxLength: 8 });
    const check = fc.property(WRITTEN[kind]!, places, ([all, body], cuts) => {
      const read = readAll(READERS[kind]!(), cut(body, cuts));
      const expected = all.map((each) => NAMES.map((name) => each[name]));
      expect(read).toEqual({ rows: expected, errors: [], thrown: undefined });
    });
    fc.assert(check, { numRuns: 300 });
  });

  it.each(Object.keys(READERS))('of %s that is spoilt is judged alike, wherever it is cut', (kind) => {
    const noise = fc.uint8Array({ minLength: 1, maxLength: 4 });
    const places = fc.array(fc.nat(), { maxLength: 8 });
    const check = fc.property(WRITTEN[kind]!, noise, fc.nat(), places, ([, body], bytes, at, cuts) => {
      const spoilt = Buffer.from(body);
      spoilt.set(bytes.subarray(0, body.length), at % Math.max(1, body.length - bytes.length));
      const whole = readAll(READERS[kind]!(), [spoilt]);
      const parts = readAll(READERS[kind]!(), cut(spoilt, cuts));
      expect(bad(parts)).toBe(bad(whole));
      if (!bad(whole)) expect(parts).toEqual(whole);
    });
    fc.assert(check, { numRuns: 300 });
  });
});
