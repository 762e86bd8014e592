import { brotliCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { METRIC_NAMES, type Metrics } from './metrics.ts';
import { packResults, unpackResults } from './packed-results.ts';
import { MAX_RESULT_BYTES, type TrainResult } from './run-result.ts';

const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length });
const metric = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
const metrics = fc.record(
  Object.fromEntries(METRIC_NAMES.map((name) => [name, metric])),
) as fc.Arbitrary<Metrics>;

/** Of 15 features, as the Standard ones are. */
const result: fc.Arbitrary<TrainResult> = fc
  .record({ number: fc.integer({ min: 1, max: 999 }), digits: hex(64), metrics })
  .map(({ number, digits, metrics: measured }) => ({
    kind: 'train',
    run: `retail-train-${digits.slice(0, 10).join('')}`,
    version: `v${number}`,
    uri: `abfss://stockout@account.dfs.core.windows.net/prod/models/default/retail/v${number}`,
    digest: `sha256:${digits.join('')}`,
    trainedAt: '2026-11-28T08:36:04.568Z',
    dataVersion: number,
    features: Array.from({ length: 15 }, (_, index) => `sales_roll${index}_avg`),
    metrics: measured,
    confusionMatrix: { tn: number, fp: 3, fn: 4, tp: 5 },
    gates: [],
    warnings: [],
    seconds: 0,
  }));

it('what was packed is unpacked as it was', () => {
  fc.assert(
    fc.property(fc.array(result, { maxLength: 12 }), (results) => {
      // As JSON has it: no minus zero.
      expect(unpackResults(packResults(results))).toEqual(JSON.parse(JSON.stringify(results)));
    }),
    { numRuns: 50 },
  );
});

it('eight versions and more fit into one termination message', () => {
  fc.assert(
    fc.property(fc.array(result, { minLength: 8, maxLength: 8 }), (results) => {
      expect(packResults(results).length).toBeLessThan(MAX_RESULT_BYTES - 200);
    }),
    { numRuns: 20 },
  );
});

it('text that is no packed result is told apart, however it was made', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
      expect(unpackResults(text)).toBeUndefined();
    }),
  );
  expect(unpackResults(brotliCompressSync('[{"kind":"train"}]').toString('base64'))).toBeUndefined();
  expect(unpackResults(brotliCompressSync(Buffer.alloc(1 << 24)).toString('base64'))).toBeUndefined();
});
