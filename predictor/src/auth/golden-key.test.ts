import { describe, expect, it } from 'vitest';
import { tinyManifest } from '../testing/fixture.ts';
import { GoldenKey, goldenKeyOf } from './golden-key.ts';

describe('a golden key', () => {
  it('opens the version that it was made of', async () => {
    const manifest = await tinyManifest();
    expect(new GoldenKey(manifest).opens(goldenKeyOf(manifest))).toBe(true);
  });

  it('is the same whatever else a manifest says, so that releases which know other fields agree', async () => {
    const manifest = await tinyManifest();
    const golden = manifest.golden.map((row) => ({ ...row, later: true }));
    const other = { ...manifest, golden, warnings: ['another'], run: 'another' };
    expect(goldenKeyOf(other)).toBe(goldenKeyOf(manifest));
  });

  it('of another version, model or namespace, or with one other prediction, is another', async () => {
    const manifest = await tinyManifest();
    const [first, ...rest] = manifest.golden;
    const keys = [
      manifest,
      { ...manifest, version: 'v99' },
      { ...manifest, model: 'other' },
      { ...manifest, namespace: 'other' },
      { ...manifest, golden: [{ ...first!, margin: first!.margin + 1e-7 }, ...rest] },
      { ...manifest, golden: [{ ...first!, features: first!.features.with(0, 0.5) }, ...rest] },
    ].map(goldenKeyOf);
    expect(new Set(keys).size).toBe(keys.length);
    const opened = keys.filter((key) => new GoldenKey(manifest).opens(key));
    expect(opened).toEqual([keys[0]]);
  });

  it.each([undefined, '', 'x', 'x'.repeat(100_000), ['a', 'b'], 'ä'])('is not %j', async (shown) => {
    expect(new GoldenKey(await tinyManifest()).opens(shown)).toBe(false);
  });
});
