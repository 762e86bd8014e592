import type { Feature } from '@stockout/contracts';
import { type FieldError, RowReader } from '../features.ts';
import { ArrowReader } from './arrow-reader.ts';
import { CsvReader } from './csv-reader.ts';
import { NdjsonReader } from './ndjson-reader.ts';
import type { PartReader } from './part-reader.ts';

export const FEATURES = [
  { name: 'price', nullable: false },
  { name: 'stock, "left"', nullable: true },
  { name: 'größe', nullable: true },
] as Feature[];
export const NAMES = FEATURES.map(({ name }) => name);

export const READERS: Record<string, () => PartReader> = {
  NDJSON: () => new NdjsonReader(new RowReader(FEATURES)),
  CSV: () => new CsvReader(FEATURES),
  Arrow: () => new ArrowReader(FEATURES),
};

export interface Result {
  rows: (number | null)[][];
  errors: FieldError[];
  thrown: string | undefined;
}

/** All that a reader makes of a body which comes in these parts. */
export function readAll(reader: PartReader, parts: Buffer[]): Result {
  const result: Result = { rows: [], errors: [], thrown: undefined };
  try {
    for (const [index, part] of parts.entries()) {
      for (const block of reader.read(part, index === parts.length - 1)) {
        result.errors.push(...block.errors);
        for (let row = 0; row < block.count; row++) {
          const values = block.matrix.subarray(row * NAMES.length, (row + 1) * NAMES.length);
          result.rows.push(Array.from(values, (value) => (Number.isNaN(value) ? null : value)));
        }
      }
      if (result.errors.length > 0) break;
    }
  } catch (error) {
    result.thrown = (error as Error).message;
  }
  return result;
}

export const readText = (kind: string, text: string): Result =>
  readAll((READERS[kind] as () => PartReader)(), [Buffer.from(text)]);
