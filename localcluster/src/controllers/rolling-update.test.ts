import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../types.ts';
import { limits, planScales } from './rolling-update.ts';

const deployment = (replicas: number, strategy: object = {}): Deployment =>
  ({ spec: { replicas, strategy: { type: 'RollingUpdate', ...strategy } } }) as Deployment;

const rolling = (maxSurge: number | string, maxUnavailable: number | string) => ({
  rollingUpdate: { maxSurge, maxUnavailable },
});

/** A ReplicaSet that is to have so many pods, of which so many are available. */
const set = (name: string, replicas: number, available: number): ReplicaSet =>
  ({
    metadata: { name },
    spec: { replicas },
    status: { replicas, availableReplicas: available },
  }) as ReplicaSet;

describe('limits', () => {
  it.each([
    ['shares are rounded up for too many, down for too few', 10, rolling('25%', '25%'), 3, 2],
    ['a quarter each unless given', 4, {}, 1, 1],
    ['counts are taken as they are', 10, rolling(2, 0), 2, 0],
    ['nothing at all would never move', 1, rolling(0, '25%'), 0, 1],
  ])('%s', (_what, replicas, strategy, surge, unavailable) => {
    expect(limits(deployment(replicas, strategy))).toEqual({ surge, unavailable });
  });
});

describe('planScales', () => {
  const one = rolling(1, 0);
  it.each([
    ['a first rollout comes up at once', deployment(3), set('new', 0, 0), [], { new: 3 }],
    ['the first new pod comes on top', deployment(2, one), set('new', 0, 0), [set('old', 2, 2)], { new: 1 }],
    [
      'nothing goes before it is available',
      deployment(2, one),
      set('new', 1, 0),
      [set('old', 2, 2)],
      { new: 1 },
    ],
    ['then one old pod goes', deployment(2, one), set('new', 1, 1), [set('old', 2, 2)], { new: 1, old: 1 }],
    ['and the next one comes', deployment(2, one), set('new', 1, 1), [set('old', 1, 1)], { new: 2 }],
    [
      'the last old pod goes at the end',
      deployment(2, one),
      set('new', 2, 2),
      [set('old', 1, 1)],
      { new: 2, old: 0 },
    ],
    [
      'old pods that are broken go at once',
      deployment(2, one),
      set('new', 1, 0),
      [set('old', 2, 0)],
      { new: 1, old: 0 },
    ],
    ['fewer are wanted', deployment(1), set('new', 3, 3), [], { new: 1 }],
    [
      'with Recreate the old ones go',
      deployment(2, { type: 'Recreate' }),
      set('new', 0, 0),
      [set('old', 2, 2)],
      { new: 2, old: 0 },
    ],
  ])('%s', (_what, given, current, others, expected) => {
    const plan = planScales(given, current, others).map(({ set: { metadata }, replicas }) => [
      metadata.name,
      replicas,
    ]);
    expect(Object.fromEntries(plan)).toEqual(expected);
  });
});
