import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job, Pod } from '../types.ts';
import { formatIndexes, INDEX_KEY, openIndexes, parseIndexes, surplusPods } from './job-indexes.ts';

const job = (spec: object = {}): Job =>
  ({ spec: { completionMode: 'Indexed', completions: 4, template: {}, ...spec } }) as Job;

const pod = (index: number | string, { phase = 'Running', leaving = false } = {}): Pod =>
  ({
    metadata: {
      annotations: { [INDEX_KEY]: String(index) },
      ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    status: { phase },
  }) as unknown as Pod;

describe('openIndexes', () => {
  it.each([
    ['all of them at first', {}, [], [], [0, 1, 2, 3]],
    ['those that are neither done nor worked on', {}, [pod(1)], [0], [2, 3]],
    ['one whose pod failed again', {}, [pod(0, { phase: 'Failed' })], [1, 2, 3], [0]],
    ['one whose pod is on its way out', {}, [pod(0, { leaving: true })], [1, 2, 3], [0]],
    [
      'not before that pod has ended, where only failed ones are replaced',
      { podReplacementPolicy: 'Failed' },
      [pod(0, { leaving: true })],
      [1, 2, 3],
      [],
    ],
  ])('%s', (_what, spec, pods, completed, open) => {
    expect(openIndexes(job(spec), pods, new Set(completed))).toEqual(open);
  });
});

describe('surplusPods', () => {
  const second = pod(1);
  it.each([
    ['none while each works on its own', [pod(0), pod(1)], [], []],
    ['one of an index that is done', [second], [1], [second]],
    ['the later one of two with the same index', [pod(1), second], [], [second]],
    ['none that has ended', [pod(1, { phase: 'Succeeded' })], [1], []],
  ])('%s', (_what, pods, completed, surplus) => {
    expect(surplusPods(job(), pods, new Set(completed))).toEqual(surplus);
  });

  it.each([['4'], ['-1'], ['one'], ['']])('one whose index %j the Job does not ask for', (index) => {
    const stranger = pod(index);
    expect(surplusPods(job(), [stranger], new Set())).toEqual([stranger]);
  });
});

describe('formatIndexes', () => {
  it.each([
    [[], ''],
    [[3], '3'],
    [[1, 0], '0,1'],
    [[0, 1, 2, 5, 7, 8], '0-2,5,7,8'],
  ])('writes %j as %j', (indexes, text) => {
    expect(formatIndexes(indexes)).toBe(text);
  });

  it('writes what parseIndexes reads back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(200)), (indexes) => {
        expect(parseIndexes(formatIndexes(indexes))).toEqual(new Set(indexes));
      }),
    );
  });
});
