// `stockout demo` as a person runs it, on 1,080,000 rows: seconds to the first line and in all, and the memory of all its
// processes together at the worst moment (proportional set size: shared pages are counted once).
//
//   node bench/demo.ts
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { spread } from './figures/spread.ts';

const RUNS = 3;
const SAMPLE_MILLISECONDS = 100;
const BIN = fileURLToPath(new URL('../cli/bin/stockout.js', import.meta.url));

interface Run {
  firstLine: number;
  total: number;
  peakMegabytes: number;
}

async function run(): Promise<Run> {
  const stateDir = await mkdtemp(join(tmpdir(), 'stockout-bench-'));
  const began = performance.now();
  const since = (): number => (performance.now() - began) / 1000;
  const child = spawn(process.execPath, [BIN, 'demo', '--state', stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'close').then(([code]) => code as number);
  let firstLine = Number.NaN;
  child.stdout.once('data', () => (firstLine = since()));
  child.stdout.resume();
  let total = Number.NaN;
  void exited.then(() => (total = since()));
  let peak = 0;
  while (Number.isNaN(total)) {
    peak = Math.max(peak, await memoryOf(child.pid as number));
    await Promise.race([delay(SAMPLE_MILLISECONDS), exited]);
  }
  if ((await exited) !== 0) throw new Error(`the demo ended with ${await exited}`);
  await rm(stateDir, { recursive: true });
  return { firstLine, total, peakMegabytes: peak / 1024 };
}

/** KiB of a process and all that it started. */
async function memoryOf(root: number): Promise<number> {
  const parents = new Map<number, number[]>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    parents.set(parent, [...(parents.get(parent) ?? []), pid]);
  }
  const family = [root];
  for (const pid of family) family.push(...(parents.get(pid) ?? []));
  const sizes = await Promise.all(
    family.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
      return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

console.log(`load average before: ${loadavg()[0]?.toFixed(2)}`);
const runs: Run[] = [];
for (let index = 0; index < RUNS; index++) runs.push(await run());
console.log(`stockout demo, ${RUNS} runs; median (range)`);
console.log(`first line   ${spread(runs.map(({ firstLine }) => firstLine), 2)} s`); // prettier-ignore
console.log(`in all       ${spread(runs.map(({ total }) => total), 1)} s`); // prettier-ignore
console.log(`peak memory  ${spread(runs.map(({ peakMegabytes }) => peakMegabytes), 0)} MB of all processes`); // prettier-ignore
