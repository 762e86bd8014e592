// What the product in the stores of its region adds to Extended, with the weather and without: docs/ablation.md. Validation
// days only.
//
//   node bench/ablation-region.ts freshretailnet_60_stores.parquet
import process from 'node:process';
import { XGBoost } from '@stockout/pipeline/xgboost';
import { REGION, WEATHER } from './ablation/groups.ts';
import { type Setting, judge } from './ablation/judge.ts';
import { readRealRows, validationSplits } from './ablation/real-rows.ts';
import { SETTINGS } from './ablation/settings.ts';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('node bench/ablation-region.ts freshretailnet_60_stores.parquet');
  process.exit(2);
}
const rows = await readRealRows(file);
const splits = validationSplits(rows);
const [name, setting] = Object.entries(SETTINGS).at(-1) as [string, Setting];
await using xgboost = await XGBoost.start();
console.log(`${name}\n\n| features | of them | AUC, PR-AUC in each window |\n| --- | ---: | --- |`);
for (const [what, leftOut] of [
  ['Extended without a region', [REGION]],
  ['Extended', []],
  ['without region and weather', [REGION, WEATHER]],
  ['without weather', [WEATHER]],
] as const) {
  const features = rows.features.filter((feature) => !leftOut.some((group) => group.test(feature)));
  const told: string[] = [];
  for (const split of splits) {
    const { auc, prAuc } = await judge(xgboost, split, features, setting);
    told.push(`${auc.toFixed(4)} ${prAuc.toFixed(4)}`);
  }
  console.log(`| ${what} | ${features.length} | ${told.join(', ')} |`);
}
