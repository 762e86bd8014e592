import { StockoutError } from '@stockout/contracts';
import { type DuckDB, quoteLiteral } from '@stockout/features';
import { type FeatureMatrix, readFeatureMatrix } from '../engines/duckdb/feature-matrix.ts';
import type { FeaturesTable } from '../features.ts';
import type { TrainingData } from '../xgboost/protocol.ts';
import { shareData } from '../xgboost/shared-memory.ts';
import { countLabelledGroups, groupName, labelledRows } from './day-counts.ts';
import { drawGroups, type GroupSplit } from './group-split.ts';
import { drawParts, PART, type RandomSplit } from './random-split.ts';
import type { SplitPlan } from './split-plan.ts';

/** Which store, product and day each row is of. */
type RowKeys = Pick<FeatureMatrix, 'days' | 'stores' | 'storeNames' | 'products' | 'productNames'>;

/** Labelled rows, in the order of store, product and day. */
export interface LabelledRows extends TrainingData {
  keys: RowKeys;
}

/** SQL: which rows are in which part. */
interface Conditions {
  /** All that does not test. */
  train: string;
  test: string;
  choosing: { train: string; validation: string } | undefined;
}

/** What a version is trained on and what it is judged on. */
export async function readSplit(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: SplitPlan,
): Promise<{ train: LabelledRows; test: LabelledRows }> {
  if (plan.strategy === 'Random') {
    const pick = await drawRows(db, table, features, plan);
    return { train: pick(PART.train, PART.validation), test: pick(PART.test) };
  }
  const { train, test } = await conditionsOf(db, table, plan);
  return {
    train: await readRows(db, table, features, train),
    test: await readRows(db, table, features, test),
  };
}

/** Of what does not test: what a model is trained on to choose, and what it is judged on. */
export async function readChoosing(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: SplitPlan,
): Promise<{ train: LabelledRows; validation: LabelledRows }> {
  if (plan.strategy === 'Random') {
    const pick = await drawRows(db, table, features, plan);
    return { train: pick(PART.train), validation: pick(PART.validation) };
  }
  const { choosing } = await conditionsOf(db, table, plan);
  if (choosing === undefined) throw new StockoutError(`split ${plan.strategy} has no validation rows`);
  return {
    train: await readRows(db, table, features, choosing.train),
    validation: await readRows(db, table, features, choosing.validation),
  };
}

/** All labelled rows, to pick parts from. */
async function drawRows(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: RandomSplit,
): Promise<(...parts: number[]) => LabelledRows> {
  const rows = await readRows(db, table, features, 'TRUE');
  const drawn = drawParts(rows.labels, plan);
  return (...parts) => pickRows(rows, (row) => parts.includes(drawn[row] as number));
}

/** The test rows alone: for a champion, which may see other features, and for evaluating again. */
export async function readTestRows(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: SplitPlan,
): Promise<LabelledRows> {
  if (plan.strategy === 'Random') return (await readSplit(db, table, features, plan)).test;
  return readRows(db, table, features, (await conditionsOf(db, table, plan)).test);
}

async function conditionsOf(
  db: DuckDB,
  table: FeaturesTable,
  plan: Exclude<SplitPlan, { strategy: 'Random' }>,
): Promise<Conditions> {
  if (plan.strategy !== 'Time') return groupConditions(db, table, plan);
  const { trainFrom, trainTo, choosingTrainTo, validationFrom, validationTo, testFrom, testTo } = plan;
  const validates = choosingTrainTo && validationFrom && validationTo;
  return {
    train: between(trainFrom, trainTo),
    test: between(testFrom, testTo),
    choosing: validates
      ? { train: between(trainFrom, choosingTrainTo), validation: between(validationFrom, validationTo) }
      : undefined,
  };
}

async function groupConditions(db: DuckDB, table: FeaturesTable, plan: GroupSplit): Promise<Conditions> {
  const { test, validation } = drawGroups(await countLabelledGroups(db, table, plan.strategy), plan);
  const isOne = (groups: readonly { name: string }[], not = ''): string =>
    `${groupName(plan.strategy)} ${not} IN (${groups.map(({ name }) => quoteLiteral(name)).join(', ')})`;
  return {
    train: isOne(test, 'NOT'),
    test: isOne(test),
    choosing:
      plan.validationGroups === undefined
        ? undefined
        : {
            train: isOne([...test, ...validation], 'NOT'),
            validation: isOne(validation),
          },
  };
}

async function readRows(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  where: string,
): Promise<LabelledRows> {
  const { relation, label } = table;
  const condition = `${where} AND ${labelledRows(table)}`;
  return dataOf(await readFeatureMatrix(db, { relation, features, label, where: condition }));
}

/** In shared memory at once: XGBoost's thread reads it there, and no second copy stays. */
function dataOf({ values, rows, features, labels, ...keys }: FeatureMatrix): LabelledRows {
  return { ...shareData({ values, rows, columns: features.length, labels }), keys };
}

function between(from: string, to: string): string {
  return `CAST(date AS DATE) BETWEEN DATE ${quoteLiteral(from)} AND DATE ${quoteLiteral(to)}`;
}

/** Copies the rows that are picked, in order. */
function pickRows({ keys, ...data }: LabelledRows, isPicked: (row: number) => boolean): LabelledRows {
  const { columns } = data;
  let picked = 0;
  for (let row = 0; row < data.rows; row++) picked += Number(isPicked(row));
  const values = new Float32Array(picked * columns);
  for (let from = 0, to = 0; from < data.rows; from++) {
    if (!isPicked(from)) continue;
    values.set(data.values.subarray(from * columns, (from + 1) * columns), to++ * columns);
  }
  const filter = (_: number, row: number): boolean => isPicked(row);
  return {
    values,
    rows: picked,
    columns,
    labels: data.labels.filter(filter),
    keys: {
      ...keys,
      days: keys.days.filter(filter),
      stores: keys.stores.filter(filter),
      products: keys.products.filter(filter),
    },
  };
}
