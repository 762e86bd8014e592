import {
  type Arbitrary,
  array,
  constantFrom,
  double,
  integer,
  oneof,
  record,
  string,
  uint8Array,
} from 'fast-check';

/** Bytes taken out of a message at a place, and others put there. */
interface Splice {
  /** Where, as a share of the message's length. */
  at: number;
  cut: number;
  put: Buffer;
}

/** What has broken parsers elsewhere. */
const TOKENS = [
  'NaN',
  '-Infinity',
  '1e400',
  '-0',
  '9'.repeat(400),
  'null',
  'true',
  '"price":1,',
  '"__proto__":{"price":1},',
  '"constructor":{"prototype":1},',
  '{',
  '}',
  '[',
  ']',
  '[[[[',
  '['.repeat(20_000),
  '{"a":'.repeat(5_000),
  '"',
  ',',
  ':',
  '\\u0000',
  '\\ud800',
  '\0',
  '\xff\xfe',
  '\xef\xbb\xbf',
  '\r\n',
  '\r\n\r\n',
  '\t',
  '🦆',
  '%00',
  'x'.repeat(70_000),
].map((token) => Buffer.from(token, /[\x80-\xff]/.test(token) ? 'latin1' : 'utf8'));

const put: Arbitrary<Buffer> = oneof(
  { weight: 4, arbitrary: constantFrom(...TOKENS) },
  { weight: 2, arbitrary: uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text)) },
);

const splice: Arbitrary<Splice> = record({
  at: double({ min: 0, max: 1, noNaN: true }),
  cut: oneof(constantFrom(0, 1, 1_000_000), integer({ min: 0, max: 64 })),
  put: oneof({ weight: 1, arbitrary: constantFrom(Buffer.alloc(0)) }, { weight: 3, arbitrary: put }),
});

/** Changes to a message; none at all in a part of the cases. */
export const splices: Arbitrary<Splice[]> = oneof(
  { weight: 1, arbitrary: constantFrom<Splice[]>([]) },
  { weight: 4, arbitrary: array(splice, { minLength: 1, maxLength: 3 }) },
);

export function spliced(message: Buffer, changes: readonly Splice[]): Buffer {
  return changes.reduce((before, { at, cut, put: added }) => {
    const place = Math.floor(at * before.length);
    return Buffer.concat([before.subarray(0, place), added, before.subarray(place + cut)]);
  }, message);
}
