import type { RawRows } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHistory } from './read-history.ts';

/** Hours out of stock are a covariate, and make the stockout as well. */
const OWN: RawRows = {
  set: 'Extended',
  columns: [
    { name: 'store_id', source: 'Filiale', kind: 'key' },
    { name: 'product_id', source: 'product_id', kind: 'key' },
    { name: 'date', source: 'dt', kind: 'day' },
    { name: 'promo', source: 'discount', kind: 'number', condition: { test: 'below', bound: '1' } },
    { name: 'stockout', source: 'hours', kind: 'number', condition: { test: 'atLeast', bound: '16' } },
    { name: 'hours', source: 'hours', kind: 'number', history: true },
    { name: 'region', source: 'Ort', kind: 'text' },
  ],
};

const read = (...rows: unknown[]) => readHistory(rows, OWN, 100);
/** As JSON has it: what is undefined is not there. */
const plain = (row: object): unknown => JSON.parse(JSON.stringify(row));
const DAY = Date.UTC(2025, 0, 1) / 86_400_000;

describe('rows under the names of the customer', () => {
  it('make 0 and 1 of numbers as the spec says, and several columns of one', () => {
    const given = read({ Filiale: 7, product_id: ' P1 ', dt: '2025-01-01', discount: 0.9, hours: 16 });
    expect(given).toMatchObject({
      columns: { store_id: ['7'], product_id: ['P1'], date: [DAY], promo: [1], stockout: [1], hours: [16] },
    });
  });

  it('may be under the standard names, where 0 and 1 are said outright', () => {
    const keys = { store_id: 'S', product_id: 'P', date: '2025-01-01' };
    expect(read({ ...keys, promo: false, stockout: 1 })).toMatchObject({
      columns: { store_id: ['S'], promo: [0], stockout: [1], hours: [null] },
    });
    for (const row of [
      { ...keys, hours: 16, stockout: 0 },
      { ...keys, stockout: 0, hours: 16 },
    ]) {
      expect(read(row)).toMatchObject({ columns: { stockout: [0], hours: [16] } });
    }
  });

  it('are refused where two names mean one column, or a stockout is not said', () => {
    const row = { Filiale: 'S', store_id: 'S', product_id: 'P', dt: '2025-01-01', hours: null };
    expect(read(row)).toEqual({
      kind: 'wrong',
      errors: [
        { field: '[0].store_id', message: 'means the same as Filiale: send one of them' },
        { field: '[0].hours', message: 'must not be null' },
      ],
    });
  });

  it('may say the region of the store or not, as text or a whole number', () => {
    const regions = [' Köln ', 7, '', null, undefined, '7.0', '7.05'];
    const row = { Filiale: 'S', product_id: 'P', hours: 0 };
    const given = read(...regions.map((Ort, i) => ({ ...row, dt: `2025-01-0${i + 1}`, Ort })).map(plain));
    expect(given).toMatchObject({ columns: { region: ['Köln', '7', null, null, null, '7', '7.05'] } });
    expect(read({ ...row, dt: '2025-01-01', Ort: 1.5 })).toEqual({
      kind: 'wrong',
      errors: [{ field: '[0].Ort', message: 'must be text or a whole number, not a number' }],
    });
  });

  it('are named by their newest row, whatever their order', () => {
    const days = ['2025-01-02', '2025-01-03', '2025-01-01'];
    const given = read(...days.map((dt) => ({ Filiale: 'S', product_id: 'P', dt, hours: 0 })));
    expect(given).toMatchObject({ kind: 'rows', last: new Map([['S\0P', 1]]) });
  });
});

it('whatever JSON a caller sends is read or refused by name, and numbers that are read are finite', () => {
  const value = fc.oneof(
    fc.constantFrom('S', '7', '2025-01-01', '2025-02-30', 'NaN', '', '\0', '\uD800', 16, 0, 1, true, null),
    fc.jsonValue({ maxDepth: 1 }),
    fc.double(),
  );
  const names = ['Ort', 'region', 'Filiale', 'store_id', 'product_id', 'dt', 'date', 'discount', 'promo', 'hours', 'stockout', '__proto__']; // prettier-ignore
  const row = fc.dictionary(fc.constantFrom(...names), value);
  const body = fc.oneof(
    fc.array(row, { maxLength: 4 }),
    fc.record({ rows: fc.array(row), asOf: value }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(body, (sent) => {
      const given = readHistory(sent, OWN, 3);
      if (given.kind === 'wrong') {
        expect(given.errors.length).toBeGreaterThan(0);
        return;
      }
      expect(given.last.size).toBeGreaterThan(0);
      for (const column of Object.values(given.columns)) {
        for (const one of column) expect(typeof one !== 'number' || Number.isFinite(one)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
