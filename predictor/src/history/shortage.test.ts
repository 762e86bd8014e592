import { writeFile } from 'node:fs/promises';
import { openDuckDB } from '@stockout/features';
import { expect, it } from 'vitest';
import { isShortage } from './shortage.ts';

const MIB = 2 ** 20;
const LARGE = 'CREATE TEMP TABLE large AS SELECT hash(range) AS a, hash(range + 1) AS b FROM range(4000000)';

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

it('memory that is used up, with no place to spill to, is one', async () => {
  await using db = await openDuckDB({ memoryBytes: 16 * MIB, threads: 1, tempDirectory: '' });
  expect(isShortage(await errorOf(db.run(LARGE)))).toBe(true);
});

it('a disk that is full is one', async () => {
  expect(isShortage(await errorOf(writeFile('/dev/full', 'more')))).toBe(true);
});

it.each(['SELECT', "SELECT CAST('x' AS INT)", 'SELECT * FROM nothing'])(
  '%s is none: it is wrong',
  async (sql) => {
    await using db = await openDuckDB({ threads: 1 });
    const error = await errorOf(db.rows(sql));
    expect(error).toBeInstanceOf(Error);
    expect(isShortage(error)).toBe(false);
  },
);
