import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDB } from '@stockout/features';
import { features } from '../../pipeline/src/features.ts';
import { ingest } from '../../pipeline/src/ingest/ingest.ts';
import { buildModel } from '../../pipeline/src/train/model.test-support.ts';
import type { Story } from './stories.ts';
import { rowsOf, tableIn } from './table-world.ts';

const HEADER = 'store_id,product_id,date,price,promo,daily_sales,inventory,stockout';

/** The product's own writers, into tables that do not exist yet; a row is rejected on the way. */
export const product: Story = {
  tables: ['raw', 'raw_rejected', 'features'],
  prepare: async (_, folder) => {
    await writeFile(join(folder, 'rows.csv'), csv(0, 40, HEADER));
  },
  run: async (_, folder) => {
    const context = contextOf(folder);
    await ingest(context, [join(folder, 'rows.csv')]);
    await features(context);
  },
  told: (db, folder) => countOf(db, folder, 'raw'),
  states: [undefined, { n: 39, days: 39 }],
};

/**
 * A further file into a table that has rows. It brings a new column, a row that is wrong and one that is there already: at
 * no time are there good rows twice, and in the end no rejected ones.
 */
export const ingestion: Story = {
  tables: ['raw', 'raw_rejected'],
  prepare: async (_, folder) => {
    await writeFile(join(folder, 'first.csv'), csv(0, 20, HEADER));
    await ingest(contextOf(folder), [join(folder, 'first.csv')]);
    await writeFile(join(folder, 'second.csv'), csv(19, 20, `${HEADER},note`));
  },
  run: async (_, folder) => {
    await ingest(contextOf(folder), [join(folder, 'second.csv')]);
  },
  told: async (db, folder) => {
    const [raw, rejected] = [await countOf(db, folder, 'raw'), await countOf(db, folder, 'raw_rejected')];
    // Rejected rows land first, so that they may be there before the good ones.
    return { raw, rejected: raw?.n === 37 ? rejected : undefined };
  },
  states: [
    { raw: { n: 19, days: 19 }, rejected: undefined },
    { raw: { n: 37, days: 37 }, rejected: { n: 3, days: 3 } },
  ],
};

function contextOf(folder: string) {
  return { model: buildModel(), storage: tableIn(folder).storage };
}

async function countOf(
  db: DuckDB,
  folder: string,
  name: string,
): Promise<{ n: number; days: number } | undefined> {
  const there = (await tableIn(folder).storage.list(`${name}/_delta_log`)).length > 0;
  if (!there) return undefined;
  const [found] = await rowsOf<{ n: number; days: number }>(
    db,
    tableIn(folder, name),
    'SELECT count(*) AS n, count(DISTINCT date) AS days',
  );
  return found;
}

/** Rows of days in a row; the third has a flag of 7. */
function csv(from: number, count: number, header: string): string {
  const more = header.endsWith('note') ? ',x' : '';
  const rows = Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.UTC(2025, 0, 1 + from + i)).toISOString().slice(0, 10);
    return `S1,P1,${day},9.5,0,${i % 7},${i},${i === 2 ? 7 : Number(i % 5 === 0)}${more}`;
  });
  return [header, ...rows, ''].join('\n');
}
