import type { OwnerReference } from '@stockout/crds';
import { expect, it } from 'vitest';
import type { Pod } from '../api/kubernetes.ts';
import { buildPredictorDeployment } from '../resources/predictor-deployment.ts';
import { aModel } from '../testing/builders.ts';
import { predictorPod } from '../testing/played-pods.ts';
import { predictorPodsOf } from './predictor-pods.ts';

const deployment = buildPredictorDeployment({
  model: aModel(),
  color: 'blue',
  version: { version: 'v1', uri: 'abfss://models@acme.dfs.core.windows.net/v1', digest: 'sha256:0' },
  image: 'predictor',
});
const owner: OwnerReference = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: 'retail-blue-65cf87fdb4',
  uid: 'a',
  controller: true,
};

function ownedBy(...ownerReferences: OwnerReference[]): Pod {
  const pod = predictorPod(deployment, 0);
  return { ...pod, metadata: { ...pod.metadata, ownerReferences } };
}

it('a pod of a ReplicaSet of the Deployment is one of its pods', () => {
  expect(predictorPodsOf([ownedBy(owner)], deployment, 'v1')).toHaveLength(1);
});

it.each<[string, OwnerReference[]]>([
  ['by nobody', []],
  ['by the ReplicaSet of another Deployment', [{ ...owner, name: 'retail-green-7cfcd9df88' }]],
  ['by something else of that name', [{ ...owner, kind: 'StatefulSet' }]],
  ['but not controlled', [{ ...owner, controller: false }]],
])('one with the same labels that is owned %s is not', (_, owners) => {
  expect(predictorPodsOf([ownedBy(...owners)], deployment, 'v1')).toEqual([]);
});
