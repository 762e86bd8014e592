import {
  Float16,
  Float64,
  makeData,
  Table,
  tableFromArrays,
  tableToIPC,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { ArrowReader } from './arrow-reader.ts';
import { CsvReader } from './csv-reader.ts';
import { FEATURES, READERS, type Result, readAll, readText } from './part-readers.test-support.ts';

const HEADER = 'price,"stock, ""left""",größe\n';

describe('CSV', () => {
  it.each([
    ['a word', `${HEADER}1,2,3\n1,2,many`, '[1].größe', 'must be a number, not "many"'],
    ['no value where one must be', `${HEADER},2,3`, '[0].price', 'must be a number, not empty'],
    [
      'a number beyond 32 bits',
      `${HEADER}1e39,2,3`,
      '[0].price',
      'must be a finite 32-bit number (at most 3.4e38)',
    ],
    ['a hexadecimal number', `${HEADER}0x10,2,3`, '[0].price', 'must be a number, not "0x10"'],
    ['a cell too few', `${HEADER}1,2,3\n1,2`, '[1]', 'has 2 cells, and the header 3'],
  ])('with %s is refused, naming row and field', (_, text, field, message) => {
    expect(readText('CSV', text).errors).toEqual([{ field, message }]);
  });

  it.each([
    ['nothing', '', 'it is empty, and its first line must name the features'],
    ['a column too many', `colour,${HEADER}`, 'colour is not a feature of this model'],
    ['a column too few', 'price,größe\n', 'stock, "left" has no column'],
    ['a column twice', `price,${HEADER}`, 'price is there in two columns'],
    ['a quote that does not end', `${HEADER}1,"2,3\n`, 'a quote is missing or too many near [0]'],
    ['a line without end', `${HEADER}1,2,${'3'.repeat(70_000)}`, '[0] is longer than the 65536 bytes'],
  ])('with %s is refused', (_, text, why) => {
    const reader = READERS['CSV']!();
    const body = Buffer.from(text);
    expect(readAll(reader, [body.subarray(0, -1), body.subarray(-1)]).thrown).toContain(why);
  });

  it('with quotes here and there is read alike, be it much longer than what is cut at a time', () => {
    const plain = Array.from({ length: 20_000 }, (_, index) => `${index},${index / 8},${-index}`);
    const some = plain.map((line, index) => (index % 1_000 < 3 ? line.replace(/\d+/, '"$&"') : line));
    const [expected, found] = [plain, some].map((lines) => readText('CSV', HEADER + lines.join('\n')));
    expect(expected?.rows).toHaveLength(20_000);
    expect(found).toEqual(expected);
  });

  it('may break lines within quotes, beyond what is cut at a time', () => {
    const reader = new CsvReader(FEATURES, true);
    const lines = Array.from({ length: 3_000 }, (_, index) => `"${'x\n"",'.repeat(10)}",${index},,"3"`);
    const { rows: found, ...rest } = readAll(reader, [Buffer.from(`note,${HEADER}${lines.join('\n')}`)]);
    expect(rest).toEqual({ errors: [], thrown: undefined });
    expect(found).toEqual(lines.map((_, index) => [index, null, 3]));
  });

  it.each(['\u00a05', '5\u00a0', ' 5\t', '+5', '5.', '.5e1', '005'])('reads %j as the number 5', (cell) =>
    expect(readText('CSV', `${HEADER}${cell},,\n${cell},"",`).rows).toEqual([
      [5, null, null],
      [5, null, null],
    ]),
  );

  it('names a hundred wrong cells at most', () => {
    expect(readText('CSV', HEADER + 'a,b,c\n'.repeat(5_000)).errors).toHaveLength(100);
    expect(readText('CSV', HEADER + 'a,"b",c\n'.repeat(5_000)).errors).toHaveLength(100);
  });

  it('may hold other columns where that is asked for', () => {
    const reader = new CsvReader(FEATURES, true);
    expect(readAll(reader, [Buffer.from(`store,${HEADER}S1,1,,3\n`)]).rows).toEqual([[1, null, 3]]);
  });
});

describe('NDJSON', () => {
  it('with a wrong row is refused, naming row and field', () => {
    const text = `{"price":1,"stock, \\"left\\"":2,"größe":3}\n\n{"price":"dear"}\n`;
    expect(readText('NDJSON', text).errors).toEqual([
      { field: '[1].price', message: 'must be a number, not a string' },
      { field: '[1].stock, "left"', message: 'is missing' },
      { field: '[1].größe', message: 'is missing' },
    ]);
  });

  it.each([
    ['half a row', '{"price":', '[0] Unexpected end of JSON input'],
    ['NaN', '{"price": NaN}', '[0].price is NaN, which JSON does not have'],
    [
      'a line of 70 kB',
      `{"price": ${' '.repeat(70_000)}1}\n`,
      '[0] is longer than the 65536 bytes that a row may have',
    ],
  ])('with %s is refused', (_, text, why) => {
    expect(readText('NDJSON', text).thrown).toContain(why);
  });

  it('names a hundred wrong fields at most', () => {
    expect(readText('NDJSON', '{}\n'.repeat(5_000)).errors).toHaveLength(100);
  });
});

const columns = (change: object = {}): Record<string, Float32Array> => ({
  price: Float32Array.of(1, 2),
  'stock, "left"': Float32Array.of(1, Number.NaN),
  größe: Float32Array.of(5, 6),
  ...change,
});
const ipc = (table: Parameters<typeof tableToIPC>[0], kind: 'stream' | 'file' = 'stream'): Buffer =>
  Buffer.from(tableToIPC(table, kind));
const vectorsOf = (arrays: Record<string, Float32Array>): Record<string, Vector> =>
  Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, vectorFromArray(values)]));
