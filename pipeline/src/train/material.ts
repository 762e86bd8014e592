import type { Manifest } from '@stockout/contracts';
import { type DuckDB, openDuckDB } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import type { FirstDays } from '../evaluate/slice-groups.ts';
import type { FeaturesTable } from '../features.ts';
import type { Matrix } from '../xgboost/binding.ts';
import { readChampionRows } from './champion-rows.ts';
import { countLabelledDays, countLabelledGroups } from './day-counts.ts';
import { readFirstDays, readNewestWeek } from './newest-rows.ts';
import { planSplit, type SplitPlan } from './split-plan.ts';
import { type LabelledRows, readChoosing, readSplit } from './split-rows.ts';
import type { Training } from './supported.ts';
import type { TrainRows } from './train-rows.ts';
import { needsValidation } from './validation.ts';

/** What a training learns from and is judged on. */
export interface Material extends Disposable {
  plan: SplitPlan;
  train: TrainRows;
  test: LabelledRows;
  /** The last seven days, labelled or not. */
  newestWeek: Matrix;
  firstDays: FirstDays;
  /** The test rows with the champion's features; undefined when they cannot be had. */
  championTest: LabelledRows | undefined;
}

/** Plans the split before a row is read: what cannot be split fails at once. */
export async function planMaterial(
  { signal, model }: PipelineContext,
  table: FeaturesTable,
  training: Training,
): Promise<SplitPlan> {
  await using db = await openDuckDB({ signal });
  // Awaited here: at the end of this block DuckDB is gone.
  return await planParts(db, table, training, needsValidation(training, model.spec.serving));
}

/** What settings are tried on, and what is chosen on. */
export interface Parts extends Disposable {
  train: TrainRows;
  validation: LabelledRows;
}

/** The rows outside the test, with some of them set apart to choose on. */
export async function readParts(
  { signal }: PipelineContext,
  table: FeaturesTable,
  training: Training,
): Promise<Parts> {
  await using db = await openDuckDB({ signal });
  const plan = await planParts(db, table, training, true);
  const parts = await readChoosing(db, table, table.features, plan);
  return { ...parts, [Symbol.dispose]: () => parts.train[Symbol.dispose]() };
}

async function planParts(
  db: DuckDB,
  table: FeaturesTable,
  training: Training,
  validates: boolean,
): Promise<SplitPlan> {
  const { strategy } = training.split;
  const holdsOut = strategy === 'Store' || strategy === 'Product';
  return planSplit(
    { training, horizonDays: table.horizonDays, validates },
    {
      days: await countLabelledDays(db, table),
      groups: holdsOut ? await countLabelledGroups(db, table, strategy) : [],
    },
  );
}

/** Reads all rows, and leaves DuckDB's memory before XGBoost takes its own. */
export async function readMaterial(
  context: PipelineContext,
  table: FeaturesTable,
  plan: SplitPlan,
  champion: Manifest | undefined,
): Promise<Material> {
  await using db = await openDuckDB({ signal: context.signal });
  using stack = new DisposableStack();
  const { train, test } = await readSplit(db, table, table.features, plan);
  stack.use(train);
  const read = { names: table.features, rows: test };
  const championTest = champion && (await readChampionRows(db, context, table, plan, champion, read));
  const newestWeek = await readNewestWeek(db, table);
  const firstDays = await readFirstDays(db, table);
  const freed = stack.move();
  return {
    plan,
    train,
    test,
    championTest,
    newestWeek,
    firstDays,
    [Symbol.dispose]: () => freed.dispose(),
  };
}
