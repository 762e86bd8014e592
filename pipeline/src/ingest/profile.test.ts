import { InputError, STANDARD_FEATURES } from '@stockout/contracts';
import { describe, expect, test } from 'vitest';
import { rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { ingest } from './ingest.ts';
import { checkFiles } from './profile.ts';
import type { SourceOptions } from './source-options.ts';

const createWorkspace = testWorkspaces(testDuckDB());

const HEADER = 'store_id,product_id,date,price,promo,daily_sales,inventory,stockout';
const SALES_FEATURES = STANDARD_FEATURES.filter((name) => /^(daily_sales|sales_.*)$/.test(name));
const GOOD = 'S1,P1,2025-01-01,9.5,1,3,20,0';

test('data is profiled, what would be rejected told by its first row, and nothing is written', async () => {
  const { context, file, storage } = await createWorkspace();
  const lines = [
    GOOD,
    'S1,P1,2025-01-04,,0,-5,10,1',
    'S1,P2,2025-01-01,7,0,1,2,0',
    GOOD,
    'S1,P2,2025-01-02,-7,0,1,2,0',
  ];
  const path = await file('x.csv', `${HEADER},note\n${lines.map((line) => `${line},x`).join('\n')}\n`);
  const profile = await checkFiles([path], context);
  const duplicate = 'duplicate: an earlier row has the same store, product and date';
  expect(profile).toMatchObject({
    rows: 3,
    stores: 1,
    products: 2,
    days: 2,
    firstDay: '2025-01-01',
    lastDay: '2025-01-04',
    stockoutShare: 1 / 3,
    negativeSales: 1,
    negativeInventory: 0,
    duplicates: 1,
    rejected: 2,
    reasons: [
      { reason: duplicate, rows: 1, file: path, row: 4, value: null },
      { reason: 'price is negative', rows: 1, file: path, row: 5, value: '-7' },
    ],
    gaps: { series: 2, seriesWithGaps: 1, missingDays: 2, stepDays: 3 },
    features: STANDARD_FEATURES,
    labels: { horizonDays: 7, stockout: 1, none: 0, unknown: 2 },
    leftOut: [],
  });
  const price = { name: 'price', type: 'DOUBLE', nulls: 1, min: 7, max: 9.5, constant: false, used: true };
  expect(profile.columns).toContainEqual(price);
  const note = { name: 'note', type: 'VARCHAR', nulls: 0, min: 'x', max: 'x', constant: true, used: false };
  expect(profile.columns).toContainEqual(note);
  expect(profile.columns).toContainEqual(
    expect.objectContaining({ name: 'store_id', min: 'S1', constant: true }),
  );
  expect(await storage.list('')).toEqual([]);
});

test('weekly data is known by its step of seven days', async () => {
  const { parquet } = await createWorkspace();
  const weekly = `SELECT * REPLACE (DATE '2025-01-01' + CAST(7 * (date - DATE '2025-01-01') AS INTEGER) AS date) FROM (${rawRows()})`;
  const { gaps } = await checkFiles([await parquet('weekly.parquet', weekly)]);
  expect(gaps).toEqual({ series: 2, seriesWithGaps: 2, missingDays: 2 * 19 * 6, stepDays: 7 });
});

test('with a mapping the columns have their own names, and only features that can be made are told', async () => {
  const own = `SELECT store_id AS "Läden", product_id, date, daily_sales AS qty, stockout * 12.0 AS hours FROM (${rawRows()})`;
  const columns = { store: 'Läden', sales: 'qty', stockout: { column: 'hours', atLeast: '6' } };
  const { parquet, context } = await createWorkspace({ columns });
  const profile = await checkFiles([await parquet('own.parquet', own)], context);
  expect(profile.columns.map(({ name }) => name)).toEqual(['Läden', 'product_id', 'date', 'qty', 'hours']);
  expect(profile.features).toEqual(SALES_FEATURES);
  expect(profile.stockoutShare).toBeCloseTo(0.15, 1);
});

describe('beside the table that the manifest names', () => {
  test('rows that it has, or cannot hold, are told as ingest tells them, which then does what was told', async () => {
    const { context, file, parquet, storage } = await createWorkspace();
    const numbers = `SELECT * EXCLUDE product_id, 'P1' AS product_id, 7 AS shelf FROM (${rawRows({ stores: 1, products: 1, days: 1 })})`;
    await ingest(context, [await parquet('first.parquet', numbers)]);
    const before = await storage.list('');
    const lines = [`${GOOD},8`, 'S1,P1,2025-01-02,9,1,3,20,0,8', 'S1,P1,2025-01-03,9,1,3,20,0,left'];
    const path = await file('second.csv', `${HEADER},shelf\n${lines.join('\n')}\n`);
    const { rows, rejected, duplicates, reasons, lost, table } = await checkFiles([path], context);
    expect(await storage.list('')).toEqual(before);
    expect(table).toEqual({ name: 'raw', version: 0 });
    expect([rows, rejected, duplicates]).toEqual([2, 1, 1]);
    expect(lost).toEqual([{ column: 'shelf', rows: 1 }]);
    expect(await ingest(context, [path])).toMatchObject({ rows, rejected, reasons, lost });
  });

  test('a table that lacks a column is refused as ingest refuses it', async () => {
    const { context, file } = await createWorkspace();
    await ingest(context, [await file('first.csv', `${HEADER}\n${GOOD}\n`)]);
    context.model.spec.data.columns = { store: 'shop' };
    const path = await file('second.csv', `${HEADER.replace('store_id', 'shop')}\n${GOOD}\n`);
    await expect(checkFiles([path], context)).rejects.toThrow(
      'table raw has no column shop (spec.data.columns.store)',
    );
  });

  test('a table that cannot be read is told, and the file is checked all the same', async () => {
    const { context, file, storage } = await createWorkspace();
    await storage.put('raw/_delta_log/00000000000000000000.json', 'damaged');
    const profile = await checkFiles([await file('x.csv', `${HEADER}\n${GOOD}\n`)], context);
    expect(profile).toMatchObject({
      rows: 1,
      table: { name: 'raw', unread: expect.stringContaining('is damaged') },
    });
  });
});

test.each([
  ['--delimiter', { delimiter: ';;' }, '--delimiter is ";;": give a single character'],
  ['--quote', { quote: '' }, '--quote is "": give a single character'],
  ['both the same', { delimiter: "'", quote: "'" }, "--delimiter and --quote are both ': they must differ"],
  ['a date format without a year', { dateFormat: '%d/%m' }, '--date-format is "%d/%m": give one with day'],
  ['a date format of two hours', { dateFormat: '%H:%H' }, '--date-format is "%H:%H": give one with day'],
  ['a date format that is none', { dateFormat: '%q' }, '--date-format is "%q": give one with day, month'],
])('an option that cannot be meant is refused by its name: %s', async (_, options, message) => {
  const { file } = await createWorkspace();
  const path = await file('x.csv', `${HEADER}\n${GOOD}\n`);
  await expect(checkFiles([path], {}, options)).rejects.toThrow(InputError);
  await expect(checkFiles([path], {}, options)).rejects.toThrow(message);
});

test('what cannot be read is told with what may be meant', async () => {
  const { file } = await createWorkspace();
  const lines = [
    'S1,P1,31/12/2025,9,1,3,20,0',
    'S1,P1,2025-01-01,"9,5",1,3,20,0',
    'S1,P1,2025-01-02,9,7,3,20,0',
  ];
  const { reasons } = await checkFiles([await file('x.csv', `${HEADER}\n${lines.join('\n')}\n`)]);
  expect(reasons.map(({ reason, wayOut }) => [reason, wayOut])).toEqual([
    ['date is not a date', expect.stringContaining('--date-format')],
    ['price is not a number', expect.stringContaining('--decimal-comma')],
    ['promo is neither 0 nor 1', expect.stringContaining('above: "0"')],
  ]);
});

test.each<[string, string, string, SourceOptions, string]>([
  ['words', 'price', 'n/a', {}, 'leave empty what is not known; where the column has words, name one of'],
  ['a word for a flag', 'stockout', 'ja', {}, 'write 0 and 1, or false and true'],
  [
    'a separator of thousands',
    'price',
    '1.234,5',
    { decimalComma: true },
    'leave out what separates thousands',
  ],
  ['a point beside --decimal-comma', 'price', '9.5', { decimalComma: true }, 'leave the option out'],
  ['another day than --date-format says', 'date', '2025-01-02', { dateFormat: '%d/%m/%Y' }, 'of their own'],
])('the way out is not what was done already: %s', async (_, column, value, options, wayOut) => {
  const { file } = await createWorkspace();
  const date = options.dateFormat === undefined ? '2025-01-01' : '01/01/2025';
  const row = { store_id: 'S', product_id: 'P', date, price: '9', stockout: '0' };
  const lines = [row, { ...row, store_id: 'T', [column]: value }].map((each) =>
    Object.values(each).join(';'),
  );
  const path = await file('x.csv', [Object.keys(row).join(';'), ...lines, ''].join('\n'));
  const { reasons } = await checkFiles([path], {}, options);
  expect(reasons).toMatchObject([{ row: 2, value, wayOut: expect.stringContaining(wayOut) }]);
});