const readArrow = (body: Buffer): Result => readAll(new ArrowReader(FEATURES), [body]);

describe('Arrow', () => {
  it.each([
    ['8-bit', Int8Array.of(-3, 4)],
    ['16-bit', Uint16Array.of(3, 40_000)],
    ['32-bit', Int32Array.of(-70_000, 4)],
    ['64-bit', BigInt64Array.of(-3n, 2n ** 40n)],
    ['half', new Vector([makeData({ type: new Float16(), data: Uint16Array.of(0x3c00, 0xc000) })])],
  ])('of %s numbers is read', (_, price) => {
    const body = ipc(tableFromArrays(columns({ price }) as Record<string, Float32Array>));
    const numbers = price instanceof Vector ? [1, -2] : Array.from(price, Number);
    expect(readArrow(body).rows.map(([first]) => first)).toEqual(numbers);
  });

  it.each([
    ['text', { price: ['1', '2'] }, 'price must be a column of integers or floating-point numbers'],
    [
      'truth values',
      { price: [true, false] },
      'price must be a column of integers or floating-point numbers',
    ],
    ['a column too many', { colour: Int8Array.of(1, 2) }, 'colour is not a feature of this model'],
  ])('with %s is refused', (_, change, why) => {
    expect(readArrow(ipc(new Table(vectorsOf(columns(change))))).thrown).toContain(why);
  });

  it('names row and field of null, NaN and infinity', () => {
    const price = vectorFromArray([null, Number.NaN, Infinity, 1e39, 2], new Float64());
    const others = { 'stock, "left"': new Float32Array(5), größe: new Float32Array(5) };
    const body = ipc(new Table({ price, ...vectorsOf(others) }));
    expect(readArrow(body).errors).toEqual([
      { field: '[0].price', message: 'must be a number, not null' },
      { field: '[1].price', message: 'must be a number, not NaN' },
      { field: '[2].price', message: 'must be a finite 32-bit number (at most 3.4e38)' },
      { field: '[3].price', message: 'must be a finite 32-bit number (at most 3.4e38)' },
    ]);
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['a file', ipc(tableFromArrays(columns()), 'file'), 'it is an Arrow file: write the stream format'],
    ['text', Buffer.from('price,promo\n1,2\n'), 'a message begins with other bytes than FFFFFFFF'],
    ['half a stream', ipc(tableFromArrays(columns())).subarray(0, -20), 'it ends within a message'],
    [
      'two streams',
      Buffer.concat([1, 2].map(() => ipc(tableFromArrays(columns())))),
      'something follows its end',
    ],
  ])('that is %s is refused', (_, body, why) => {
    expect(readArrow(body).thrown).toContain(why);
  });

  it('whose batch says that it has more rows than bytes is refused before they take memory', () => {
    const body = ipc(tableFromArrays(columns()));
    const schema = 8 + body.readInt32LE(4);
    // The row count is the one 2 of 64 bits in the batch's metadata that comes first.
    const count = body.indexOf(Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), schema + 8);
    body.writeBigInt64LE(2n ** 40n, count);
    expect(readArrow(body).thrown).toContain('a record batch of 1099511627776 rows in');
  });
});
