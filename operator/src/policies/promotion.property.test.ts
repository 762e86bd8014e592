import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { aModel, aVersion, GOOD } from '../testing/builders.ts';
import { comparison, drop, floor, v1, v2 } from './promotion.test-support.ts';
import { planPromotion } from './promotion.ts';

test('whatever the metrics are, only a version whose gates all hold replaces what serves', () => {
  const metric = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
  fc.assert(
    fc.property(metric, metric, fc.constantFrom('v1', 'v2', undefined), (auc, f1, serving) => {
      const challenger = aVersion('v3', { metrics: { ...GOOD, auc, f1 } });
      const model = aModel({ gates: [floor, { metric: 'f1', min: '0.9' }] });
      const plan = planPromotion({ model, versions: [challenger, v2, v1], serving });
      const passes = (auc ?? 0) >= 0.95 && (f1 ?? 0) >= 0.9;
      expect(plan.target?.version === 'v3').toBe(passes);
    }),
    { numRuns: 50 },
  );
});

test('whatever was compared with whom, a version that follows by itself was compared with what serves, and one that is missing a comparison alone is asked about', () => {
  const auc = fc.double({ min: 0.9, max: 1, noNaN: true });
  const pairs = fc.uniqueArray(
    fc.record({
      pair: fc.constantFrom(['v3', 'v2'], ['v3', 'v1'], ['v2', 'v1'], ['v2', 'v3']),
      ours: auc,
      theirs: auc,
    }),
    { selector: ({ pair }) => pair.join() },
  );
  const serving = fc.constantFrom('v1', 'v2', 'v3');
  fc.assert(
    fc.property(pairs, serving, auc, (compared, champion, floorAuc) => {
      const comparisons = compared.map(({ pair: [version = '', other = ''], ours, theirs }) =>
        comparison(version, other, { ...GOOD, auc: ours }, { ...GOOD, auc: theirs }),
      );
      const versions = [
        aVersion('v3', { metrics: { ...GOOD, auc: floorAuc } }),
        aVersion('v2'),
        aVersion('v1'),
      ];
      const model = aModel({ gates: [floor, drop] });
      const { target, uncompared } = planPromotion({ model, versions, serving: champion, comparisons });
      const comparedWithIt = (version: string) =>
        comparisons.find((each) => each.version === version && each.champion.version === champion);
      const passes = (version: string, own: number): boolean => {
        const { metrics, champion: theirs } = comparedWithIt(version) ?? {};
        const worse = (theirs?.metrics.auc ?? 0) - (metrics?.auc ?? 0);
        return own >= 0.95 && metrics !== undefined && worse <= 0.005 + 1e-12;
      };
      const newer = [
        ['v3', floorAuc],
        ['v2', GOOD.auc ?? 0],
      ] as const;
      const challengers = newer.filter(([version]) => version > champion);
      const best = challengers.find(([version, own]) => passes(version, own))?.[0];
      expect(target?.version).toBe(best ?? champion);
      const open = challengers.find(
        ([version, own]) => passes(version, own) || (own >= 0.95 && comparedWithIt(version) === undefined),
      )?.[0];
      expect(uncompared?.version).toBe(open === best ? undefined : open);
    }),
    { numRuns: 200 },
  );
});
