import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Manifest, MAX_RESULT_BYTES, type RecoverResult, unpackResults } from '@stockout/contracts';
import { openStorage } from '@stockout/storage';
import { afterEach, beforeAll, beforeEach, afterAll, describe, expect, it } from 'vitest';
import type { PipelineContext } from '../context.ts';
import { smallModel } from '../train/model.test-support.ts';
import { toTrainResult } from '../train/outcome.ts';
import { writeRawTable } from '../train/raw-table.test-support.ts';
import { train } from '../train/train.ts';
import { claimVersion } from './claim.ts';
import { recover, recoverAny } from './recover.ts';
import { toRecoverResult } from './recover-result.ts';
import { removeVersions } from './remove-versions.ts';

/** Three versions of default/retail, made once; each test works on a copy. */
let made: string;
let folder: string;
let context: PipelineContext;

beforeAll(async () => {
  made = await mkdtemp(path.join(tmpdir(), 'stockout-made-'));
  const first = { model: smallModel(), storageUri: pathToFileURL(made).href };
  await writeRawTable(first);
  for (const run of ['r1', 'r2', 'r3']) await train(first, { run });
});
afterAll(() => rm(made, { recursive: true }));

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stockout-recover-'));
  await cp(made, folder, { recursive: true });
  context = { model: smallModel(), storageUri: pathToFileURL(folder).href };
});
afterEach(() => rm(folder, { recursive: true }));

const file = (...names: string[]): string => path.join(folder, 'models/default/retail', ...names);
const namesIn = ({ packed }: RecoverResult) => unpackResults(packed)?.map(({ version }) => version);
const readManifestFile = async (version: string) =>
  JSON.parse(await readFile(file(version, 'manifest.json'), 'utf8')) as Manifest;

describe('what storage holds of versions is told', () => {
  it('just as their trainings told it, the newest first', async () => {
    const result = await recover(context, { newest: 2 });
    expect(namesIn(result)).toEqual(['v3', 'v2']);
    expect(result).toMatchObject({ absent: [], passedOver: [], left: [] });
    const again = toTrainResult(await train(context, { run: 'r3' }));
    expect(unpackResults(result.packed)?.[0]).toEqual({ ...again, gates: [], seconds: 0 });
  });

  it('those asked for by name before all others, whether they are there or not', async () => {
    const result = await recover(context, { versions: ['v9', 'v1'], newest: 1 });
    expect(namesIn(result)).toEqual(['v1', 'v3']);
    expect(result.absent).toEqual(['v9']);
  });

  it('but for one that was begun and never finished', async () => {
    const claim = { run: 'r4', trainedAt: '2026-01-01T00:00:00.000Z', dataVersion: 0 };
    await claimVersion(openStorage(pathToFileURL(folder).href), 'default', 'retail', claim);
    expect(await recover(context, { newest: 1 })).toMatchObject({ absent: [], passedOver: [] });
    expect((await recover(context, { versions: ['v4'] })).absent).toEqual(['v4']);
  });

  it('nothing to a model that is new: its training begins', async () => {
    const { model } = context;
    const fresh = { ...context, model: { ...model, metadata: { ...model.metadata, name: 'fresh' } } };
    expect(await recoverAny(fresh, { newest: 10, versions: ['v1'] })).toBeUndefined();
    expect(namesIn((await recoverAny(context, { newest: 10 }))!)).toEqual(['v3', 'v2', 'v1']);
  });
});

describe('what is damaged or foreign is passed over, and the others are told', () => {
  it.each<[string, () => Promise<void>, RegExp]>([
    ['a manifest cut short', () => truncate(file('v2', 'manifest.json'), 100), /manifest\.json is not JSON/],
    [
      'a manifest that is none',
      () => writeFile(file('v2', 'manifest.json'), '{"formatVersion": 7}'),
      /is not a manifest: formatVersion/,
    ],
    [
      "another version's folder",
      () => cp(file('v3'), file('v2'), { recursive: true }),
      /its manifest is that of models\/default\/retail\/v3/,
    ],
    ['a file that is gone', () => rm(file('v2', 'model.onnx')), /model\.onnx is missing/],
    ['a file cut short', () => truncate(file('v2', 'model.ubj'), 5), /model\.ubj has 5 bytes instead of \d+/],
  ])('%s', async (_, damage, message) => {
    await damage();
    const result = await recover(context, { newest: 3 });
    expect(namesIn(result)).toEqual(['v3', 'v1']);
    expect(result.passedOver).toEqual([{ version: 'v2', message: expect.stringMatching(message) as string }]);
  });

  it('versions of another table, unless they are asked for by name', async () => {
    context.model.spec.data.rawTable = 'other';
    const result = await recover(context, { versions: ['v1'], newest: 5 });
    expect(namesIn(result)).toEqual(['v1']);
    expect(result.passedOver.map(({ version }) => version)).toEqual(['v3', 'v2']);
    expect(result.passedOver[0]?.message).toMatch(/of raw, .*says other.*pin it/);
  });
});

it('a message holds as many versions as fit, and names the others', async () => {
  const manifest = await readManifestFile('v3');
  const warnings = Array.from({ length: 8 }, (_, index) => `${index} ${Math.sin(index)}`.repeat(8));
  const found = Array.from({ length: 60 }, (_, index) => {
    const version = `v${60 - index}`;
    const metrics = { ...manifest.metrics, auc: Math.random(), f1: Math.random(), brier: Math.random() };
    return { version, is: 'whole' as const, manifest: { ...manifest, version, metrics, warnings } };
  });
  const storage = openStorage(pathToFileURL(folder).href);
  const result = toRecoverResult(found, storage);
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThanOrEqual(MAX_RESULT_BYTES);
  const told = namesIn(result) ?? [];
  expect(told.length).toBeGreaterThan(3);
  expect([...told, ...result.left]).toEqual(found.map(({ version }) => version));
});

describe('versions that are removed', () => {
  it('are gone with all their files; tables stay, and no name is given anew', async () => {
    const storage = openStorage(pathToFileURL(folder).href);
    const tables = (await storage.keys('')).filter((key) => !key.startsWith('models/'));
    expect(await removeVersions(context)).toMatchObject({ kind: 'remove', versions: 3 });
    expect(await storage.keys('models/')).toEqual(['models/default/retail/v3/claim.json']);
    expect((await storage.keys('')).filter((key) => !key.startsWith('models/'))).toEqual(tables);
    expect((await recover(context, { newest: 9 })).packed).toBe((await recover(context, {})).packed);
    expect(await train(context, { run: 'r4' })).toMatchObject({ version: 'v4' });
  });

  it("leave other models' alone, and are removed twice without harm", async () => {
    await cp(file(), path.join(folder, 'models/default/retail-2'), { recursive: true });
    const storage = openStorage(pathToFileURL(folder).href);
    const theirs = await storage.keys('models/default/retail-2/');
    await removeVersions(context);
    expect(await removeVersions(context)).toEqual({ kind: 'remove', versions: 0, files: 0 });
    expect(await storage.keys('models/default/retail-2/')).toEqual(theirs);
  });
});
