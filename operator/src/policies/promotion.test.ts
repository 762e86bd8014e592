import type { Comparison, Metrics } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aModel, aVersion, GOOD, POOR } from '../testing/builders.ts';
import type { VersionRecord } from '../resources/version-record.ts';
import { planPromotion } from './promotion.ts';

const v1 = aVersion('v1');
const v2 = aVersion('v2', { champion: { version: 'v1', metrics: GOOD } });
const v3 = aVersion('v3', { champion: { version: 'v2', metrics: GOOD } });
const poor = aVersion('v2', { metrics: POOR, champion: { version: 'v1', metrics: GOOD } });
const drop = { metric: 'auc', maxDropFromServing: '0.005' } as const;
const floor = { metric: 'auc', min: '0.95' } as const;

function comparison(version: string, champion: string, ours = GOOD, theirs: Metrics = GOOD): Comparison {
  return { version, metrics: ours, champion: { version: champion, metrics: theirs } };
}

interface Case {
  name: string;
  model?: StockoutModel;
  versions: VersionRecord[];
  serving?: string;
  comparisons?: Comparison[];
  target: string | undefined;
  gatesPassed: [status: string, reason: string, message: string | RegExp];
  pinRefused?: string;
  /** Which comparison is asked for. */
  uncompared?: [version: string, champion: string];
}

