import type { StockoutModel } from '@stockout/crds';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aModel, aVersion, GOOD, POOR } from '../testing/builders.ts';
import type { VersionRecord } from '../resources/version-record.ts';
import { planPromotion } from './promotion.ts';

const v1 = aVersion('v1');
const v2 = aVersion('v2', { champion: { version: 'v1', metrics: GOOD } });
const poor = aVersion('v2', { metrics: POOR, champion: { version: 'v1', metrics: GOOD } });
const drop = { metric: 'auc', maxDropFromServing: '0.005' } as const;
const floor = { metric: 'auc', min: '0.95' } as const;

interface Case {
  name: string;
  model?: StockoutModel;
  versions: VersionRecord[];
  serving?: string;
  target: string | undefined;
  gatesPassed: [status: string, reason: string, message: string | RegExp];
  pinRefused?: string;
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
  test.each(CASES)('$name', ({ model = aModel(), versions, serving, target, gatesPassed, pinRefused }) => {
    const plan = planPromotion({ model, versions, serving });
    expect(plan.target?.version).toBe(target);
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
});
