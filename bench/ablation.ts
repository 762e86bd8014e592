// What each group of Extended's features adds on real data: FreshRetailNet's 60 stores (CC-BY-4.0), a full-day stockout
// (16 hours or more out of stock between 6 and 22 o'clock) within 7 days.
//
//   node bench/ablation.ts freshretailnet_60_stores.parquet
//
// What is chosen is chosen on the validation days; the test days are looked at once, for the table.
import process from 'node:process';
import { XGBoost } from '@stockout/pipeline/xgboost';
import { GROUPS } from './ablation/groups.ts';
import { type Judged, type Setting, judge } from './ablation/judge.ts';
import { SETTINGS } from './ablation/settings.ts';
import {
  type RealRows,
  type Split,
  readRealRows,
  testSplit,
  validationSplits,
} from './ablation/real-rows.ts';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('node bench/ablation.ts freshretailnet_60_stores.parquet');
  process.exit(2);
}
const rows = await readRealRows(file);
await using xgboost = await XGBoost.start();
const [validation, test] = [validationSplits(rows), testSplit(rows)];
console.log(
  `${test.train.rows} rows to learn from, ${test.held.rows} test rows; validation: ` +
    validation.map(({ train, held }) => `${train.rows} and ${held.rows}`).join(', '),
);
for (const [name, setting] of Object.entries(SETTINGS)) {
  console.log(`\n${name}\n\n| features | of them | validation AUC | PR-AUC | test AUC | PR-AUC |`);
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const { what, features } of cumulated(rows)) {
    const chosenBy = meanOf(await judgeAll(features, setting, validation));
    const told = [chosenBy, ...(await judgeAll(features, setting, [test]))].map(tell);
    console.log(`| ${what} | ${features.length} | ${told.join(' | ')} |`);
  }
}

/** Each group with all before it. */
function cumulated({ features }: RealRows): { what: string; features: string[] }[] {
  return GROUPS.map(({ what }, i) => ({
    what: i === 0 ? what : `+ ${what}`,
    features: features.filter((name) => GROUPS.slice(0, i + 1).some(({ has }) => has(name))),
  }));
}

async function judgeAll(features: string[], setting: Setting, splits: readonly Split[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const split of splits) judged.push(await judge(xgboost, split, features, setting));
  return judged;
}

function meanOf(judged: readonly Judged[]): Judged {
  const mean = (of: (one: Judged) => number) => judged.reduce((sum, one) => sum + of(one), 0) / judged.length;
  return { auc: mean(({ auc }) => auc), prAuc: mean(({ prAuc }) => prAuc) };
}

function tell({ auc, prAuc }: Judged): string {
  return `${auc.toFixed(4)} | ${prAuc.toFixed(4)}`;
}
