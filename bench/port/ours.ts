// One run of the product's chain: node ours.ts <storage with a raw table> -> a line of JSON.
import process from 'node:process';
import { features, type PipelineContext, score, train } from '@stockout/pipeline';
import { openStorage } from '@stockout/storage';
import { buildJob } from '../../pipeline/src/score/scoring.test-support.ts';
import { buildModel } from '../../pipeline/src/train/model.test-support.ts';
import { requireManifest } from '../../pipeline/src/versions/manifest.ts';

const storage = openStorage(process.argv[2] ?? '');
const context: PipelineContext = { model: buildModel(), storage };
const job = buildJob({ input: { lastDays: 30 } });

const seconds: Record<string, number> = {};
const cpu: Record<string, number> = {};
async function measure<T>(name: string, step: () => Promise<T>): Promise<T> {
  const [before, started] = [process.cpuUsage(), performance.now()];
  const result = await step();
  seconds[name] = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  cpu[name] = (user + system) / 1e6;
  return result;
}

await measure('features', () => features(context));
const { version, metrics } = await measure('train', () => train(context));
const { rows: scored } = await measure('score', () => score(context, job, { version }));
const { data } = await requireManifest(storage, 'default', 'retail', version);
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(
  JSON.stringify({
    trainRows: data.trainRows,
    testRows: data.testRows,
    scored,
    auc: metrics.auc,
    seconds,
    cpu,
    megabytes,
  }),
);
