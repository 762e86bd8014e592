// The contributions of all rows by this product: node ours.ts <folder with model.ubj, X.f32, names.json> -> a line of JSON.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { XGBoost } from '@stockout/pipeline/xgboost';

const folder = process.argv[2] ?? '.';
const columns = (JSON.parse(readFileSync(`${folder}/names.json`, 'utf8')) as string[]).length;
const values = new Float32Array(new Uint8Array(readFileSync(`${folder}/X.f32`)).buffer);
const rows = values.length / columns;
await using xgboost = await XGBoost.start();
await using model = await xgboost.load(readFileSync(`${folder}/model.ubj`));

const before = process.cpuUsage();
const started = performance.now();
const contributions = await model.contributions({ values, rows, columns });
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
// Of every thousandth row: both sides must say the same.
let check = 0;
for (let row = 0; row < rows; row += 1000)
  check += Math.abs(contributions[row * (columns + 1)] ?? Number.NaN);
const megabytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ rows, check, seconds, cpu: (user + system) / 1e6, megabytes }));
