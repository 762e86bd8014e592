// A program: node killed-writer.ts <folder> <story> <moment> <when> tells a story of writes to tables and dies on the way:
// before its n-th step (before), with half of the n-th file written (amid), or after so many milliseconds (after).
import { openDuckDB } from '@stockout/features';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadStory } from './stories.ts';
import { watchSystemSteps } from './system-steps.ts';

const [folder = '', name = '', moment = '', when = ''] = process.argv.slice(2);
// What it leaves there goes with the test's folder.
process.env['TMPDIR'] = join(folder, 'tmp');
await mkdir(process.env['TMPDIR'], { recursive: true });
const story = await loadStory(name);
await using db = await openDuckDB({ threads: 1 });

// SIGKILL cannot be caught: nothing below it runs, as when a node goes away.
const die = () => process.kill(process.pid, 'SIGKILL');
let steps = 0;
if (when === 'after') setTimeout(die, Number(moment)).unref();
else {
  await watchSystemSteps([folder], async ({ half }) => {
    if (when === 'amid' && half === undefined) return;
    if (++steps !== Number(moment)) return;
    if (when === 'amid') await half?.();
    die();
  });
}
await story.run(db, folder);
