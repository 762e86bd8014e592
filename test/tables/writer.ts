// A program: node writer.ts <folder> <writer> <commits> appends a row with each commit, racing with its likes.
import { openDuckDB } from '@stockout/features';
import { appendOnce, tableIn } from './table-world.ts';

const [folder = '', writer = '', commits = ''] = process.argv.slice(2);
const table = tableIn(folder);
await using db = await openDuckDB({ threads: 1 });
for (let n = 0; n < Number(commits); n++) {
  await appendOnce(db, table, `writer-${writer}`, n, `SELECT ${writer} AS writer, ${n} AS n`);
}
