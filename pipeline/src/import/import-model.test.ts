import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StockoutModel } from '@stockout/crds';
import { openStorage, type Storage } from '@stockout/storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallModel } from '../train/model.test-support.ts';
import { writeRawTable } from '../train/raw-table.test-support.ts';
import { train } from '../train/train.ts';
import { requireManifest } from '../versions/manifest.ts';
import { importModel } from './import-model.ts';

let folder: string;
let storage: Storage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-import-'));
  storage = openStorage(pathToFileURL(folder).href);
  await writeRawTable({ model: smallModel(), storage });
});
afterAll(() => rm(folder, { recursive: true }));

function contextOf(name: string, spec: Parameters<typeof smallModel>[0] = {}) {
  const model = smallModel(spec);
  return { model: { ...model, metadata: { ...model.metadata, name } }, storage };
}

/** The model of a version of this storage, as a file. */
const fileOf = (name: string): string => join(folder, 'models', 'default', name, 'v1', 'model.ubj');

/** A model that names its source in place of a training. */
function withoutTraining(model: StockoutModel): StockoutModel {
  const { training: _training, ...spec } = model.spec;
  return { ...model, spec: { ...spec, source: { uri: 'file:///model.ubj' } } };
}

test('a model that goes out and comes in again is the same: trees, scores, metrics, gates', async () => {
  const trained = await train(contextOf('trained'));
  const imported = await importModel(contextOf('imported'), { model: fileOf('trained'), run: 'once' });
  expect(imported).toMatchObject({
    version: 'v1',
    digest: trained.digest,
    metrics: trained.metrics,
    confusionMatrix: trained.confusionMatrix,
    gates: trained.gates,
  });
  expect(imported.warnings[0]).toContain('trained elsewhere');
  const manifest = await requireManifest(storage, 'default', 'imported', 'v1');
  expect(manifest.params).toMatchObject({ rounds: 10, imported_from: fileOf('trained') });
  expect(manifest.golden.length).toBeGreaterThan(10);
  const again = await importModel(contextOf('imported'), { model: 'gone since', run: 'once' });
  expect(again).toMatchObject({ version: 'v1', digest: trained.digest });
});

test('it is compared with what serves, on the same rows, and judged by the same gates', async () => {
  const context = contextOf('compared', { gates: [{ metric: 'auc', maxDropFromServing: '0.001' }] });
  await train(context);
  const file = await fixtureFile('compared', unchanged);
  const imported = await importModel(context, { model: file, against: 'v1' });
  expect(imported).toMatchObject({ version: 'v2', champion: { version: 'v1' } });
  expect(imported.gates).toMatchObject([{ reason: 'DroppedFromServing', passed: false }]);
});

test('without spec.training it is evaluated on the last 30 labelled days, its threshold chosen as the spec says', async () => {
  const serving = { ...smallModel().spec.serving, threshold: { strategy: 'F1', value: '0.5' } } as const;
  const { model } = contextOf('sourced', { serving });
  const context = { model: withoutTraining(model), storage };
  const imported = await importModel(context, { model: await fixtureFile('sourced', unchanged) });
  const manifest = await requireManifest(storage, 'default', 'sourced', imported.version);
  expect(manifest.split).toMatchObject({ strategy: 'Time', testDays: 30 });
  expect(manifest.threshold.strategy).toBe('F1');
  expect(manifest.data.validationRows).toBeGreaterThan(0);
});

test('features that the table does not yield are refused by name, and nothing is left behind', async () => {
  const file = await fixtureFile('lacking', renamed);
  await expect(importModel(contextOf('lacking'), { model: file })).rejects.toThrow(
    /needs the feature stock_on_hand, which spec\.data does not yield \(it yields price, promo,/,
  );
  expect(await storage.list('models/default/lacking/')).toEqual([]);
});

test('a file that is not there is named', async () => {
  const context = contextOf('missing');
  await expect(importModel(context, { model: '/no/such.json' })).rejects.toThrow(
    '/no/such.json cannot be read',
  );
  const uri = pathToFileURL(join(folder, 'no.ubj')).href;
  await expect(importModel(context, { model: uri })).rejects.toThrow(`${uri} does not exist`);
  await expect(importModel(context, { model: 'models:/a@b' })).rejects.toThrow('of which server?');
});

function unchanged(json: string): string {
  return json;
}

function renamed(json: string): string {
  return json.replaceAll('"inventory"', '"stock_on_hand"');
}

/** A model of XGBoost 1.7, as a file of its own. */
async function fixtureFile(name: string, change: (json: string) => string): Promise<string> {
  const fixture = readFileSync(new URL('./fixtures/1.7.6.json', import.meta.url), 'utf8');
  const { booster } = JSON.parse(fixture) as { booster: string };
  const file = join(folder, `${name}.json`);
  await writeFile(file, change(booster));
  return file;
}
