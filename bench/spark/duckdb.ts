// The product's features of a raw Parquet file, as one process: node bench/spark/duckdb.ts RAW OUT
import process from 'node:process';
import { openDuckDB, quoteLiteral, renderParts } from '@stockout/features';
import { STANDARD } from '../features/standard.ts';

const [raw = '', out = ''] = process.argv.slice(2);
await using db = await openDuckDB({ threads: 2 });
const from = `SELECT * FROM ${quoteLiteral(raw)}`;
await using parts = await renderParts(db, from, STANDARD);
for (const [i, select] of parts.selects.entries()) {
  const file = quoteLiteral(`${out}/${i}.parquet`);
  await db.run(`COPY (${select}) TO ${file} (FORMAT parquet, COMPRESSION zstd)`);
}
