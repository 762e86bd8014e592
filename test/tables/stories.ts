import type { DuckDB } from '@stockout/features';
import { writeDataFiles } from '../../pipeline/src/tables/data-files.ts';
import { commit } from '../../pipeline/src/tables/table.ts';
import { vacuumTable } from '../../pipeline/src/tables/vacuum-table.ts';
import { age, appendOnce, rowsOf, tableIn } from './table-world.ts';

/** What a writer does in an empty folder that was prepared; it may be killed anywhere and is then run again. */
export interface Story {
  tables: string[];
  prepare(db: DuckDB, folder: string): Promise<void>;
  run(db: DuckDB, folder: string): Promise<void>;
  /** What the first table may hold at any time, as `told` tells it; the last of these is the end. */
  states: unknown[];
  told(db: DuckDB, folder: string): Promise<unknown>;
}

const SUM = 'SELECT count(*) AS n, CAST(sum(a) AS INTEGER) AS sum';

/** Version 20 is a checkpoint, and takes the log before version 10 with it. */
const table: Story = {
  tables: ['t'],
  prepare: async (db, folder) => {
    for (let n = 0; n < 19; n++) await appendOnce(db, tableIn(folder), 'before', n, `SELECT 1 AS a`);
    await age(folder, tableIn(folder), 31);
  },
  run: async (db, folder) => {
    const t = tableIn(folder);
    await appendOnce(db, t, 'append', 0, 'SELECT 100 AS a FROM range(3)');
    await replaceOnce(db, folder, 'SELECT 1000 AS a');
    await vacuumTable(db, t, { now: Date.now() + 1000, retention: 0, dryRun: false });
  },
  told: async (db, folder) => (await rowsOf(db, tableIn(folder), SUM))[0],
  states: [
    { n: 19, sum: 19 },
    { n: 22, sum: 319 },
    { n: 1, sum: 1000 },
  ],
};

async function replaceOnce(db: DuckDB, folder: string, select: string): Promise<void> {
  const written = await writeDataFiles(db, tableIn(folder), select);
  await commit(db, tableIn(folder), async ({ files, transactions }) => {
    if (transactions.has('replace')) return undefined;
    return {
      operation: 'WRITE',
      operationParameters: { mode: 'Overwrite' },
      ...written,
      removes: [...files.values()],
      transactions: [{ appId: 'replace' }],
    };
  });
}

/** Each is loaded by itself: a program that is killed 100 times had better start fast. */
export async function loadStory(name: string): Promise<Story> {
  if (name === 'table') return table;
  const { ingestion, product } = await import('./product-story.ts');
  return name === 'product' ? product : ingestion;
}
