import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import type { Node, Pod } from '../types.ts';
import { ControlPlane, podTemplate } from './control-plane.ts';

const TRAINING = { key: 'stockout.dev/pool', value: 'training' };
let plane: ControlPlane;

beforeEach(() => {
  plane = new ControlPlane();
});

afterEach(() => plane.stop());

function createNode(name: string, labels: object, taints: object[]): void {
  plane.cluster.create('Node', undefined, { metadata: { name, labels }, spec: { taints } });
  const node = plane.cluster.find<Node>('Node', undefined, name) as Node;
  plane.cluster.patchStatus('Node', node, { conditions: [{ type: 'Ready', status: 'True' }] });
}

function createPod(spec: object): void {
  plane.cluster.create('Pod', 'default', { metadata: { name: 'app' }, spec: podTemplate({}, spec).spec });
}

const pod = (): Pod => plane.cluster.find<Pod>('Pod', 'default', 'app') as Pod;
const isOn = (node: string) => until(`the pod is on ${node}`, () => pod().spec.nodeName === node);
const refusal = (): Promise<unknown> =>
  until('the pod is refused', () => pod().status?.conditions?.find(({ type }) => type === 'PodScheduled'));

describe('a node with a taint', () => {
  beforeEach(() => createNode('training', { pool: 'training' }, [{ ...TRAINING, effect: 'NoSchedule' }]));

  it.each([
    ['by its value', { ...TRAINING, operator: 'Equal', effect: 'NoSchedule' }],
    ['by its value, with what may be left out', TRAINING],
    ['whatever its value', { key: TRAINING.key, operator: 'Exists' }],
    ['as every other', { operator: 'Exists' }],
  ])('takes a pod that tolerates it %s', async (_, toleration) => {
    createPod({ tolerations: [toleration] });
    await isOn('training');
  });

  it.each([
    ['nothing', []],
    ['another value', [{ ...TRAINING, value: 'serving' }]],
    ['another effect', [{ ...TRAINING, effect: 'NoExecute' }]],
    ['another taint', [{ key: 'other', operator: 'Exists' }]],
  ])('keeps away a pod that tolerates %s, which says so', async (_, tolerations) => {
    createPod({ tolerations });
    expect(await refusal()).toMatchObject({
      status: 'False',
      reason: 'Unschedulable',
      message: '0/1 nodes are available: 1 node(s) had untolerated taint(s).',
    });
  });
});

it('a node that is only less welcome takes a pod all the same', async () => {
  createNode('less', {}, [{ ...TRAINING, effect: 'PreferNoSchedule' }]);
  createPod({});
  await isOn('less');
});

it('of nodes that refuse for several reasons each is told, and a label that comes lets the pod in', async () => {
  createNode('plain', {}, []);
  createNode('tainted', { pool: 'a' }, [{ key: 'own', effect: 'NoExecute' }]);
  createPod({ nodeSelector: { pool: 'a' } });
  expect(await refusal()).toMatchObject({
    message:
      "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint(s).",
  });
  const plain = plane.cluster.find<Node>('Node', undefined, 'plain') as Node;
  plane.cluster.patch('Node', plain, { metadata: { labels: { pool: 'a' } } });
  await isOn('plain');
});

it('a pod keeps its own tolerations, and gets those of a node that is away for a while unless it has them', () => {
  const away = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' };
  createPod({ tolerations: [TRAINING, away] });
  expect(pod().spec.tolerations).toEqual([
    TRAINING,
    away,
    { ...away, key: 'node.kubernetes.io/unreachable', tolerationSeconds: 300 },
  ]);
});
