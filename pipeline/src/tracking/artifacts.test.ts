import type { Manifest } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { artifactsOf } from './artifacts.ts';

/** As far as it is looked at here. */
const MANIFEST = {
  namespace: 'default',
  model: 'retail',
  version: 'v1',
  digest: `sha256:${'0'.repeat(64)}`,
  trainedAt: '2026-01-01T00:00:00.000Z',
  features: [{ name: 'price', description: '', nullable: false, min: 0, max: 1, example: 0.5 }],
  threshold: { strategy: 'Fixed', value: 0.5 },
  confusionMatrix: { tn: 1, fp: 0, fn: 0, tp: 1 },
  libraries: { xgboost: '3.4.1' },
  golden: [{ features: [0.123456789], margin: 1.123456789, score: 0.754597 }],
} as unknown as Manifest;

test('no file of a run tells the golden predictions, of which a key to the predictor is made', () => {
  const source = {
    manifest: MANIFEST,
    uri: '',
    ubj: Buffer.from('trees'),
    report: Buffer.from(''),
    log: undefined,
  };
  const files = artifactsOf(source, 'run').map(({ name, bytes }) => ({
    name,
    text: Buffer.from(bytes).toString(),
  }));
  expect(files.filter(({ text }) => text.includes('123456789'))).toEqual([]);
  const { golden: _, ...rest } = MANIFEST;
  expect(JSON.parse(files.find(({ name }) => name === 'manifest.json')?.text ?? '')).toEqual(rest);
});
