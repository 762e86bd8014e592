// One step of the chain in a process of its own: node step.ts <step> <storage> <raw.parquet> <rounds> -> a line of JSON.
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { features, ingest, type PipelineContext, score, train } from '@stockout/pipeline';
import { openStorage } from '@stockout/storage';
import { buildJob } from '../../pipeline/src/score/scoring.test-support.ts';
import { buildModel } from '../../pipeline/src/train/model.test-support.ts';

const [step = '', storage = '', file = '', rounds = '50'] = process.argv.slice(2);
const model = buildModel({ params: { rounds: Number(rounds) } });
const context: PipelineContext = { model, storage: openStorage(storage) };
// All days.
const job = buildJob({ input: {} });
const steps: Record<string, () => Promise<unknown>> = {
  ingest: () => ingest(context, [file]),
  features: () => features(context),
  train: async () => {
    const { digest, metrics } = await train(context, { run: 'bench' });
    return { digest, auc: metrics.auc };
  },
  score: () => score(context, job, { version: 'v1' }),
};

const started = performance.now();
const result = await steps[step]?.();
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({ result, seconds, cpu: (user + system) / 1e6, megabytes: await peakMegabytes() }),
);

/** The most that was in memory at once, pages of files that are mapped included; where /proc is not, getrusage's figure. */
async function peakMegabytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) / 1024;
}
