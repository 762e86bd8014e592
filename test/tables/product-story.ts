import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
    const days = Array.from({ length: 40 }, (_day, i) =>
      new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10),
    );
    const rows = days.map(
      (day, i) => `S1,P1,${day},9.5,0,${i % 7},${i},${i === 2 ? 7 : Number(i % 5 === 0)}`,
    );
    await writeFile(join(folder, 'rows.csv'), [HEADER, ...rows, ''].join('\n'));
  },
  run: async (_, folder) => {
    const context = { model: buildModel(), storage: tableIn(folder).storage };
    await ingest(context, [join(folder, 'rows.csv')]);
    await features(context);
  },
  told: async (db, folder) => {
    const there = (await tableIn(folder).storage.list('raw/_delta_log')).length > 0;
    return there ? (await rowsOf(db, tableIn(folder, 'raw'), 'SELECT count(*) AS n'))[0] : undefined;
  },
  states: [undefined, { n: 39 }],
};
