import type { DuckDB } from '@stockout/features';
import { type FeatureMatrix, readFeatureMatrix } from '../engines/duckdb/feature-matrix.ts';
import type { MatrixSelection } from '../engines/duckdb/ordered-rows.ts';
import type { FeaturesTable } from '../features.ts';
import { freeMemory } from '../xgboost/free-memory.ts';
import { isReadWhole } from '../xgboost/matrix-memory.ts';
import type { TrainingData } from '../xgboost/protocol.ts';
import { shareData } from '../xgboost/shared-memory.ts';
import { type Part, partsOf, requireChoosing } from './split-parts.ts';
import type { SplitPlan } from './split-plan.ts';
import { fromMemory, stageTrainRows, type TrainRows } from './train-rows.ts';

/** Which store, product and day each row is of. */
type RowKeys = Pick<FeatureMatrix, 'days' | 'stores' | 'storeNames' | 'products' | 'productNames'>;

/** Labelled rows, in the order of store, product and day. */
export interface LabelledRows extends TrainingData {
  keys: RowKeys;
}

/** What a version is trained on and what it is judged on. */
export async function readSplit(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: SplitPlan,
): Promise<{ train: TrainRows; test: LabelledRows }> {
  const parts = await partsOf(db, table, plan);
  const test = await readRows(db, selectionOf(table, features, parts.test));
  return { test, train: await readTrainRows(db, selectionOf(table, features, parts.train)) };
}

/** Of what does not test: what a model is trained on to choose, and what it is judged on. */
export async function readChoosing(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: SplitPlan,
): Promise<{ train: TrainRows; validation: LabelledRows }> {
  const parts = requireChoosing(await partsOf(db, table, plan), plan);
  const validation = await readRows(db, selectionOf(table, features, parts.validation));
  return { validation, train: await readTrainRows(db, selectionOf(table, features, parts.train)) };
}

/** The test rows alone: for a champion, which may see other features, and for evaluating again. */
export async function readTestRows(
  db: DuckDB,
  table: FeaturesTable,
  features: readonly string[],
  plan: SplitPlan,
): Promise<LabelledRows> {
  const { test } = await partsOf(db, table, plan);
  return readRows(db, selectionOf(table, features, test));
}

function selectionOf(
  { relation, label }: FeaturesTable,
  features: readonly string[],
  part: Part,
): MatrixSelection {
  return { relation, label, features, ...part };
}

async function readRows(db: DuckDB, selection: MatrixSelection): Promise<LabelledRows> {
  return dataOf(await readFeatureMatrix(db, selection));
}

async function readTrainRows(db: DuckDB, selection: MatrixSelection): Promise<TrainRows> {
  const { relation, where = 'TRUE', features } = selection;
  const [counted] = await db.rows<{ rows: number }>(
    `SELECT count(*) AS rows FROM ${relation} WHERE ${where}`,
  );
  const shape = { rows: counted?.rows ?? 0, columns: features.length };
  if (!isReadWhole(shape, freeMemory())) return stageTrainRows(db, selection);
  return fromMemory(await readRows(db, selection));
}

/** In shared memory at once: XGBoost's thread reads it there, and no second copy stays. */
function dataOf({ values, rows, features, labels, ...keys }: FeatureMatrix): LabelledRows {
  return { ...shareData({ values, rows, columns: features.length, labels }), keys };
}
