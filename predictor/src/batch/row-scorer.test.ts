import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TINY, tinyManifest } from '../testing/fixture.ts';
import { fullTree } from '../testing/shaped-trees.ts';
import { FlatTrees } from '../trees/flat-trees.ts';
import { type BoostedTrees, parseUbj } from '../trees/parse-ubj.ts';
import { RowScorer } from './row-scorer.ts';

const [ubj, onnx] = await Promise.all(['model.ubj', 'model.onnx'].map((name) => readFile(join(TINY, name))));
const tiny = parseUbj(ubj!);
/** Trees that split at too many thresholds for blocks. It stands beside a model.onnx of other trees, so that one sees who scored. */
const wide: BoostedTrees = { ...tiny, trees: [fullTree(15), fullTree(2, 1)] };

describe('rows in batches', () => {
  let scorer: RowScorer;
  const start = (boosted: BoostedTrees, bytes: Uint8Array | undefined = onnx): RowScorer =>
    (scorer = new RowScorer({ calibration: undefined, boosted, onnx: bytes, threads: 1 }));
  const startWithoutOnnx = (boosted: BoostedTrees): RowScorer =>
    (scorer = new RowScorer({ calibration: undefined, boosted, onnx: undefined, threads: 1 }));
  afterEach(() => scorer.close());

  it.each([0, 1, 7, 8, 99, 100, 128, 129, 1_000])('score as single rows do: %i rows', async (count) => {
    const rows = await exampleRows(count);
    const alone = new FlatTrees(tiny).scoreAll(rows, count);
    expect(await start(tiny).score(rows, count)).toEqual(alone);
  });

  it('are scored without ONNX Runtime where the trees suit blocks', async () => {
    const rows = await exampleRows(500);
    await expect(start(tiny, Buffer.from('no model')).score(rows, 500)).resolves.toHaveLength(500);
  });

  it('are scored by ONNX Runtime from 100 on where they do not', async () => {
    const rows = await exampleRows(100);
    const scores = await start(wide).score(rows, 100);
    const byOnnx = new FlatTrees(tiny).scoreAll(rows, 100);
    expect(largest(scores.map((score, row) => Math.abs(score - byOnnx[row]!)))).toBeLessThan(1e-6);
    expect(await scorer.score(rows, 99)).toEqual(new FlatTrees(wide).scoreAll(rows, 99));
  });

  it('are compared by each scorer there is', async () => {
    const rows = await exampleRows(20);
    const both = await start(tiny).compare(rows, 20);
    expect(both.blocks).toEqual(new FlatTrees(tiny).scoreAll(rows, 20));
    expect(largest(both.onnx!.map((score, row) => Math.abs(score - both.blocks![row]!)))).toBeLessThan(1e-6);
    await scorer.close();
    expect((await start(wide).compare(rows, 20)).blocks).toBeUndefined();
  });

  it('are scored and compared by our own scorers where there is no model.onnx to run', async () => {
    const rows = await exampleRows(100);
    const { onnx: none, blocks } = await startWithoutOnnx(tiny).compare(rows, 100);
    expect([none, blocks?.length]).toEqual([undefined, 100]);
    const alone = new FlatTrees(wide).scoreAll(rows, 100);
    expect(await startWithoutOnnx(wide).score(rows, 100)).toEqual(alone);
  });

  it('are not compared where model.onnx is none', async () => {
    await expect(start(tiny, Buffer.from('no model')).compare(await exampleRows(1), 1)).rejects.toThrow(
      /model/,
    );
  });
});

/** Those of the golden predictions, again and again. */
async function exampleRows(count: number): Promise<Float32Array> {
  const { golden } = await tinyManifest();
  const rows = Array.from({ length: count }, (_, row) => golden[row % golden.length]!.features);
  return Float32Array.from(rows.flat(), (value) => value ?? Number.NaN);
}

/** Written so that NaN counts. */
function largest(differences: Float32Array): number {
  return differences.reduce((worst, each) => (each <= worst ? worst : each), 0);
}
