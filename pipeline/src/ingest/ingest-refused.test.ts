import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@stockout/contracts';
import { describe, expect, test } from 'vitest';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { ingest } from './ingest.ts';

const createWorkspace = testWorkspaces(testDuckDB());

const HEADER = 'store_id,product_id,date,price,promo,daily_sales,inventory,stockout';
const GOOD = 'S1,P1,2025-01-01,9.5,1,3,20,0';

describe('a file that cannot be used is refused whole, by name, and nothing is written', () => {
  const refused: [string, (workspace: Workspace) => Promise<string>, string][] = [
    [
      'a missing column',
      ({ file }) => file('x.csv', 'store_id,product_id,day,stockout\nS1,P1,2025-01-01,0\n'),
      'x.csv: column date is missing. It has store_id, product_id, day, stockout',
    ],
    [
      'a number column of text in Parquet',
      ({ parquet }) => parquet('x.parquet', `SELECT * REPLACE ('many' AS daily_sales) FROM (${rawRows()})`),
      'x.parquet: column daily_sales is VARCHAR, expected numbers',
    ],
    [
      'days that are numbers',
      ({ parquet }) => parquet('x.parquet', `SELECT * REPLACE (20250101 AS date) FROM (${rawRows()})`),
      'column date is INTEGER, expected dates, timestamps or ISO text',
    ],
    [
      'no rows in Parquet',
      ({ parquet }) => parquet('x.parquet', `${rawRows()} LIMIT 0`),
      'x.parquet has no rows',
    ],
    ['no rows in CSV', ({ file }) => file('x.csv', `${HEADER}\n`), 'x.csv has no rows'],
    ['no bytes', ({ file }) => file('x.parquet', ''), 'x.parquet is empty (0 bytes)'],
    [
      'another format',
      ({ file }) => file('x.parquet', 'not Parquet at all, whatever it says'),
      'x.parquet is not a readable Parquet file',
    ],
    [
      'a Parquet file that was cut short',
      async ({ file, parquet }) => {
        const whole = await readFile(await parquet('whole.parquet', rawRows()));
        return file('x.parquet', whole.subarray(0, whole.length - 100));
      },
      'x.parquet is not a readable Parquet file',
    ],
    [
      'a Parquet file with damaged pages',
      async ({ file, parquet }) => {
        const whole = await readFile(await parquet('whole.parquet', rawRows({ days: 500 })));
        return file('x.parquet', whole.fill(0xff, 4, 400));
      },
      'x.parquet is not a readable Parquet file',
    ],
    [
      'a CSV row with too many values',
      ({ file }) => file('x.csv', `${HEADER}\n${GOOD}\n${GOOD},,,,5\n`),
      'x.csv, line 3: more values where the header names 8: correct the line; where another character separates',
    ],
    [
      'a CSV row with too few values',
      ({ file }) => file('x.csv', `${HEADER}\n${GOOD}\nS1,P1\n`),
      'x.csv, line 3: 2 values where the header names 8',
    ],
    [
      'a quote that is not closed',
      ({ file }) => file('x.csv', `${HEADER}\n"${GOOD}\n${GOOD}\n`),
      'x.csv, line 2: a quote is opened and not closed: correct the line; where quotes are mere characters, say another: --quote',
    ],
    [
      'a line of three megabytes',
      ({ file }) => file('x.csv', `${HEADER}\n${GOOD}${'0'.repeat(3_000_000)}\n`),
      'x.csv, line 2: longer than 2000000 bytes: shorten it',
    ],
    [
      'another encoding, with its line',
      ({ file }) => file('x.csv', Buffer.from(`${HEADER}\n${GOOD}\nKöln${GOOD}\n`, 'latin1')),
      'x.csv, line 3: it is not UTF-8, say what it is by --encoding latin-1 or utf-16',
    ],
    [
      'UTF-16 without a word about it',
      ({ file }) => file('x.csv', Buffer.from(`\uFEFF${HEADER}\n${GOOD}\n`, 'utf16le')),
      'x.csv is not CSV in UTF-8: where it is text, say how it is written by --encoding utf-16',
    ],
    [
      'a spreadsheet',
      ({ file }) => file('x.csv', Buffer.from('PK\x03\x04\x14\0\0\0 workbook.xml')),
      'a spreadsheet is to be saved as CSV first',
    ],
    [
      'an empty line before the header',
      ({ file }) => file('x.csv', `\n${HEADER}\n${GOOD}\n`),
      'x.csv: the first line is empty, it must name the columns',
    ],
    [
      'no header',
      ({ file }) => file('x.csv', `${GOOD}\n`),
      'It has S1, P1, 2025-01-01, 9.5, 1, 3, 20, 0: say in spec.data.columns.store, spec.data.columns.product, ' +
        'spec.data.columns.date, spec.data.columns.stockout which of them it is. The first line must name the columns',
    ],
    [
      'a name twice in the header',
      ({ file }) => file('x.csv', `${HEADER},stockout\n${GOOD},0\n`),
      'x.csv: column stockout stands twice in the header: rename one of them',
    ],
    [
      'a name twice but for its case',
      ({ file }) => file('x.csv', `${HEADER},Price\n${GOOD},0\n`),
      'x.csv: columns price and Price differ by case alone, which tables do not tell apart: rename one of them',
    ],
    [
      'names of another case',
      ({ file }) => file('x.csv', `${HEADER.replace('date', 'Date')}\n${GOOD}\n`),
      'x.csv: column date is missing. It has store_id, product_id, Date, price',
    ],
    [
      'a nested column where a store is due',
      ({ parquet }) => parquet('x.parquet', `SELECT * REPLACE ([store_id] AS store_id) FROM (${rawRows()})`),
      'x.parquet: column store_id is VARCHAR[], expected text or whole numbers',
    ],
    [
      'only bad rows',
      ({ file }) => file('x.csv', `${HEADER}\nS1,P1,x,1,0,1,1,0\n`),
      'nothing was written: date is not a date (1 rows, first in row 1 of',
    ],
    [
      'a folder',
      async ({ folder }) => folder,
      'is not a file: name the Parquet or CSV files themselves, as in',
    ],
    [
      'nothing there',
      async ({ folder }) => join(folder, 'no.csv'),
      'no.csv does not exist: correct the name',
    ],
    ['a pattern of no file', async ({ folder }) => join(folder, 'no-*.csv'), 'no file is named like'],
  ];

  test.each(refused)('%s', async (_, make, message) => {
    const workspace = await createWorkspace();
    const path = await make(workspace);
    await expect(ingest(workspace.context, [path])).rejects.toThrow(InputError);
    await expect(ingest(workspace.context, [path])).rejects.toThrow(message);
    expect(await workspace.storage.list('')).toEqual([]);
  });

  test('one bad file among good ones keeps the good ones out too', async () => {
    const { context, file, storage } = await createWorkspace();
    const good = await file('good.csv', `${HEADER}\n${GOOD}\n`);
    await expect(ingest(context, [good, await file('bad.csv', 'a,b\n1,2\n')])).rejects.toThrow(
      'bad.csv: column',
    );
    const other = await file('other.csv', 'store_id,product_id,date,stockout\nS2,P1,2025-01-01,0\n');
    await expect(ingest(context, [good, other])).rejects.toThrow(
      'other.csv lacks column price, promo, daily_sales, inventory, which',
    );
    expect(await storage.list('')).toEqual([]);
  });

  test('a column that the table has and the file lacks is named', async () => {
    const { context, file } = await createWorkspace();
    await ingest(context, [await file('1.csv', `${HEADER}\n${GOOD}\n`)]);
    const lacking = await file('2.csv', 'store_id,product_id,date,stockout\nS2,P1,2025-01-01,0\n');
    await expect(ingest(context, [lacking])).rejects.toThrow(
      'cannot append to table raw: column price is missing; column promo is missing',
    );
  });
});
