import { expect, test } from 'vitest';
import { describeAction } from '../../actions.ts';
import { trainingRunName } from '../../resources/run-names.ts';
import { aModel, anObserved, aVersion } from '../../testing/builders.ts';
import { planRetention } from './retention.ts';

test('records beyond the limit go, but never that of a version in use or of the one that the spec asks for', () => {
  const model = aModel({ versionHistoryLimit: 2 });
  const versions = ['v6', 'v5', 'v4', 'v3', 'v2', 'v1'].map((version) => aVersion(version));
  versions[3] = aVersion('v3', { run: trainingRunName(model) });
  const actions = planRetention(anObserved(model, { versions }), new Set(['v1', undefined]));
  expect(actions.map(describeAction)).toEqual([
    'delete ConfigMap retail-v4: beyond versionHistoryLimit',
    'delete ConfigMap retail-v2: beyond versionHistoryLimit',
  ]);
  expect(actions.map(({ object }) => object.metadata.uid)).toEqual(['v4-uid', 'v2-uid']);
});
