// Every bar of the predictor in one run, each figure beside its bar: the reference model (200 trees of depth 6), served as the
// predictor's command serves it; peers in Python come from a venv of their own.
//
//   node bench/predictor.ts [--turns 5] [--requests 1000000] [single] [many] [beside] [start] [memory] [body] [grpc] [explain]
import { spawnSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureBodies } from './predictor/bodies.ts';
import { measureBesideBatches } from './predictor/beside-batches.ts';
import { measureMemory, measureStart } from './predictor/life.ts';
import { type Line, tellLines } from './predictor/line.ts';
import { measureManyRows } from './predictor/many-rows.ts';
import { prepare, type Setting } from './predictor/setting.ts';
import { measureSingleRows } from './predictor/single-rows.ts';

const PARTS: Record<string, (setting: Setting) => Promise<Line[]>> = {
  single: measureSingleRows,
  many: measureManyRows,
  beside: measureBesideBatches,
  start: measureStart,
  memory: measureMemory,
  body: measureBodies,
};
/** Benches of their own, which tell their bars themselves. */
const OTHERS: Record<string, string> = { grpc: 'grpc.ts', explain: 'explain-row.ts' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { turns: { type: 'string', default: '5' }, requests: { type: 'string', default: '1000000' } },
});
const wanted = positionals.length > 0 ? positionals : [...Object.keys(PARTS), ...Object.keys(OTHERS)];
await using setting = await prepare({ turns: Number(values.turns), requests: Number(values.requests) });
for (const name of wanted) {
  const [load] = loadavg();
  console.log(
    `\n${name}: ${availableParallelism()} cores, load average before it ${load?.toFixed(1)}; median (range)`,
  );
  const measure = PARTS[name];
  if (measure !== undefined) tellLines(await measure(setting));
  else run(OTHERS[name]);
}

function run(program: string | undefined): void {
  if (program === undefined)
    throw new Error(`the parts are ${[...Object.keys(PARTS), ...Object.keys(OTHERS)].join(', ')}`);
  spawnSync(process.execPath, [fileURLToPath(new URL(program, import.meta.url))], { stdio: 'inherit' });
}
