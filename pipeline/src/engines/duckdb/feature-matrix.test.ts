import { expect, test } from 'vitest';
import { testDuckDB } from '../../workspace.test-support.ts';
import { readFeatureMatrix } from './feature-matrix.ts';
import { stageFeatures } from './staged-features.ts';

const duckdb = testDuckDB();

const ROWS = `(SELECT * FROM (VALUES
  ('S2', 'P1', DATE '1970-01-03', 5.5, NULL, 1), ('S1', 'P2', DATE '1970-01-02', 3, 4, 0),
  ('S1', 'P1', DATE '1970-01-03', 1, 2, NULL), ('S1', 'P1', DATE '1970-01-01', NULL, 0.25, 1)
) AS t(store_id, product_id, date, a, b, label))`;

test('rows come in the order of store, product and day, null as NaN, keys as codes', async () => {
  const matrix = await readFeatureMatrix(duckdb.db, { relation: ROWS, features: ['b', 'a'], label: 'label' });
  expect(matrix.rows).toBe(4);
  expect([...matrix.values]).toEqual([0.25, Number.NaN, 2, 1, 4, 3, Number.NaN, 5.5]);
  expect([...matrix.labels]).toEqual([1, Number.NaN, 0, 1]);
  expect([...matrix.days]).toEqual([0, 2, 1, 2]);
  expect([...matrix.stores].map((code) => matrix.storeNames[code])).toEqual(['S1', 'S1', 'S1', 'S2']);
  expect([...matrix.products].map((code) => matrix.productNames[code])).toEqual(['P1', 'P1', 'P2', 'P1']);
});

test('a condition takes some of the rows, and their keys only', async () => {
  const matrix = await readFeatureMatrix(duckdb.db, {
    relation: ROWS,
    features: ['a'],
    where: "date > DATE '1970-01-02'",
  });
  expect(matrix).toMatchObject({ rows: 2, storeNames: ['S1', 'S2'], productNames: ['P1'] });
  expect([...matrix.labels]).toEqual([Number.NaN, Number.NaN]);
});

test('no row is an empty matrix', async () => {
  const matrix = await readFeatureMatrix(duckdb.db, { relation: ROWS, features: ['a'], where: 'FALSE' });
  expect(matrix).toMatchObject({ rows: 0, storeNames: [], values: new Float32Array(0) });
});

test('many rows land where they belong, chunk after chunk', async () => {
  const relation = `(SELECT 'S' || (range % 3) AS store_id, 'P' || (range % 300) AS product_id,
    DATE '2025-01-01' + CAST(range // 300 AS INTEGER) AS date, CAST(range AS DOUBLE) + 1 AS a, -range - 1 AS b FROM range(9000))`;
  const matrix = await readFeatureMatrix(duckdb.db, { relation, features: ['a', 'b'] });
  expect(matrix.values.reduce((total, value) => total + value, 0)).toBe(0);
  for (let row = 0; row < matrix.rows; row += 997) {
    const a = matrix.values[row * 2] ?? Number.NaN;
    expect(matrix.values[row * 2 + 1]).toBe(-a);
    expect(matrix.productNames[matrix.products[row] ?? -1]).toBe(`P${(a - 1) % 300}`);
  }
});

test('marks take rows by their number in the order', async () => {
  const marks = new Uint8Array([0, 1, 0, 1]);
  const selection = { relation: ROWS, features: ['b', 'a'], label: 'label', marks };
  const matrix = await readFeatureMatrix(duckdb.db, selection);
  expect([...matrix.values]).toEqual([2, 1, Number.NaN, 5.5]);
  expect([...matrix.labels]).toEqual([Number.NaN, 1]);
  expect([...matrix.days]).toEqual([2, 2]);
  expect([...matrix.stores].map((code) => matrix.storeNames[code])).toEqual(['S1', 'S2']);
});

test('rows in a file are those of the matrix', async () => {
  const marks = Uint8Array.from({ length: 9000 }, (_, row) => Number(row % 4 > 0));
  const relation = `(SELECT 'S' || (range % 3) AS store_id, 'P' || (range % 300) AS product_id,
    DATE '2025-01-01' + CAST(range // 300 AS INTEGER) AS date, CAST(range % 2 AS INTEGER) AS label,
    CASE WHEN range % 5 > 0 THEN range END AS a, -range AS b FROM range(9000))`;
  for (const chosen of [undefined, marks]) {
    const selection = { relation, features: ['a', 'b'], label: 'label', marks: chosen };
    const matrix = await readFeatureMatrix(duckdb.db, selection);
    const { staged, labels, products, productNames } = await stageFeatures(duckdb.db, selection);
    using _ = staged;
    expect(staged.rows).toBe(matrix.rows);
    for (const column of [0, 1]) {
      expect(staged.column(column)).toEqual(matrix.values.filter((__, i) => i % 2 === column));
    }
    expect([...labels]).toEqual([...matrix.labels]);
    expect(products).toEqual(matrix.products);
    expect(productNames).toEqual(matrix.productNames);
  }
});
