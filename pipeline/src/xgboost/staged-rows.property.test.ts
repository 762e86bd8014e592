import { existsSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { StagedRows } from './staged-rows.ts';

/** Rows that come in pieces of these sizes, into batches of so many bytes. */
const STAGED = fc.record({
  pieces: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }),
  columns: fc.integer({ min: 1, max: 4 }),
  batchBytes: fc.integer({ min: 1, max: 160 }),
});

test('rows come back as they were, whatever the pieces that they came in and the batches that they lie in', () => {
  fc.assert(
    fc.property(STAGED, ({ pieces, columns, batchBytes }) => {
      const rows = pieces.reduce((sum, piece) => sum + piece, 0);
      using staged = new StagedRows(rows, columns, batchBytes);
      let first = 0;
      for (const piece of pieces) {
        staged.append(
          Array.from({ length: columns }, (_, column) => vectorOf(first, piece, valueOf(column))),
        );
        first += piece;
      }
      for (let column = 0; column < columns; column++) {
        expect(staged.column(column)).toEqual(vectorOf(0, rows, valueOf(column)));
      }
      for (let row = 0; row < rows; row++) {
        expect(staged.row(row)).toEqual(vectorOf(0, columns, (column) => valueOf(column)(row)));
      }
    }),
  );
});

test('their file has no name, so that nothing is left of a process that is killed', async () => {
  using staged = new StagedRows(1, 1);
  staged.append([new Float32Array([1])]);
  // Where the system does not tell, there is nothing to look at.
  const name = await readlink(`/proc/self/fd/${staged.fd}`).catch(() => '/nowhere (deleted)');
  expect(existsSync(name)).toBe(false);
});

test('more rows than there should be are an error', () => {
  using staged = new StagedRows(1, 1);
  expect(() => staged.append([new Float32Array(2)])).toThrow('there are more than 1 rows');
});

/** A number of its own for each row and column; every fifth is missing. */
function valueOf(column: number): (row: number) => number {
  return (row) => ((row + column) % 5 === 0 ? Number.NaN : row * 10 + column);
}

function vectorOf(first: number, length: number, value: (index: number) => number): Float32Array {
  return Float32Array.from({ length }, (_, i) => value(first + i));
}
