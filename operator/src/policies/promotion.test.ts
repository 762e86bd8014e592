import type { Comparison } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import { aModel, aVersion, GOOD, POOR } from '../testing/builders.ts';
import type { VersionRecord } from '../resources/version-record.ts';
import { comparison, drop, floor, poor, v1, v2, v3 } from './promotion.test-support.ts';
import { planPromotion } from './promotion.ts';

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
});
