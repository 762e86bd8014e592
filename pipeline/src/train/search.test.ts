import { openStorage } from '@stockout/storage';
import { describe, expect, it } from 'vitest';
import type { PipelineContext } from '../context.ts';
import { requireManifest } from '../versions/manifest.ts';
import { drawSettings } from './draw-settings.ts';
import { smallModel } from './model.test-support.ts';
import { SAWTOOTH, writeRawTable } from './raw-table.test-support.ts';
import { seededRandom } from './seeded-random.ts';
import { testTrainingStorage } from './training-storage.test-support.ts';
import { train } from './train.ts';

const storage = testTrainingStorage();

const NOISY = `SELECT * REPLACE (IF(hash(store_id, product_id, date) % 30 = 0, 1 - stockout, stockout) AS stockout) FROM (${SAWTOOTH})`;

describe('a search for better params', () => {
  it('trains with the best of the settings on validation rows, logs each, and says what it bought', async () => {
    const steps: string[] = [];
    const context: PipelineContext = {
      ...storage.buildContext({ params: { rounds: 1, maxDepth: 1, eta: '0.01' } }),
      report: ({ step }) => steps.push(step),
    };
    await writeRawTable(context, NOISY);
    const { search, version, digest } = await train(context, { search: 3 });
    const settings = steps.filter((step) => step.startsWith('setting'));
    expect(settings).toHaveLength(4);
    expect(settings[0]).toMatch(/^setting 0 of 3: AUC .*the spec's own$/);
    expect(search).toMatchObject({ settings: 4, validationRows: 20 * 6, spec: { params: {} } });
    expect(search?.chosen.logLoss).toBeLessThan(search?.spec.logLoss ?? 0);

    // Nothing is chosen at the end: the version trains on all rows outside the test, with what was found.
    const manifest = await requireManifest(openStorage(storage.uri), 'default', 'retail', version);
    expect(manifest.search).toEqual(search);
    expect(manifest.params).toMatchObject({ max_depth: String(search?.chosen.params.maxDepth), rounds: search?.chosen.params.rounds }); // prettier-ignore
    expect(manifest.data.validationRows).toBeUndefined();
    expect((await train(context, { search: 3 })).digest).toBe(digest);
  });

  it('keeps what the spec says of the problem itself, and draws within what the API allows', () => {
    const random = seededRandom(7);
    const { params } = smallModel({ params: { monotone: { inventory: -1 }, scalePosWeight: '3', seed: 9 } }).spec.training ?? {}; // prettier-ignore
    if (params === undefined) throw new TypeError('no training');
    for (let i = 0; i < 200; i++) {
      const drawn = drawSettings(params, random);
      expect(drawn).toMatchObject({ monotone: { inventory: -1 }, scalePosWeight: '3', seed: 9 });
      for (const name of ['eta', 'subsample', 'colsampleByTree'] as const) {
        expect(Number(drawn[name])).toBeGreaterThan(0);
        expect(Number(drawn[name])).toBeLessThanOrEqual(1);
      }
      for (const name of ['eta', 'lambda', 'minChildWeight', 'subsample', 'colsampleByTree'] as const)
        expect(drawn[name]).toMatch(/^[0-9]{1,9}(\.[0-9]{1,9})?$/);
    }
  });
});
