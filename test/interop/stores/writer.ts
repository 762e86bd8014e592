// A program: node writer.ts <uri> <writer> <commits> appends a row with each commit, racing with its likes.
import process from 'node:process';
import { openDuckDB } from '@stockout/features';
import { openStorage } from '@stockout/storage';
import { appendOnce } from '../../tables/table-world.ts';

const [uri = '', writer = '', commits = ''] = process.argv.slice(2);
const table = { storage: openStorage(uri), path: 't', name: 't' };
await using db = await openDuckDB({ threads: 1 });
for (let n = 0; n < Number(commits); n++) {
  await appendOnce(db, table, `writer-${writer}`, n, `SELECT ${writer} AS writer, ${n} AS n`);
}
