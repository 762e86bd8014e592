// Ten times the rows: each step of the chain on 1,080,000 and on 10,800,000 generated rows, every step in a process of its
// own. The bar: at most 11 times the time, the same peak memory +-20%, the training matrix apart.
//
//   node bench/scale.ts [turns [rounds]]
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { generate } from '@stockout/pipeline';
import { median, spread } from './figures/spread.ts';
import { runForJson } from './python/venv.ts';

const SIZES = { once: 1_080_000, tenfold: 10_800_000 } as const;
const STEPS = ['ingest', 'features', 'train', 'score'] as const;

interface Turn {
  seconds: number;
  cpu: number;
  megabytes: number;
}

const [turns = '3', rounds = '50'] = process.argv.slice(2);
const step = fileURLToPath(new URL('scale/step.ts', import.meta.url));
const folder = await mkdtemp(path.join(tmpdir(), 'stockout-bench-'));
const file = (size: string): string => path.join(folder, `${size}.parquet`);
try {
  for (const [size, rows] of Object.entries(SIZES)) await generate({ rows, seed: 1, out: file(size) });
  const taken: Record<string, Record<string, Turn>[]> = { once: [], tenfold: [] };
  for (let turn = 0; turn < Number(turns); turn++) {
    for (const size of Object.keys(SIZES)) taken[size]?.push(await chain(size));
    console.log(`turn ${turn + 1}, load average ${loadavg()[0]?.toFixed(1)}`);
  }
  for (const name of STEPS) {
    const of = (size: string): Turn[] => (taken[size] ?? []).map((each) => each[name] as Turn);
    tell(name, of('once'), of('tenfold'));
  }
} finally {
  await rm(folder, { recursive: true });
}

async function chain(size: string): Promise<Record<string, Turn>> {
  const storage = path.join(folder, 'storage');
  const steps: Record<string, Turn> = {};
  for (const name of STEPS) {
    const args = [step, name, pathToFileURL(storage).href, file(size), rounds];
    steps[name] = runForJson<Turn>(process.execPath, args);
  }
  await rm(storage, { recursive: true });
  return steps;
}

function tell(name: string, once: readonly Turn[], tenfold: readonly Turn[]): void {
  const ratio = (of: keyof Turn): string =>
    spread(
      tenfold.map((turn, i) => turn[of] / (once[i] as Turn)[of]),
      2,
    );
  const side = (all: readonly Turn[]): string =>
    `${spread(all.map(({ seconds }) => seconds), 2)} s, ${median(all.map(({ megabytes }) => megabytes)).toFixed(0)} MB`; // prettier-ignore
  console.log(`${name.padEnd(8)} 1,080,000 rows: ${side(once)}; 10,800,000 rows: ${side(tenfold)}`);
  console.log(
    `${' '.repeat(8)} ${ratio('seconds')} x the time, ${ratio('cpu')} x the CPU, ${ratio('megabytes')} x the memory`,
  );
}
