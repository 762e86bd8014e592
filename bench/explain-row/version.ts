import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { logistic } from '@stockout/contracts';
import { exportOnnx, parseTreeModel } from '@stockout/pipeline/export';
import { XGBoost } from '@stockout/pipeline/xgboost';
import { VersionCopy } from '../../predictor/src/testing/fixture.ts';
import { PARAMS, readOriginalRows, ROUNDS } from '../train/retail-rows.ts';

const ROWS = 10_000;

/** The reference model as a version that can be served, with rows of the retail data beside it for the peer. */
export async function makeVersion(): Promise<{ version: VersionCopy; row: Record<string, number | null> }> {
  const { values, labels, rows, features } = await readOriginalRows();
  const columns = features.length;
  await using xgboost = await XGBoost.start();
  const data = { values, labels, rows, columns };
  await using model = await xgboost.train({ data, featureNames: features, params: PARAMS, rounds: ROUNDS });
  const some = values.slice(0, ROWS * columns);
  const [margin = 0] = await model.predict({ values: some, rows: ROWS, columns }, 'margin');
  const version = await VersionCopy.make();
  await version.swap('model.ubj', await model.save('ubj'));
  await version.swap('model.onnx', exportOnnx(parseTreeModel(await model.save('json')), 0.5));
  const first = Array.from(some.subarray(0, columns), (value) => (Number.isNaN(value) ? null : value));
  await version.editManifest((manifest) => {
    manifest.golden = [{ features: first, margin, score: logistic(margin) }];
    for (const feature of manifest.features) feature.nullable = true;
  });
  await writeFile(path.join(version.dir, 'X.f32'), some);
  await writeFile(path.join(version.dir, 'names.json'), JSON.stringify(features));
  return { version, row: Object.fromEntries(features.map((name, index) => [name, first[index] ?? null])) };
}
