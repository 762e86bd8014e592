import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Calibration } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TINY_URI } from '../testing/fixture.ts';
import { parseUbj } from '../trees/parse-ubj.ts';
import { isSameModel } from './onnx-model.ts';

const folder = fileURLToPath(TINY_URI);
const onnx = await readFile(join(folder, 'model.onnx'));
const boosted = parseUbj(await readFile(join(folder, 'model.ubj')));

/** The trees with one value of the first split changed. */
function changed(column: 'condition' | 'feature' | 'left' | 'defaultLeft', by: (value: number) => number) {
  const [first, ...rest] = boosted.trees;
  const values = Array.from(first![column]);
  values[0] = by(values[0]!);
  return { ...boosted, trees: [{ ...first!, [column]: values }, ...rest] };
}

/** The file with another text of the same length in place of the last that is there. */
function reworded(text: string, by: string): Buffer {
  const bytes = Buffer.from(onnx);
  bytes.write(by, bytes.lastIndexOf(text));
  return bytes;
}

describe('the trees of model.onnx', () => {
  it('are known as those of model.ubj', () => {
    expect(isSameModel(onnx, boosted, undefined)).toBe(true);
  });

  it.each([
    ['a threshold by the least that 32 bits tell', changed('condition', (value) => value * (1 + 2 ** -23))],
    ['a feature', changed('feature', (value) => value + 1)],
    ['a child', changed('left', (value) => value + 1)],
    ['the way of missing values', changed('defaultLeft', (value) => 1 - value)],
    ['a tree too few', { ...boosted, trees: boosted.trees.slice(1) }],
    ['a tree more', { ...boosted, trees: [...boosted.trees, boosted.trees[0]!] }],
    ['where margins start', { ...boosted, baseMargin: boosted.baseMargin + 1e-5 }],
  ])('are others where they differ by %s', (_, other) => {
    expect(isSameModel(onnx, other, undefined)).toBe(false);
  });

  it('are others when a byte of their leaves is another one, and whatever is no model has none', () => {
    const weights = onnx.indexOf('target_weights');
    fc.assert(
      fc.property(
        fc.integer({ min: weights + 24, max: weights + 120 }),
        fc.integer({ min: 1, max: 255 }),
        (at, by) => {
          const bytes = Buffer.from(onnx);
          bytes[at] = bytes[at]! ^ by;
          expect(isSameModel(bytes, boosted, undefined)).toBe(false);
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(isSameModel(bytes, boosted, undefined)).toBe(false);
      }),
    );
    expect(isSameModel(onnx.subarray(0, onnx.length / 2), boosted, undefined)).toBe(false);
  });
});

describe('what model.onnx makes of the margin', () => {
  it.each([
    ['another function', reworded('Sigmoid', 'Softmax')],
    ['something else than the margin', reworded('margin', 'moment')],
    ['a score that nothing yields', reworded('score', 'grade')],
    ['rows that were changed before', reworded('features', 'prepared')],
  ])('is another score where it has %s', (_, bytes) => {
    expect(isSameModel(bytes, boosted, undefined)).toBe(false);
  });

  it.each<Calibration>([
    { method: 'Platt', slope: 1, intercept: 0 },
    { method: 'Isotonic', scores: [0, 1], risks: [0, 1] },
  ])('is another score where the manifest has a calibration: $method', (calibration) => {
    expect(isSameModel(onnx, boosted, calibration)).toBe(false);
  });
});