const CASES: Case[] = [
  {
    name: 'nothing is to serve while there is no version',
    versions: [],
    target: undefined,
    gatesPassed: ['Unknown', 'NoVersion', 'no version is trained yet'],
  },
  {
    name: 'the first version that passes serves',
    versions: [v1],
    target: 'v1',
    gatesPassed: ['True', 'GatesPassed', 'v1 passed its gate'],
  },
  {
    name: 'a first version that fails does not serve',
    versions: [aVersion('v1', { metrics: POOR })],
    target: undefined,
    gatesPassed: ['False', 'GatesFailed', 'v1 is refused: auc 0.8000 is below the minimum 0.95'],
  },
  {
    name: 'a metric that is missing fails its gate',
    versions: [aVersion('v1', { metrics: { ...GOOD, auc: null } })],
    target: undefined,
    gatesPassed: ['False', 'GatesFailed', 'v1 is refused: auc of the version is missing'],
  },
  {
    name: 'a newer version that passes replaces what serves',
    versions: [v2, v1],
    serving: 'v1',
    target: 'v2',
    gatesPassed: ['True', 'GatesPassed', 'v2 passed its gate'],
  },
  {
    name: 'a newer version that fails is refused, and what serves keeps serving',
    versions: [poor, v1],
    serving: 'v1',
    target: 'v1',
    gatesPassed: ['False', 'GatesFailed', /v2 is refused: auc 0\.8000 .* 0\.95; v1 keeps serving$/],
  },
  {
    name: 'the newest that passes serves though a newer one failed',
    versions: [aVersion('v3', { metrics: POOR }), v2, v1],
    serving: 'v1',
    target: 'v2',
    gatesPassed: ['False', 'GatesFailed', /^v3 is refused/],
  },
  {
    name: 'gates that were tightened do not unseat what serves',
    model: aModel({ gates: [{ metric: 'auc', min: '0.999' }] }),
    versions: [v1],
    serving: 'v1',
    target: 'v1',
    gatesPassed: [
      'False',
      'GatesFailed',
      'v1 serves, but would not pass today: auc 0.9935 is below the minimum 0.999',
    ],
  },
  {
    name: 'a version that was compared with another champion is not promoted by itself',
    model: aModel({ gates: [drop] }),
    versions: [aVersion('v3', { champion: { version: 'v1', metrics: GOOD } }), v2, v1],
    serving: 'v2',
    target: 'v2',
    gatesPassed: [
      'False',
      'GatesFailed',
      /^v3 is refused: not compared with v2.*retrain-requested-at.*; v2 keeps serving$/,
    ],
    uncompared: ['v3', 'v2'],
  },
  {
    name: 'a version that was compared with what serves since, and is no worse, replaces it',
    model: aModel({ gates: [floor, drop] }),
    versions: [aVersion('v3', { champion: { version: 'v1', metrics: GOOD } }), v2, v1],
    serving: 'v2',
    comparisons: [comparison('v3', 'v2', GOOD, { ...GOOD, auc: 0.998 })],
    target: 'v3',
    gatesPassed: ['True', 'GatesPassed', 'v3 passed all 2 gates'],
  },
  {
    name: 'both figures of a relative gate are those of the comparison',
    model: aModel({ gates: [drop] }),
    versions: [aVersion('v3'), v2, v1],
    serving: 'v2',
    comparisons: [
      comparison('v3', 'v1'),
      comparison('v3', 'v2', { ...GOOD, auc: 0.97 }, { ...GOOD, auc: 0.98 }),
    ],
    target: 'v2',
    gatesPassed: ['False', 'GatesFailed', /^v3 is refused: auc 0.9700 against 0.9800 of the serving v2/],
  },
  {
    name: 'a comparison with what served before asks for another one',
    model: aModel({ gates: [drop] }),
    versions: [aVersion('v3'), v2, v1],
    serving: 'v2',
    comparisons: [comparison('v3', 'v1'), comparison('v2', 'v1')],
    target: 'v2',
    gatesPassed: ['False', 'GatesFailed', /^v3 is refused: not compared with v2/],
    uncompared: ['v3', 'v2'],
  },
  {
    name: 'an older version that lacks a comparison asks for it when the newest is refused, unless one between passes',
    model: aModel({ gates: [floor, drop] }),
    versions: [aVersion('v4', { metrics: POOR }), aVersion('v3'), v2, v1],
    serving: 'v1',
    target: 'v2',
    gatesPassed: ['False', 'GatesFailed', /^v4 is refused: auc 0.8000/],
    uncompared: ['v3', 'v1'],
  },
  {
    name: 'no comparison is asked for of versions before one that passes',
    model: aModel({ gates: [drop] }),
    versions: [aVersion('v3', { champion: { version: 'v1', metrics: GOOD } }), aVersion('v2'), v1],
    serving: 'v1',
    target: 'v3',
    gatesPassed: ['True', 'GatesPassed', 'v3 passed its gate'],
  },
  {
    name: 'no comparison is asked for of a version that needs new features',
    model: aModel({ gates: [drop] }),
    versions: [aVersion('v2', { features: ['price', 'inventory', 'promo'] }), v1],
    serving: 'v1',
    target: 'v1',
    gatesPassed: ['False', 'GatesFailed', /^v2 is refused: not compared with v1/],
  },
  {
    name: 'a pin to a version that was never compared asks for a comparison',
    model: aModel({ gates: [drop], promotion: { version: 'v3' } }),
    versions: [aVersion('v3'), v2, v1],
    serving: 'v2',
    target: 'v2',
    gatesPassed: ['False', 'GatesFailed', /^v3 is refused: not compared with v2/],
    pinRefused:
      'spec.promotion.version: v3 did not pass its gates: not compared with v2, which serves: evaluate it again',
    uncompared: ['v3', 'v2'],
  },
  {
    name: 'a version that came to serve by a comparison may be gone back to',
    model: aModel({ gates: [drop], promotion: { version: 'v2' } }),
    versions: [v3, aVersion('v2', { champion: { version: 'v1', metrics: { ...GOOD, auc: 0.9999 } } }), v1],
    serving: 'v3',
    comparisons: [comparison('v2', 'v1', POOR), comparison('v2', 'v0')],
    target: 'v2',
    gatesPassed: ['True', 'GatesPassed', 'v3 passed its gate'],
  },
  {
    name: 'a version that needs new features is refused',
    versions: [aVersion('v2', { features: ['price', 'inventory', 'promo'] }), v1],
    serving: 'v1',
    target: 'v1',
    gatesPassed: [
      'False',
      'SchemaChanged',
      'v2 needs promo, which callers of v1 do not send: pin it with spec.promotion.version once they do',
    ],
  },
  {
    name: 'a version that needs fewer features is not refused',
    versions: [aVersion('v2', { features: ['price'] }), v1],
    serving: 'v1',
    target: 'v2',
    gatesPassed: ['True', 'GatesPassed', 'v2 passed its gate'],
  },
  {
    name: 'a version that needs new features serves when it is pinned',
    model: aModel({ promotion: { version: 'v2' } }),
    versions: [aVersion('v2', { features: ['price', 'inventory', 'promo'] }), v1],
    serving: 'v1',
    target: 'v2',
    gatesPassed: ['True', 'GatesPassed', 'v2 passed its gate'],
  },
  {
    name: 'with Manual nothing is promoted by itself, and a person is told how to',
    model: aModel({ promotion: { policy: 'Manual' } }),
    versions: [v2, v1],
    serving: 'v1',
    target: 'v1',
    gatesPassed: [
      'True',
      'GatesPassed',
      'v2 passed its gate; spec.promotion.policy is Manual: set spec.promotion.version to v2 to let it serve',
    ],
  },
  {
    name: 'with Manual the version that serves needs nobody',
    model: aModel({ promotion: { policy: 'Manual' } }),
    versions: [v1],
    serving: 'v1',
    target: 'v1',
    gatesPassed: ['True', 'GatesPassed', 'v1 passed its gate'],
  },
  {
    name: 'an older version that passed in its day serves when it is pinned',
    model: aModel({ gates: [floor, drop], promotion: { version: 'v1' } }),
    versions: [v2, v1],
    serving: 'v2',
    target: 'v1',
    gatesPassed: ['True', 'GatesPassed', 'v2 passed all 2 gates'],
  },
  {
    name: 'a pin to a version that failed is refused',
    model: aModel({ promotion: { version: 'v2' } }),
    versions: [poor, v1],
    serving: 'v1',
    target: 'v1',
    gatesPassed: ['False', 'GatesFailed', /^v2 is refused/],
    pinRefused: 'spec.promotion.version: v2 did not pass its gates: auc 0.8000 is below the minimum 0.95',
  },
  {
    name: 'a pin to a version that does not exist is refused, and those that exist are named',
    model: aModel({ promotion: { version: 'v9' } }),
    versions: [v2, v1],
    serving: 'v2',
    target: 'v2',
    gatesPassed: ['True', 'GatesPassed', 'v2 passed its gate'],
    pinRefused: 'spec.promotion.version: v9 does not exist; there are v1, v2',
  },
  {
    name: 'a pin before the first version is refused for now',
    model: aModel({ promotion: { version: 'v1' } }),
    versions: [],
    target: undefined,
    gatesPassed: ['Unknown', 'NoVersion', 'no version is trained yet'],
    pinRefused: 'spec.promotion.version: v1 does not exist yet',
  },
  {
    name: 'a pin to what serves is no matter of gates',
    model: aModel({ gates: [{ metric: 'auc', min: '0.999' }], promotion: { version: 'v1' } }),
    versions: [v1],
    serving: 'v1',
    target: 'v1',
    gatesPassed: ['False', 'GatesFailed', /^v1 serves, but would not pass today/],
  },
];

describe('which version is to serve', () => {
  test.each(CASES)('$name', ({ model = aModel(), versions, serving, comparisons, ...expected }) => {
    const { target, gatesPassed, pinRefused, uncompared } = expected;
    const plan = planPromotion({ model, versions, serving, comparisons });
    expect(plan.target?.version).toBe(target);
    expect(plan.uncompared && [plan.uncompared.version, plan.uncompared.champion]).toEqual(uncompared);
    const [status, reason, message] = gatesPassed;
    expect(plan.verdict).toMatchObject({ status, reason });
    expect(plan.verdict.message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
    expect(plan.pinRefused).toEqual(
      pinRefused === undefined ? undefined : { reason: 'PinnedVersionRefused', message: pinRefused },
    );
  });

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
});
