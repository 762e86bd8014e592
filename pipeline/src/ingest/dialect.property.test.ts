import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { ingest } from './ingest.ts';

const createWorkspace = testWorkspaces(testDuckDB());

/** Any text that a person could have typed, with what CSV stumbles over. */
const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(',', ';', '"', "'", '|', '\t', '\n', '\\', '🛒', 'é'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 8,
  })
  .map((value) => value.trim())
  .filter((value) => value !== '' && !value.includes('\r'));
const name = text.filter((value) => !value.includes('\n'));
const names = fc.uniqueArray(name, {
  minLength: 5,
  maxLength: 5,
  selector: (value) => value.toLowerCase(),
});
const row = fc.record({
  id: text,
  day: fc.date({ min: new Date('1990-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
  amount: fc.integer({ min: -99_999, max: 99_999 }).map((cents) => cents / 100),
  out: fc.integer({ min: 0, max: 1 }),
});
const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  quote: fc.constantFrom('"', "'"),
  dateFormat: fc.constantFrom(undefined, '%d/%m/%Y', '%m/%d/%Y', '%Y%m%d', '%d.%m.%y'),
  decimalComma: fc.boolean(),
});

test('whatever the names, the values and the notation, the table has what was written', async () => {
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.array(row, { minLength: 1, maxLength: 6 }),
      dialect,
      async (own, rows, how) => {
        const [store = '', product = '', date = '', sales = '', stockout = ''] = own;
        // Two-digit years of strptime are those of 1969 to 2068.
        fc.pre(how.dateFormat !== '%d.%m.%y' || rows.every(({ day }) => day < new Date('2068-01-01')));
        const workspace = await createWorkspace({ columns: { store, product, date, sales, stockout } });
        const quoted = (value: string) =>
          `${how.quote}${value.replaceAll(how.quote, how.quote + how.quote)}${how.quote}`;
        const lines = rows.map(({ id, day, amount, out }, i) => [
          id,
          `P${i}`,
          written(day, how.dateFormat),
          how.decimalComma ? String(amount).replace('.', ',') : String(amount),
          String(out),
        ]);
        const content = [own, ...lines].map((line) => line.map(quoted).join(how.delimiter)).join('\n');
        const path = await workspace.file('x.csv', content);
        expect(await ingest(workspace.context, [path], how)).toMatchObject({
          rows: rows.length,
          rejected: 0,
        });
        const table = await workspace.query('raw', 'FROM {table}');
        const byProduct = new Map(table.map((each) => [each[product], each]));
        rows.forEach(({ id, day, amount, out }, i) => {
          expect(byProduct.get(`P${i}`)).toEqual({
            [store]: id,
            [product]: `P${i}`,
            [date]: day.toISOString().slice(0, 10),
            [sales]: amount,
            [stockout]: out,
          });
        });
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

function written(day: Date, format: string | undefined): string {
  const [year = '', month = '', date = ''] = day.toISOString().slice(0, 10).split('-');
  const parts: Record<string, string> = { Y: year, y: year.slice(2), m: month, d: date };
  return (format ?? '%Y-%m-%d').replaceAll(/%([Yymd])/g, (_, part: string) => parts[part] ?? '');
}
