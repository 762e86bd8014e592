import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pinVersion } from './pin-version.ts';

const EXAMPLE = readFileSync('config/gitops/models/retail/stockoutmodel.yaml', 'utf8');
const SAMPLE = readFileSync('config/samples/stockoutmodel.yaml', 'utf8');

interface Model {
  spec: { promotion: { version?: string; policy: string } };
}

describe('pinVersion', () => {
  it('changes one line and keeps the comment in it', () => {
    const { text, model, before } = pinVersion(EXAMPLE, 'v4');
    expect(text).toBe(EXAMPLE.replace('version: v1 #', 'version: v4 #'));
    expect({ model, before }).toEqual({ model: 'retail', before: 'v1' });
  });

  it('adds the line where nothing is pinned', () => {
    const { text, before } = pinVersion(SAMPLE, 'v2');
    expect(text).toBe(SAMPLE.replace('promotion:\n', 'promotion:\n    version: v2\n'));
    expect(before).toBeUndefined();
  });

  it('adds the block where there is none', () => {
    const { text } = pinVersion('kind: StockoutModel\nspec:\n  # why\n  gates: []\n', 'v2');
    expect(text).toBe('kind: StockoutModel\nspec:\n  # why\n  promotion:\n    version: v2\n  gates: []\n');
  });

  it('is the same whatever was pinned before, and changes nothing else', () => {
    const version = fc.integer({ min: 1, max: 999_999_999 }).map((n) => `v${n}`);
    fc.assert(
      fc.property(version, version, (first, second) => {
        fc.pre(first !== second && first !== 'v1');
        const text = pinVersion(pinVersion(EXAMPLE, first).text, second).text;
        const expected = parse(EXAMPLE) as Model;
        expected.spec.promotion.version = second;
        expect(parse(text)).toEqual(expected);
      }),
    );
  });

  it('finds the model among other documents', () => {
    const { text } = pinVersion(`kind: ConfigMap\n---\n${EXAMPLE}---\nkind: Secret\n`, 'v4');
    expect(text).toContain('version: v4 #');
  });

  it.each([
    ['a version that is none', EXAMPLE, '4', /"4" is no version: say v4/],
    ['a shell command', EXAMPLE, 'v4; rm', /is no version/],
    ['the version that is pinned', EXAMPLE, 'v1', /v1 is pinned already/],
    ['no model', 'kind: ConfigMap\n', 'v1', /holds 0 StockoutModels/],
    ['two models', `${EXAMPLE}---\n${EXAMPLE}`, 'v2', /holds 2 StockoutModels/],
    ['a spec in braces', 'kind: StockoutModel\nspec: {}\n', 'v1', /spec\.promotion is not a block/],
    ['a promotion in braces', 'kind: StockoutModel\nspec:\n  promotion: {}\n', 'v1', /is not a block/],
  ])('refuses %s', (_, text, version, message) => {
    expect(() => pinVersion(text, version)).toThrow(message);
  });
});
