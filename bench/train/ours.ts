// One training by this product: node ours.ts <folder with X.f32, y.f32, names.json> -> a line of JSON.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { XGBoost } from '@stockout/pipeline/xgboost';
import { PARAMS, ROUNDS } from './retail-rows.ts';

const folder = process.argv[2] ?? '.';
const featureNames = JSON.parse(readFileSync(`${folder}/names.json`, 'utf8')) as string[];
const floats = (file: string): Float32Array =>
  new Float32Array(new Uint8Array(readFileSync(`${folder}/${file}`)).buffer);
const values = floats('X.f32');
const labels = floats('y.f32');
await using xgboost = await XGBoost.start();

const before = process.cpuUsage();
const started = performance.now();
const data = { values, labels, rows: labels.length, columns: featureNames.length };
await using model = await xgboost.train({
  data,
  featureNames,
  params: PARAMS,
  rounds: ROUNDS,
  onRound: () => {},
});
const seconds = (performance.now() - started) / 1000;
const used = process.cpuUsage(before);
const cpu = (used.user + used.system) / 1e6;
const digest = createHash('sha256')
  .update(await model.save('ubj'))
  .digest('hex');
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ version: xgboost.version, seconds, cpu, digest, megabytes }));
