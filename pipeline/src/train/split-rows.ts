import { type DuckDB, quoteLiteral } from '@stockout/features';
import { type FeatureMatrix, readFeatureMatrix } from '../engines/duckdb/feature-matrix.ts';
import type { FeaturesTable } from '../features.ts';
import type { TrainingData } from '../xgboost/protocol.ts';
import { shareData } from '../xgboost/shared-memory.ts';
import { drawTestRows } from './random-split.ts';
import { labelledRows } from './day-counts.ts';
import type { SplitPlan } from './split-plan.ts';

export interface SplitRows {
  train: TrainingData;
  test: TrainingData;
}

/** The labelled rows of both sides, in the order of store, product and day. */
export async function readSplit(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: SplitPlan,
): Promise<SplitRows> {
  if (plan.strategy === 'Random') {
    const rows = await readRows(db, table, features, 'TRUE');
    const drawn = drawTestRows(rows.labels, plan.testFraction, plan.seed);
    return { train: pickRows(rows, drawn, 0), test: pickRows(rows, drawn, 1) };
  }
  return {
    train: await readRows(db, table, features, between(plan.trainFrom, plan.trainTo)),
    test: await readRows(db, table, features, between(plan.testFrom, plan.testTo)),
  };
}

/** The test rows alone: for a champion, which may see other features, and for evaluating again. */
export async function readTestRows(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: SplitPlan,
): Promise<TrainingData> {
  if (plan.strategy === 'Random') return (await readSplit(db, table, features, plan)).test;
  return readRows(db, table, features, between(plan.testFrom, plan.testTo));
}

async function readRows(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  where: string,
): Promise<TrainingData> {
  const { relation, label } = table;
  const condition = `${where} AND ${labelledRows(table)}`;
  return dataOf(await readFeatureMatrix(db, { relation, features, label, where: condition }));
}

/** In shared memory at once: XGBoost's thread reads it there, and no second copy stays. */
function dataOf({ values, rows, features, labels }: FeatureMatrix): TrainingData {
  return shareData({ values, rows, columns: features.length, labels });
}

function between(from: string, to: string): string {
  return `CAST(date AS DATE) BETWEEN DATE ${quoteLiteral(from)} AND DATE ${quoteLiteral(to)}`;
}

/** Copies the rows whose mark is `mark`, in order. */
function pickRows(data: TrainingData, marks: Uint8Array, mark: 0 | 1): TrainingData {
  const { columns } = data;
  const rows = marks.reduce((count, each) => count + Number(each === mark), 0);
  const values = new Float32Array(rows * columns);
  const labels = new Float32Array(rows);
  for (let from = 0, to = 0; from < data.rows; from++) {
    if (marks[from] !== mark) continue;
    values.set(data.values.subarray(from * columns, (from + 1) * columns), to * columns);
    labels[to++] = data.labels[from] as number;
  }
  return { values, rows, columns, labels };
}
