import { openStorage } from '@stockout/storage';
import { describe, expect, it } from 'vitest';
import type { BatchClient } from './batch/batch-client.ts';
import type { ComparedScores } from './batch/row-scorer.ts';
import { Model } from './model.ts';
import { selfCheck } from './self-check.ts';
import { TINY_URI } from './testing/fixture.ts';
import { loadVersion } from './version/load-version.ts';
import { WorkerLostError } from './worker-client.ts';

const model = new Model(await loadVersion(openStorage(TINY_URI), undefined));

/** A worker that scores as the flat trees do, but for what `edit` changes. */
function batchesWith(edit: (scores: ComparedScores) => void): BatchClient {
  const compareScorers = async (matrix: Float32Array, rows: number): Promise<ComparedScores> => {
    const scores: ComparedScores = {
      onnx: model.trees.scoreAll(matrix, rows),
      blocks: model.trees.scoreAll(matrix, rows),
    };
    edit(scores);
    return scores;
  };
  return { compareScorers } as Pick<BatchClient, 'compareScorers'> as BatchClient;
}

function failing(error: Error): BatchClient {
  return batchesWith(() => {
    throw error;
  });
}

describe('the self-check', () => {
  it('passes without ONNX Runtime where model.onnx holds the same trees', async () => {
    await expect(selfCheck(model, batchesWith((scores) => (scores.onnx = undefined)))).resolves.toBeUndefined(); // prettier-ignore
  });

  it('passes where all scorers agree, also where the trees do not suit blocks', async () => {
    await expect(
      selfCheck(
        model,
        batchesWith(() => {}),
      ),
    ).resolves.toBeUndefined();
    await expect(selfCheck(model, batchesWith((scores) => (scores.blocks = undefined)))).resolves.toBeUndefined(); // prettier-ignore
  });

  it.each([
    ['the smallest difference', (score: number) => score + 2 ** -24],
    ['NaN', () => Number.NaN],
  ])('names the row that blocks score otherwise: %s', async (_, edit) => {
    const batches = batchesWith(({ blocks }) => (blocks![37] = edit(blocks![37]!)));
    await expect(selfCheck(model, batches)).rejects.toThrow(/^row 37 in a block is .*, that row's alone is/);
  });

  it('lets ONNX Runtime differ by the rounding of its sums, and by no more', async () => {
    const by = (difference: number) =>
      batchesWith(({ onnx }) => (onnx![model.manifest.golden.length + 5]! += difference));
    await expect(selfCheck(model, by(5e-7))).resolves.toBeUndefined();
    await expect(selfCheck(model, by(5e-6))).rejects.toThrow(/^probe 5 by model.onnx is/);
  });

  it('blames model.onnx where it cannot be scored with, and not where the worker was lost', async () => {
    await expect(selfCheck(model, failing(new Error('no graph')))).rejects.toThrow(
      'model.onnx cannot be loaded: no graph',
    );
    const lost = new WorkerLostError('the batch worker ended');
    await expect(selfCheck(model, failing(lost))).rejects.toBe(lost);
  });
});
