import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrainingData } from './protocol.ts';
import { layoutOf, StagedRows } from './staged-rows.ts';
import { XGBoost } from './xgboost.ts';

const PARAMS = {
  objective: 'binary:logistic',
  eval_metric: 'logloss',
  tree_method: 'hist',
  max_depth: '3',
  eta: '0.3',
  subsample: '0.9',
  seed: '7',
};
const NAMES = ['inventory', 'noise'];

/** 1 where the first feature is small; every seventh of it is missing. */
function buildData(rows = 400): TrainingData {
  const values = new Float32Array(rows * 2);
  const labels = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    values[2 * i] = i % 7 === 0 ? Number.NaN : (i * 37) % 100;
    values[2 * i + 1] = (i * 53) % 11;
    labels[i] = (i * 37) % 100 < 40 ? 1 : 0;
  }
  return { values, rows, columns: 2, labels };
}

/** The same features in a file, in batches of so many bytes. */
function stage({ values, rows, columns }: TrainingData, batchBytes: number): StagedRows {
  const staged = new StagedRows(rows, columns, batchBytes);
  const vectors = Array.from({ length: columns }, (_, column) =>
    Float32Array.from({ length: rows }, (__, row) => values[row * columns + column]!),
  );
  staged.append(vectors);
  return staged;
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const rises = (scores: Float32Array): boolean => scores.some((score, i) => i > 0 && score > scores[i - 1]!);

describe('XGBoost in its thread', () => {
  let xgboost: XGBoost;
  beforeAll(async () => {
    xgboost = await XGBoost.start();
  });
  afterAll(() => xgboost[Symbol.asyncDispose]());

  const train = (more: Partial<Parameters<XGBoost['train']>[0]> = {}) =>
    xgboost.train({ data: buildData(), featureNames: NAMES, params: PARAMS, rounds: 10, ...more });

  const meanScore = async (params: Record<string, string>): Promise<number> => {
    await using model = await train({ params: { ...PARAMS, ...params } });
    const scores = await model.predict(buildData());
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  };

  it('learns what separates the classes and tells every round', async () => {
    const rounds: number[] = [];
    await using model = await train({ onRound: (round) => rounds.push(round), evaluateEvery: 5 });
    const scores = await model.predict({ values: new Float32Array([5, 0, 95, 0]), rows: 2, columns: 2 });
    expect(scores[0]).toBeGreaterThan(0.8);
    expect(scores[1]).toBeLessThan(0.2);
    expect(rounds).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(model.curve.map((point) => point.round)).toEqual([5, 10]);
    expect(model.importance.inventory).toBeGreaterThan(model.importance.noise ?? 0);
  });

  it('gives the same model from memory, from a file and with its bins on disk', async () => {
    const data = buildData(3000);
    using staged = stage(data, 4096);
    const inFile = { ...layoutOf(staged), labels: data.labels };
    const evaluation = buildData(500);
    const found = new Set<string>();
    for (const options of [
      { data, form: 'Dense' },
      { data, form: 'Bins' },
      { data, form: 'BinsOnDisk' },
      { data: inFile, form: 'Bins' },
      { data: inFile, form: 'BinsOnDisk' },
    ] as const) {
      await using model = await train({ ...options, evaluation, evaluateEvery: 5 });
      found.add(JSON.stringify([digest(await model.save('ubj')), model.curve]));
    }
    expect(found.size).toBe(1);
  });

  it('follows on the rows that it does not train on what it then says of them', async () => {
    const evaluation = buildData(501);
    await using model = await train({ evaluation });
    const scores = await model.predict(evaluation);
    const losses = scores.map((score, row) => -Math.log(evaluation.labels[row] === 1 ? score : 1 - score));
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    expect(model.curve.at(-1)?.evaluation).toBeCloseTo(mean, 4);
  });

  it('explains every row by contributions that sum to its margin', async () => {
    await using model = await train();
    const data = buildData(50);
    const [parts, margins] = [await model.contributions(data), await model.predict(data, 'margin')];
    for (const [row, margin] of margins.entries()) {
      const [inventory, noise, bias] = parts.subarray(3 * row, 3 * row + 3) as unknown as [
        number,
        number,
        number,
      ];
      expect(inventory + noise + bias).toBeCloseTo(margin, 4);
    }
  });

  it('never says that more inventory is more risk, where the spec says that it cannot be', async () => {
    // Labels that rise again with much inventory: left to itself, a model follows them.
    const data = buildData();
    const labels = data.labels.map((label, row) => ((data.values[2 * row] ?? 0) > 80 ? 1 : label));
    const inventory = Array.from({ length: 101 }, (_, i) => [i, 0]).flat();
    const scoresOf = async (params: Record<string, string>): Promise<Float32Array> => {
      await using model = await train({ data: { ...data, labels }, params: { ...PARAMS, ...params } });
      return model.predict({ values: new Float32Array(inventory), rows: 101, columns: 2 });
    };
    expect(rises(await scoresOf({}))).toBe(true);
    expect(rises(await scoresOf({ monotone_constraints: '(-1,0)' }))).toBe(false);
  });

  it('says more risk the more a stockout weighs, and prunes what gains too little', async () => {
    const plain = await meanScore({});
    expect(await meanScore({ scale_pos_weight: '5' })).toBeGreaterThan(plain);
    // No split is worth so much: what is left is the share of the classes.
    expect(await meanScore({ gamma: '1000000' })).toBeCloseTo(0.4, 1);
    expect(await meanScore({ alpha: '1000000' })).toBeCloseTo(0.4, 1);
  });

  it('stops once nothing is gained, and is then the model of the best round', async () => {
    // Labels of the held rows are turned around: the first round is the best.
    const held = buildData(100);
    const turned = { ...held, labels: held.labels.map((label) => 1 - label) };
    await using stopped = await train({ evaluation: turned, earlyStoppingRounds: 3, rounds: 50 });
    expect(stopped.rounds).toBe(1);
    expect(stopped.curve.at(-1)?.round).toBe(4);
    await using short = await train({ rounds: 1 });
    expect(digest(await stopped.save('ubj'))).toBe(digest(await short.save('ubj')));

    await using whole = await train({ evaluation: held, earlyStoppingRounds: 3 });
    expect(whole.rounds).toBe(10);
  });

  it('gives the same model bytes for the same data and parameters, and others for another seed', async () => {
    await using first = await train();
    await using second = await train({ evaluation: buildData(50), evaluateEvery: 1 });
    await using other = await train({ params: { ...PARAMS, seed: '8' } });
    const bytes = await first.save('ubj');
    expect(digest(await second.save('ubj'))).toBe(digest(bytes));
    expect(digest(await other.save('ubj'))).not.toBe(digest(bytes));
    expect(Buffer.from(bytes).includes('inventory')).toBe(true);
  });

  it('scores from a loaded file as it did when trained, margins being the log odds', async () => {
    await using trained = await train();
    await using loaded = await xgboost.load(await trained.save('ubj'));
    const data = buildData(100);
    const scores = await trained.predict(data);
    expect(await loaded.predict(data)).toEqual(scores);
    const margins = await loaded.predict(data, 'margin');
    for (const [i, margin] of margins.entries()) {
      expect(1 / (1 + Math.exp(-margin))).toBeCloseTo(scores[i] as number, 6);
    }
    expect(loaded.columns).toBe(2);
  });

  it('leaves the arrays of the caller whole', async () => {
    const data = buildData(20);
    await using model = await train({ data });
    await model.predict(data);
    expect(data.values.length).toBe(40);
    expect(data.labels.length).toBe(20);
  });

  it('ends a training when the signal says so', async () => {
    const abort = new AbortController();
    const training = train({
      rounds: 100_000,
      signal: abort.signal,
      onRound: () => abort.abort(new Error('enough')),
    });
    await expect(training).rejects.toThrow('enough');
  });

  it('turns an error of the library into a sentence, and goes on working', async () => {
    await expect(xgboost.load(new Uint8Array(16))).rejects.toThrow(/^XGBoost: Invalid model format/);
    await expect(train({ params: { ...PARAMS, eta: 'fast' } })).rejects.toThrow(
      /^XGBoost: .*could not be parsed: 'ast'/,
    );
    await using model = await train();
    await expect(model.predict({ values: new Float32Array(3), rows: 1, columns: 3 })).rejects.toThrow(
      /^XGBoost: .*columns/i,
    );
    await expect(train()).resolves.toBeDefined();
  });

  it('answers no more once its thread has ended, and never keeps anyone waiting', async () => {
    const ended = await XGBoost.start();
    const model = await ended.load(await (await train()).save('ubj'));
    await ended[Symbol.asyncDispose]();
    await expect(model.predict(buildData(2))).rejects.toThrow('XGBoost: its thread has ended');
    await expect(model[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  it('refuses a matrix that is smaller than it says', async () => {
    const data = { ...buildData(10), rows: 11 };
    await expect(train({ data })).rejects.toThrow(RangeError);
  });
});
