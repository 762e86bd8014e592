import { expect, test } from 'vitest';
import type { PipelineContext } from '../../../pipeline/src/context.ts';
import { importModel } from '../../../pipeline/src/import/import-model.ts';
import { loadScorer } from '../../../pipeline/src/xgboost/scorer.ts';
import { requireManifest } from '../../../pipeline/src/versions/manifest.ts';
import { ask, trackedModel, type World } from './world.ts';

interface Saved {
  uri: string;
  logged?: string;
  scores: number[];
}
const COLUMNS = ['inventory', 'daily_sales', 'price', 'sales_lag_1', 'inv_lag_1'];
const ROWS = 400;

/** Rows that a model can learn something from: little stock and many sales. */
function sampleRows(): { rows: (number | null)[][]; labels: number[] } {
  const rows = Array.from({ length: ROWS }, (_, i) => [
    (i * 7) % 31,
    1 + (i % 5),
    10 + (i % 3),
    i % 11 === 0 ? null : 1 + ((i + 1) % 5),
    (i * 7 + 3) % 31,
  ]);
  return {
    rows,
    labels: rows.map(([stock, sales], i) => Number((stock ?? 0) < 3 * (sales ?? 0) !== (i % 17 === 0))),
  };
}

export function describeImporting(world: () => World): void {
  test('models that data scientists have logged become versions that predict as theirs do; others are refused by what they are', async () => {
    const { python, server } = world();
    const { rows, labels } = sampleRows();
    const names = { classifier: 'theirs', booster: 'theirs', sklearn: 'linear' };
    const input = { rows, labels, columns: COLUMNS, names };
    const saved = await python.ask<Record<keyof typeof names, Saved>>('save_models.py', input, {
      MLFLOW_TRACKING_URI: server.uri,
    });
    await using context = await trackedModel(world(), 'ours');
    const addresses = [saved.classifier.uri, saved.booster.uri, saved.booster.logged ?? ''];
    for (const [i, model] of addresses.entries()) {
      const { version, mlflow } = await importModel(context, { model, run: `import-${i}` });
      expect(mlflow?.modelVersion).toBe(String(i + 1));
      const { scores } = i === 0 ? saved.classifier : saved.booster;
      expect(furthest(await scoresOf(context, version, rows.slice(0, 20)), scores)).toBeLessThanOrEqual(1e-7);
    }

    await expect(importModel(context, { model: saved.sklearn.uri })).rejects.toThrow(
      /models:\/linear\/1 in MLflow at .* is not XGBoost \(its flavors: python_function, sklearn\)/,
    );
    await expect(importModel(context, { model: 'models:/theirs@nobody' })).rejects.toThrow(
      /models:\/theirs@nobody is not in MLflow at .* \(its aliases: candidate\)/,
    );
    await expect(importModel(context, { model: 'models:/nobody@champion' })).rejects.toThrow(
      'there is no such registered model',
    );
    await expect(importModel(context, { model: 'models:/theirs/99' })).rejects.toThrow(
      'models:/theirs/99 is not in MLflow',
    );
    await expect(importModel(context, { model: 'models:/theirs/Production' })).rejects.toThrow(
      'names no model',
    );
    await expect(importModel(context, { model: `runs:/${'0'.repeat(32)}/model` })).rejects.toThrow(
      'has no run',
    );
    const { registered_models = [] } = await ask<{ registered_models?: { name: string }[] }>(
      server.uri,
      'registered-models/search',
    );
    expect(registered_models.map(({ name }) => name)).not.toContain('nobody');
  }, 240_000);
}

async function scoresOf(
  { storage, model }: PipelineContext,
  version: string,
  rows: readonly (number | null)[][],
): Promise<number[]> {
  const { namespace, name } = model.metadata;
  const opened = storage as NonNullable<typeof storage>;
  await using scorer = await loadScorer(opened, await requireManifest(opened, namespace, name, version));
  expect(scorer.features).toEqual(COLUMNS);
  return [
    ...(await scorer.score(new Float32Array(rows.flat().map((value) => value ?? Number.NaN)), rows.length)),
  ];
}

function furthest(found: readonly number[], wanted: readonly number[]): number {
  return Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] as number))));
}
