import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { XGBoost } from '../xgboost/xgboost.ts';
import { parseTreeModel } from '../export/tree-model.ts';
import { readGiven } from './read-given.ts';

/** See fixtures/make.py. */
interface Fixture {
  version: string;
  rows: (number | null)[][];
  /** The text of a model.json. */
  booster: string;
  ubj: string;
  scores: number[];
  classifier: string;
  classifierScores: number[];
  classifierRounds: number;
}

const FOLDER = new URL('./fixtures/', import.meta.url);
const fixtures = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Fixture);
const [oldest] = fixtures as [Fixture];

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const read = (bytes: Uint8Array, names?: string[]) => readGiven({ bytes, uri: 'model.json', names });

/** What our XGBoost predicts by a model as it was read. */
async function scoresOf(ubj: Uint8Array, rows: Fixture['rows']): Promise<number[]> {
  await using xgboost = await XGBoost.start();
  await using model = await xgboost.load(ubj);
  const values = new Float32Array(rows.flat().map((value) => value ?? Number.NaN));
  return [...(await model.predict({ values, rows: rows.length, columns: 5 }))];
}

function furthest(found: readonly number[], wanted: readonly number[]): number {
  return Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] as number))));
}

describe.each(fixtures)('a model of XGBoost $version', (fixture) => {
  test('predicts as it did there, as JSON and as UBJSON', async () => {
    const json = await read(bytesOf(fixture.booster));
    const ubj = await read(Buffer.from(fixture.ubj, 'base64'));
    expect(furthest(await scoresOf(json.ubj, fixture.rows), fixture.scores)).toBeLessThanOrEqual(1e-7);
    expect(furthest(await scoresOf(ubj.ubj, fixture.rows), fixture.scores)).toBeLessThanOrEqual(1e-7);
    expect(json).toMatchObject({
      features: ['price', 'promo', 'daily_sales', 'inventory', 'sales_lag_1'],
      rounds: 4,
    });
  });

  test('that is a classifier which stopped early predicts by its best rounds, as it did there', async () => {
    const given = await read(bytesOf(fixture.classifier));
    expect(given.rounds).toBe(fixture.classifierRounds);
    expect(furthest(await scoresOf(given.ubj, fixture.rows), fixture.classifierScores)).toBeLessThanOrEqual(
      1e-7,
    );
  });

  test('can be exported: base_score is read as that release writes it', async () => {
    const { ubj } = await read(bytesOf(fixture.booster));
    await using xgboost = await XGBoost.start();
    await using model = await xgboost.load(ubj);
    const [, text] = /"base_score":"\[?([^\]"]+)/.exec(fixture.booster) ?? [];
    const own = Number(text);
    expect(parseTreeModel(await model.save('json')).baseMargin).toBeCloseTo(Math.log(own / (1 - own)), 6);
  });
});

test('importance is the total gain of the splits, by feature', async () => {
  const { importance } = await read(bytesOf(oldest.booster));
  expect(Object.keys(importance)).toContain('inventory');
  expect(importance['inventory']).toBeGreaterThan(importance['daily_sales'] as number);
});

test('names that the model does not know are taken from what is known of it, and without any it is refused', async () => {
  const nameless = oldest.booster.replace(/"feature_(names|types)":\[[^\]]*\]/g, '"feature_$1":[]');
  await expect(read(bytesOf(nameless))).rejects.toThrow(
    /does not name its 5 features[\s\S]*feature_names = /,
  );
  await expect(read(bytesOf(nameless), ['a', 'b'])).rejects.toThrow('does not name its 5 features');
  const given = await read(bytesOf(nameless), ['a', 'b', 'c', 'd', 'e']);
  expect(given.features).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(furthest(await scoresOf(given.ubj, oldest.rows), oldest.scores)).toBeLessThanOrEqual(1e-7);
});

const bytes = (...values: number[]): Buffer => Buffer.from([...values, 0, 0, 0, 0, 0, 0]);

describe('what is no risk model is refused by what it is', () => {
  test('another objective', async () => {
    const objective = '{"name":"reg:squarederror","reg_loss_param":{"scale_pos_weight":"1"}}';
    const regression = oldest.booster.replace(
      /\{"name":"binary:logistic"[^}]*\}\}|\{"reg_loss_param":[^}]*\},?"name":"binary:logistic"\}|\{"name":"binary:logistic","reg_loss_param":[^}]*\}\}/,
      objective,
    );
    await expect(read(bytesOf(regression))).rejects.toThrow('the objective reg:squarederror');
  });

  test('JSON that is no model, and a model cut short', async () => {
    await expect(read(bytesOf('{"a": 1}'))).rejects.toThrow(
      /model\.json is no model that XGBoost 3\.\d+\.\d+ reads/,
    );
    const whole = bytesOf(oldest.booster);
    await expect(read(whole.subarray(0, whole.length / 2))).rejects.toThrow('is cut short');
    const ubj = Buffer.from(oldest.ubj, 'base64');
    await expect(read(ubj.subarray(0, ubj.length / 2))).rejects.toThrow('is cut short');
  });

  test.each<[what: string, uri: string, bytes: Uint8Array, message: RegExp]>([
    [
      'a pickle',
      'model.pkl',
      bytes(0x80, 4, 0x95),
      /model\.pkl is a pickle[\s\S]*joblib\.load\("model\.pkl"\)[\s\S]*save_model\("model\.json"\)/,
    ],
    ['a pickle of another name', 'model', bytes(0x80, 5), /is a pickle/],
    ['what joblib compressed', 'model', bytes(0x78, 0x9c), /is a pickle/],
    [
      "XGBoost's old binary format",
      'model.xgb',
      Buffer.from('binf....'),
      /old binary format[\s\S]*Booster\(model_file="model\.xgb"\)/,
    ],
    [
      'a login page',
      'https://a/model.json',
      Buffer.from('<!doctype html><title>Sign in'),
      /is a page \(HTML or XML\)/,
    ],
    ['ONNX', 'model.onnx', bytes(8, 8), /is ONNX/],
    ['nothing', 'model.json', Buffer.alloc(0), /is empty/],
    ['anything else', 'model.bin', Buffer.from('hello'), /is no XGBoost model in JSON or UBJSON/],
  ])('%s', async (_what, uri, content, message) => {
    await expect(readGiven({ bytes: content, uri })).rejects.toThrow(message);
  });
});
