import { type Manifest, MAX_RESULT_BYTES } from '@stockout/contracts';
import { openStorage } from '@stockout/storage';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate/evaluate.ts';
import { features } from '../features.ts';
import { versions } from '../versions/list-versions.ts';
import { requireManifest } from '../versions/manifest.ts';
import { loadScorer } from '../xgboost/scorer.ts';
import { smallModel } from './model.test-support.ts';
import { toTrainResult } from './outcome.ts';
import { SAWTOOTH, writeRawTable } from './raw-table.test-support.ts';
import { train } from './train.ts';
import { testTrainingStorage } from './training-storage.test-support.ts';
import { sha256 } from './version-files.ts';

const place = testTrainingStorage();
const { buildContext } = place;

async function readVersion(version: string): Promise<Manifest> {
  return requireManifest(openStorage(place.uri), 'default', 'retail', version);
}

describe('a training', () => {
  it('makes a version whose manifest pins every file, and says what the gates say', async () => {
    const context = buildContext();
    await writeRawTable(context);
    const steps: string[] = [];
    const outcome = await train({ ...context, report: ({ step }) => steps.push(step) }, { run: 'r1' });

    expect(outcome).toMatchObject({ version: 'v1', run: 'r1', dataVersion: 0 });
    expect(outcome.uri).toBe(`${place.uri}/models/default/retail/v1`);
    expect(outcome.metrics.auc).toBeGreaterThan(0.95);
    expect(outcome.gates.map((gate) => gate.passed)).toEqual([true, true]);
    expect(outcome.baseline?.feature).toBeTypeOf('string');

    const manifest = await readVersion('v1');
    const storage = openStorage(place.uri);
    for (const [name, { sha256: pinned, bytes }] of Object.entries(manifest.files)) {
      const content = await storage.read(`models/default/retail/v1/${name}`);
      expect([sha256(content), content.length]).toEqual([pinned, bytes]);
    }
    expect(Object.keys(manifest.files)).toEqual(['model.ubj', 'model.onnx', 'training.json', 'report.html']);
    expect(manifest.digest).toBe(manifest.files['model.ubj']?.sha256);
    // Twenty series; the interval goes around the metric.
    const { confidence, metrics } = manifest;
    expect(confidence).toMatchObject({ resamples: 200, series: 20 });
    expect(confidence?.metrics.auc?.low).toBeLessThanOrEqual(metrics.auc ?? 0);
    expect(confidence?.metrics.auc?.high).toBeGreaterThanOrEqual(metrics.auc ?? 1);
    expect(confidence?.overBaseline?.auc?.gain).toBeCloseTo(
      (metrics.auc ?? 0) - (manifest.baseline?.auc ?? 0),
      12,
    );
    // 60 days, of which 53 have a whole horizon: 14 test, 7 are left out between.
    expect(manifest.split).toMatchObject({
      strategy: 'Time',
      trainFrom: '2025-01-01',
      trainTo: '2025-02-01',
      testFrom: '2025-02-09',
      testTo: '2025-02-22',
    });
    expect(manifest.data).toMatchObject({ testRows: 20 * 14, trainRows: 20 * 32 - 20 });
    expect([...new Set(steps)]).toEqual(['features', 'read', 'train', 'evaluate', 'write']);
  });

  it('keeps golden predictions that the stored model reproduces, missing values among them', async () => {
    const context = buildContext();
    await writeRawTable(context);
    await train(context);
    const manifest = await readVersion('v1');
    await using scorer = await loadScorer(openStorage(place.uri), manifest);
    const { golden } = manifest;
    const matrix = new Float32Array(
      golden.flatMap((row) => row.features.map((value) => value ?? Number.NaN)),
    );
    const scores = await scorer.score(matrix, golden.length);
    expect([...scores]).toEqual(golden.map((row) => row.score));
    expect(golden.length).toBeGreaterThan(20);
    expect(golden.some((row) => row.features.includes(null))).toBe(true);
    expect(scorer.features).toEqual(manifest.features.map((feature) => feature.name));
  });

  it('gives the same digest for the same data and spec, and prints a finished run again', async () => {
    const context = buildContext();
    await writeRawTable(context);
    const first = await train(context, { run: 'r1' });
    const again = await train(context, { run: 'r1' });
    const second = await train(context, { run: 'r2' });
    expect({ ...again, seconds: 0 }).toEqual({ ...first, seconds: 0 });
    expect(second).toMatchObject({ version: 'v2', digest: first.digest, metrics: first.metrics });
  });

  it('makes no version while there is no other data than that of the version which it is told of', async () => {
    const context = buildContext();
    await writeRawTable(context);
    const first = await train(context, { run: 'r1' });
    const unchanged = await train(context, { run: 'r2', unlessDataOf: 'v1' });
    expect({ ...unchanged, seconds: 0 }).toEqual({ ...first, seconds: 0 });
    await writeRawTable(context, `SELECT * REPLACE (date + 60 AS date) FROM (${SAWTOOTH})`);
    const scheduledFor = '2026-11-23T03:00:00Z';
    const options = { run: 'r3', unlessDataOf: 'v1', scheduledFor };
    expect(await train(context, options)).toMatchObject({ version: 'v2', dataVersion: 1, scheduledFor });
    expect(await train(context, options)).toMatchObject({ version: 'v2' });
    // One whose files are gone is no reason not to train.
    expect(await train(context, { run: 'r4', unlessDataOf: 'v9' })).toMatchObject({ version: 'v3' });
  });

  it('gives two trainings at once two versions, and one run one version however often it is started', async () => {
    const context = buildContext();
    await writeRawTable(context);
    const outcomes = await Promise.all(['a', 'b', 'b'].map((run) => train(context, { run })));
    expect(new Set(outcomes.map((outcome) => outcome.version))).toEqual(new Set(['v1', 'v2']));
    expect(outcomes[1]?.version).toBe(outcomes[2]?.version);
    expect((await versions(context)).versions.map((each) => each.version)).toEqual(['v2', 'v1']);
  });

  it('is evaluated on the rows of its own data version, whatever has come since', async () => {
    const context = buildContext();
    await writeRawTable(context);
    const trained = await train(context);
    await writeRawTable(context, `SELECT * REPLACE (date + 60 AS date) FROM (${SAWTOOTH})`);
    const { tableVersion } = await features(context);
    const evaluated = await evaluate(context, { version: 'v1' });
    expect(evaluated).toMatchObject({ dataVersion: 0, metrics: trained.metrics });
    // Others read the features table: it is not set back to older rows.
    expect((await features(context)).tableVersion).toBe(tableVersion);
  });

  it('is evaluated by the labels that it was trained on, whatever horizon the spec has by now', async () => {
    const context = buildContext();
    await writeRawTable(context);
    const { metrics } = await train(context);
    context.model.spec.data.horizonDays = 2;
    expect(await evaluate(context, { version: 'v1' })).toMatchObject({ metrics });
  });

  it('warns by name of a feature that is the label in disguise', async () => {
    const context = buildContext();
    const stockoutWithin = 'max(stockout) OVER (PARTITION BY store_id, product_id ORDER BY date ROWS BETWEEN 1 FOLLOWING AND 7 FOLLOWING)'; // prettier-ignore
    await writeRawTable(context, `SELECT * REPLACE (CAST(2 + coalesce(${stockoutWithin}, 0) AS DOUBLE) AS price) FROM (${SAWTOOTH})`); // prettier-ignore
    const { warnings } = await train(context);
    expect(warnings[0]).toMatch(/^feature price alone ranks the test rows perfectly.*label in disguise/);
    expect(warnings.join()).not.toMatch(/alone ranks the rows/);
  });

  it('draws a random split by its seed, and says that it leaks', async () => {
    const split = { strategy: 'Random', testDays: 14, testFraction: '0.25' } as const;
    const context = buildContext({ training: { split } });
    await writeRawTable(context);
    const trained = await train(context);
    expect(trained.warnings[0]).toMatch(/split Random/);
    const manifest = await readVersion('v1');
    expect(manifest.data.testRows / (manifest.data.testRows + manifest.data.trainRows)).toBeCloseTo(0.25, 2);
    const evaluated = await evaluate(context, { version: 'v1' });
    expect(evaluated.metrics).toEqual(trained.metrics);
  });

  it.each(['Store', 'Product'] as const)(
    'tests on whole units that it has not seen: %s',
    async (strategy) => {
      const split = { strategy, testDays: 14, testFraction: '0.25' } as const;
      const context = buildContext({ training: { split } });
      await writeRawTable(context);
      const trained = await train(context);
      const { data, split: kept } = await readVersion('v1');
      // 4 stores x 5 products of 53 labelled days, one series 20 days shorter.
      expect(kept).toMatchObject({ strategy, testGroups: 1, seed: 42 });
      expect(data.testRows + data.trainRows).toBe(20 * 53 - 20);
      expect(data.testRows % 53).toBeOneOf([0, 33]);
      const evaluated = await evaluate(context, { version: 'v1' });
      expect(evaluated.metrics).toEqual(trained.metrics);
    },
  );

  it('stops early and chooses its threshold on the last training days, and then trains on them too', async () => {
    const threshold = { strategy: 'Cost', value: '0.5', missedStockout: '10', falseAlarm: '1' } as const;
    const serving = { ...smallModel().spec.serving, threshold };
    const params = { rounds: 200, maxDepth: 3, eta: '0.3', earlyStoppingRounds: 5 };
    const context = buildContext({ serving, params });
    const noisy = 'IF(hash(store_id, product_id, date) % 30 = 0, 1 - stockout, stockout)';
    await writeRawTable(context, `SELECT * REPLACE (${noisy} AS stockout) FROM (${SAWTOOTH})`);
    await train(context);
    const manifest = await readVersion('v1');
    expect(manifest.split).toMatchObject({
      trainTo: '2025-02-01',
      choosingTrainTo: '2025-01-19',
      validationFrom: '2025-01-27',
      validationTo: '2025-02-01',
      testFrom: '2025-02-09',
    });
    expect(manifest.data).toMatchObject({ trainRows: 19 * 32 + 12, validationRows: 20 * 6 });
    expect(manifest.params).toMatchObject({ maxRounds: 200, earlyStoppingRounds: 5 });
    expect(manifest.params.rounds).toBeLessThan(200);
    expect(manifest.threshold).toMatchObject({ strategy: 'Cost', missedStockout: 10, falseAlarm: 1 });
    expect(manifest.threshold.value).toBeLessThan(0.5);
  });

  it.each(['Platt', 'Isotonic'] as const)(
    'scores as calibrated wherever it scores: %s',
    async (calibration) => {
      const split = { strategy: 'Time', testDays: 14, testFraction: '0.25' } as const;
      const context = buildContext({ training: { split, calibration } });
      const noisy = 'IF(hash(store_id, product_id, date) % 30 = 0, 1 - stockout, stockout)';
      await writeRawTable(context, `SELECT * REPLACE (${noisy} AS stockout) FROM (${SAWTOOTH})`);
      const trained = await train(context);
      const manifest = await readVersion('v1');
      expect(manifest.calibration?.method).toBe(calibration);
      expect(manifest.uncalibrated?.ece).not.toBe(manifest.metrics.ece);
      const { golden } = manifest;
      const rows = golden.flatMap((row) => row.features.map((value) => value ?? Number.NaN));
      await using scorer = await loadScorer(openStorage(place.uri), manifest);
      const scores = await scorer.score(new Float32Array(rows), golden.length);
      expect([...scores]).toEqual(golden.map((row) => row.score));
      const evaluated = await evaluate(context, { version: 'v1' });
      expect(evaluated.metrics).toEqual(trained.metrics);
    },
  );

  it('trains on the same rows whatever the threshold, as long as nothing is chosen', async () => {
    const context = buildContext();
    await writeRawTable(context);
    const first = await train(context);
    const threshold = { strategy: 'Fixed', value: '0.3' } as const;
    const other = { ...context.model.spec, serving: { ...context.model.spec.serving, threshold } };
    const second = await train({ ...context, model: { ...context.model, spec: other } });
    expect(second.digest).toBe(first.digest);
    expect((await readVersion('v2')).threshold).toEqual({ strategy: 'Fixed', value: 0.3 });
  });

  it('reports a result that fits into a termination message', async () => {
    const context = buildContext();
    await writeRawTable(context);
    const result = toTrainResult(await train(context));
    expect(result).toMatchObject({ kind: 'train', version: 'v1' });
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(MAX_RESULT_BYTES);
  });
});

it('refuses a model file that is not the one that its manifest pins', async () => {
  const context = buildContext();
  await writeRawTable(context);
  await train(context);
  const storage = openStorage(place.uri);
  const key = 'models/default/retail/v1/model.ubj';
  await storage.put(key, (await storage.read(key)).subarray(0, 1000));
  await expect(loadScorer(storage, await readVersion('v1'))).rejects.toThrow(/model\.ubj.*digest/);
});
