// A scoring run that is killed before its n-th change to the storage: node kill.test-support.ts <storage URI> <n>
import { openStorage } from '@stockout/storage';
import { buildModel } from '../train/model.test-support.ts';
import { score } from './score.ts';
import { buildJob, loadSalesScorer } from './scoring.test-support.ts';

const [uri = '', deadly = ''] = process.argv.slice(2);
const storage = openStorage(uri);
let changes = 0;

for (const operation of ['putIfAbsent', 'put', 'delete'] as const) {
  const real = storage[operation].bind(storage) as (...args: unknown[]) => Promise<never>;
  storage[operation] = (...args: unknown[]) => {
    changes++;
    // SIGKILL cannot be caught: nothing below this line runs, as when a node goes away.
    if (changes === Number(deadly)) process.kill(process.pid, 'SIGKILL');
    return real(...args);
  };
}

const job = buildJob({ output: { table: 'predictions', mode: 'ReplaceWindow' } });
await score({ model: buildModel(), storage }, job, {
  run: 'killed',
  version: 'v1',
  loadScorer: loadSalesScorer,
});
