import { type DuckDB, quoteLiteral } from '@stockout/features';
import { type FeatureMatrix, readFeatureMatrix } from '../engines/duckdb/feature-matrix.ts';
import type { FeaturesTable } from '../features.ts';
import type { TrainingData } from '../xgboost/protocol.ts';
import { shareData } from '../xgboost/shared-memory.ts';
import { countLabelledGroups, groupName, labelledRows } from './day-counts.ts';
import { drawGroups, type GroupSplit } from './group-split.ts';
import { drawParts, PART } from './random-split.ts';
import type { SplitPlan } from './split-plan.ts';

/** Which store, product and day each row is of. */
type RowKeys = Pick<FeatureMatrix, 'days' | 'stores' | 'storeNames' | 'products' | 'productNames'>;

/** Labelled rows, in the order of store, product and day. */
export interface LabelledRows extends TrainingData {
  keys: RowKeys;
}

export interface SplitRows {
  train: LabelledRows;
  test: LabelledRows;
  /** Where something is chosen on rows of their own. */
  validation: LabelledRows | undefined;
}

/** The labelled rows of every part. */
export async function readSplit(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: SplitPlan,
): Promise<SplitRows> {
  if (plan.strategy === 'Random') {
    const rows = await readRows(db, table, features, 'TRUE');
    const parts = drawParts(rows.labels, plan);
    const pick = (part: number): LabelledRows => pickRows(rows, parts, part);
    const validation = plan.validationFraction === undefined ? undefined : pick(PART.validation);
    return { train: pick(PART.train), test: pick(PART.test), validation };
  }
  const { train, test, validation } = await conditionsOf(db, table, plan);
  return {
    train: await readRows(db, table, features, train),
    test: await readRows(db, table, features, test),
    validation: validation === undefined ? undefined : await readRows(db, table, features, validation),
  };
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

/** SQL: which rows are in which part. */
async function conditionsOf(
  db: DuckDB,
  table: FeaturesTable,
  plan: Exclude<SplitPlan, { strategy: 'Random' }>,
): Promise<{ train: string; test: string; validation: string | undefined }> {
  if (plan.strategy !== 'Time') return groupConditions(db, table, plan);
  const { validationFrom, validationTo } = plan;
  return {
    train: between(plan.trainFrom, plan.trainTo),
    test: between(plan.testFrom, plan.testTo),
    validation: validationFrom && validationTo && between(validationFrom, validationTo),
  };
}

async function groupConditions(db: DuckDB, table: FeaturesTable, plan: GroupSplit) {
  const { test, validation } = drawGroups(await countLabelledGroups(db, table, plan.strategy), plan);
  const isOne = (groups: readonly { name: string }[], not = ''): string =>
    `${groupName(plan.strategy)} ${not} IN (${groups.map(({ name }) => quoteLiteral(name)).join(', ')})`;
  return {
    train: isOne([...test, ...validation], 'NOT'),
    test: isOne(test),
    validation: plan.validationGroups === undefined ? undefined : isOne(validation),
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

/** Copies the rows of a part, in order. */
function pickRows({ keys, ...data }: LabelledRows, parts: Uint8Array, part: number): LabelledRows {
  const { columns } = data;
  const picked = parts.reduce((count, each) => count + Number(each === part), 0);
  const values = new Float32Array(picked * columns);
  for (let from = 0, to = 0; from < data.rows; from++) {
    if (parts[from] !== part) continue;
    values.set(data.values.subarray(from * columns, (from + 1) * columns), to++ * columns);
  }
  const isPicked = (_: number, row: number): boolean => parts[row] === part;
  return {
    values,
    rows: picked,
    columns,
    labels: data.labels.filter(isPicked),
    keys: {
      ...keys,
      days: keys.days.filter(isPicked),
      stores: keys.stores.filter(isPicked),
      products: keys.products.filter(isPicked),
    },
  };
}
