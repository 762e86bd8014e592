import { InputError } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DataSpec, mapColumns } from './mapping.ts';

const sourcesOf = (spec: DataSpec) => mapColumns(spec).sources.map(({ source }) => source);
const mappedOf = (spec: DataSpec) => mapColumns(spec).mapped.map(({ name, source }) => [name, source.source]);

describe('which columns are read', () => {
  test('without a word in the spec, those of standard names', () => {
    const standard = 'store_id,product_id,date,price,promo,daily_sales,inventory,stockout'.split(',');
    expect(sourcesOf({})).toEqual(standard);
    expect(mappedOf({})).toEqual(standard.map((name) => [name, name]));
  });

  test('named ones by their own names, and what conditions ask about once', () => {
    const hours = { column: 'hours', atLeast: '16' };
    const spec: DataSpec = {
      columns: { date: 'dt', sales: 'qty', promo: { column: 'hours', below: '1' }, stockout: hours },
      covariates: [
        { column: 'holiday', history: false },
        { column: 'hours', history: true },
      ],
    };
    expect(mappedOf(spec)).toEqual([
      ['store_id', 'store_id'],
      ['product_id', 'product_id'],
      ['date', 'dt'],
      ['price', 'price'],
      ['promo', 'hours'],
      ['daily_sales', 'qty'],
      ['inventory', 'inventory'],
      ['stockout', 'hours'],
      ['holiday', 'holiday'],
      ['hours', 'hours'],
    ]);
    expect(sourcesOf(spec).filter((source) => source === 'hours')).toHaveLength(1);
  });

  test('a region where the spec names it, and else one may be a covariate of that name', () => {
    expect(mappedOf({ columns: { region: 'city' } })).toContainEqual(['region', 'city']);
    const { mapped } = mapColumns({ covariates: [{ column: 'region', history: true }] });
    expect(mapped.at(-1)).toMatchObject({ name: 'region', type: 'DOUBLE', source: { kind: 'number' } });
  });

  test('inventory may be what stockout is told by', () => {
    const spec: DataSpec = { columns: { stockout: { column: 'inventory', atMost: '0' } } };
    const { sources, mapped } = mapColumns(spec);
    const stockout = mapped.find(({ name }) => name === 'stockout');
    expect(stockout).toMatchObject({ condition: { test: 'atMost', bound: '0' } });
    expect(sources.find(({ source }) => source === 'inventory')).toMatchObject({ required: true });
  });

  test('a standard name that another column has taken is not read twice', () => {
    expect(mappedOf({ columns: { sales: 'inventory' } }).map(([name]) => name)).not.toContain('inventory');
  });
});

describe('a column that is to be two things is refused, both fields named', () => {
  test.each<[string, DataSpec, string]>([
    [
      'two names of one',
      { columns: { sales: 'qty', inventory: 'qty' } },
      'spec.data.columns.sales and spec.data.columns.inventory both mean column qty',
    ],
    [
      'by case alone',
      { columns: { sales: 'qty', price: 'QTY' } },
      'spec.data.columns.price and spec.data.columns.sales both mean column qty',
    ],
    [
      'a required one by its standard name',
      { columns: { store: 'date' } },
      'spec.data.columns.store and spec.data.columns.date both mean column date',
    ],
    [
      'a covariate that is sales already',
      { columns: { sales: 'qty' }, covariates: [{ column: 'qty', history: false }] },
      'spec.data.columns.sales and spec.data.covariates[0] both mean column qty',
    ],
    [
      'a covariate of a standard name',
      { covariates: [{ column: 'Stockout', history: false }] },
      'spec.data.covariates[0] is Stockout, which is the name of a standard column',
    ],
    [
      'the region that is the store',
      { columns: { store: 'Ort', region: 'ort' } },
      'spec.data.columns.store and spec.data.columns.region both mean column ort',
    ],
    [
      'a covariate that is called region beside one',
      { columns: { region: 'zone' }, covariates: [{ column: 'region', history: false }] },
      'spec.data.covariates[0] is region, which is the name of a standard column',
    ],
    [
      'a threshold on a region',
      { columns: { region: 'zone', stockout: { column: 'zone', above: '1' } } },
      'spec.data.columns.stockout compares column zone with a number, and spec.data.columns.region is that column',
    ],
    [
      'a threshold on a day',
      { columns: { stockout: { column: 'date', above: '1' } } },
      'spec.data.columns.stockout compares column date with a number, and spec.data.columns.date is that column',
    ],
  ])('%s', (_, spec, message) => {
    expect(() => mapColumns(spec)).toThrow(InputError);
    expect(() => mapColumns(spec)).toThrow(message);
  });
});

test('whatever is mapped, no two columns have one alias, and none an alias of ours', () => {
  const name = fc.constantFrom(
    'a',
    'b',
    'file',
    'value',
    'reason',
    'price',
    'rowid',
    'raw_a',
    'number_3',
    'date',
  );
  const field = fc.option(name, { nil: undefined });
  const flag = fc.oneof(field, fc.record({ column: name, above: fc.constant('1') }));
  const columns = fc.record(
    {
      store: field,
      product: field,
      date: field,
      price: field,
      promo: flag,
      sales: field,
      stockout: flag,
      region: field,
    },
    { requiredKeys: [] },
  );
  const covariates = fc.uniqueArray(name).map((names) => names.map((column) => ({ column, history: false })));
  fc.assert(
    fc.property(columns, covariates, (given, also) => {
      const spec = { columns: given, covariates: also } as DataSpec;
      let aliases: string[];
      try {
        aliases = mapColumns(spec).sources.map(({ alias }) => alias);
      } catch (error) {
        return error instanceof InputError;
      }
      const all = [
        ...aliases,
        ...aliases.map((alias) => `raw_${alias}`),
        'file',
        'before_file',
        'reason',
        'value',
      ];
      return new Set(all).size === all.length;
    }),
  );
});
