// Standard features of 26 million rows (24 copies of the retail data under other store ids): this product on 2 threads
// and 1 GiB against pandas with windows over rows, in alternating turns, each in a process of its own.
//
//   node bench/features-large.ts [copies [turns]]
//
// pandas comes from a venv of its own, by features/requirements.txt; it needs some 12 GB for 24 copies.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { writeCopies } from './features/copies.ts';
import { ratioOf, tellSides, tellWhetherEqual, type Turn } from './figures/turns.ts';
import { pythonWith, runForJson } from './python/venv.ts';

const [copies = '24', turns = '3'] = process.argv.slice(2);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const python = await pythonWith(here('features/requirements.txt'));
const folder = await mkdtemp(path.join(tmpdir(), 'stockout-bench-'));
try {
  const raw = path.join(folder, 'raw.parquet');
  await writeCopies(raw, Number(copies));
  const ours: Turn[] = [];
  const theirs: Turn[] = [];
  for (let turn = 0; turn < Number(turns); turn++) {
    theirs.push(await run(python, 'features/peer.py', raw));
    ours.push(await run(process.execPath, 'features/ours.ts', raw));
    console.log(`turn ${turn + 1}, load average ${loadavg()[0]?.toFixed(1)}`);
  }
  report(ours, theirs);
} finally {
  await rm(folder, { recursive: true });
}

async function run(command: string, program: string, raw: string): Promise<Turn> {
  const out = path.join(folder, 'out');
  await mkdir(out);
  const turn = runForJson<Turn>(command, [here(program), raw, out]);
  await rm(out, { recursive: true });
  return turn;
}

function report(ours: Turn[], theirs: Turn[]): void {
  tellSides({ stockout: ours, pandas: theirs });
  const [seconds, cpu] = [ratioOf(theirs, ours, 'seconds', 1), ratioOf(theirs, ours, 'cpu', 1)];
  console.log(`pandas takes ${seconds} x as long, ${cpu} x the CPU`);
  tellWhetherEqual([...ours, ...theirs]);
}
