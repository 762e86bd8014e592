// One making of Standard features by this product: node ours.ts <raw.parquet> <folder for the result> -> a line of JSON.
import { join } from 'node:path';
import process from 'node:process';
import { openDuckDB, quoteLiteral, renderParts } from '@stockout/features';
import { STANDARD } from './standard.ts';

const [file = '', folder = ''] = process.argv.slice(2);

const before = process.cpuUsage();
const started = performance.now();
await using db = await openDuckDB({ threads: 2 });
const raw = `SELECT * FROM ${quoteLiteral(file)}`;
await using parts = await renderParts(db, raw, STANDARD);
for (const [i, select] of parts.selects.entries()) {
  const out = quoteLiteral(join(folder, `part-${i}.parquet`));
  await db.run(`COPY (${select}) TO ${out} (FORMAT parquet, COMPRESSION zstd)`);
}
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
const [result] = await db.rows<{ rows: number; check: number }>(
  `SELECT count(*) AS rows, sum(sales_lag_7) + sum(sales_roll14_avg) AS check FROM ${quoteLiteral(join(folder, '*.parquet'))}`,
);
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(
  JSON.stringify({ ...result, parts: parts.selects.length, seconds, cpu: (user + system) / 1e6, megabytes }),
);
