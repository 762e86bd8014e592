import { expect, test } from 'vitest';
import { chooseForm, isReadWhole } from './matrix-memory.ts';

const MB = 1e6;
const RETAIL = { rows: 816_000, columns: 15 };
const TRAIN = { rows: 9_000_000, columns: 15 };
const TEST = { rows: 1_800_000, columns: 15 };

test('rows are copied whole where they fit, else binned, else binned on disk', () => {
  expect(chooseForm([RETAIL], 600 * MB)).toBe('Dense');
  expect(chooseForm([TRAIN, TEST], 4000 * MB)).toBe('Dense');
  expect(chooseForm([TRAIN, TEST], 2000 * MB)).toBe('Bins');
  expect(chooseForm([TRAIN], 1600 * MB)).toBe('Bins');
  expect(chooseForm([TRAIN, TEST], 1600 * MB)).toBe('BinsOnDisk');
});

test('more columns make more bins, and no more of what each row needs', () => {
  expect(chooseForm([{ ...TRAIN, columns: 44 }], 1600 * MB)).toBe('BinsOnDisk');
});

test('rows that do not fit without their bins are refused before any memory is taken', () => {
  expect(() => chooseForm([TRAIN, TEST], 500 * MB)).toThrow(
    /10800000 rows takes 615 MB .* 500 are free: raise the memory limit/,
  );
});

test('few rows are read as one matrix; many are not, however much memory there is', () => {
  expect(isReadWhole(RETAIL, 1000 * MB)).toBe(true);
  expect(isReadWhole(RETAIL, 400 * MB)).toBe(false);
  expect(isReadWhole(TRAIN, 64_000 * MB)).toBe(false);
});
