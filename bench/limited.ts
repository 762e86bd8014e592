// More rows than fit: the chain on 10,800,000 generated rows, each step in a process of its own under a hard limit of
// 1.2 GB (a cgroup, as a container is; the kernel kills whoever takes more), and the training once more without a limit:
// the model must be the same, byte for byte. Needs root.
//
//   node bench/limited.ts [rows [megabytes [rounds]]]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { generate } from '@stockout/pipeline';
import { createMemoryGroup } from './limited/cgroup.ts';

interface Step {
  result: { digest?: string };
  seconds: number;
  cpu: number;
  megabytes: number;
}

const [rows = '10800000', megabytes = '1200', rounds = '5'] = process.argv.slice(2);
const program = fileURLToPath(new URL('scale/step.ts', import.meta.url));
const folder = await mkdtemp(path.join(tmpdir(), 'stockout-bench-'));
const raw = path.join(folder, 'raw.parquet');
const storage = path.join(folder, 'storage');
try {
  await generate({ rows: Number(rows), seed: 1, out: raw });
  const limited = await runSteps(Number(megabytes) * 1e6, ['ingest', 'features', 'train', 'score']);
  await rm(path.join(storage, 'models'), { recursive: true });
  const free = await runSteps(64e9, ['train']);
  console.log(
    `model.ubj ${limited.train?.result.digest === free.train?.result.digest ? 'equal byte for byte' : 'DIFFERENT'}`,
  );
} finally {
  await rm(folder, { recursive: true });
}

async function runSteps(bytes: number, names: readonly string[]): Promise<Record<string, Step>> {
  await using group = await createMemoryGroup(bytes);
  const steps: Record<string, Step> = {};
  for (const name of names) {
    const args = [program, name, pathToFileURL(storage).href, raw, rounds];
    const step = JSON.parse(group.run(process.execPath, args)) as Step;
    const { seconds, cpu, megabytes: peak } = step;
    console.log(
      `${name.padEnd(8)} ${rows} rows in ${bytes / 1e6} MB: ${seconds.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU, ` +
        `peak ${peak.toFixed(0)} MB, ${await group.kills()} killed`,
    );
    steps[name] = step;
  }
  return steps;
}
