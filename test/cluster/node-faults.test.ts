import { connect, type KubeClient, type List } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl } from '../api/kubectl.ts';
import { until } from '../conformance/until.ts';
import { startCallers } from '../lifecycle/callers.ts';
import { conditionOf, modelObject, SmallWorld } from '../lifecycle/small-world.ts';
import type { RunningOperator, Tier } from '../lifecycle/tier.ts';
import { startClusterTier } from './cluster-tier.ts';

const MINUTES = 60_000;
const SECONDS = 60;
const PODS = '/api/v1/namespaces/default/pods';
/** Less than any of our programs needs: a predictor comes up within twice of it, and is killed only once it has callers. */
const TINY = { limits: { memory: '24Mi' } };
const ALL_NODES = ['--selector', 'kubernetes.io/os=linux'];

interface Pod {
  metadata: { name: string };
  status: { phase: string };
}

/** What test/faults plays of nodes, by real causes: the kernel, the kubelet and the eviction API end these pods. */
describe('a pod that a real node ends', () => {
  const abort = new AbortController();
  let tier: Tier;
  let operator: RunningOperator;
  let world: SmallWorld;
  let client: KubeClient;

  beforeAll(async () => {
    tier = await startClusterTier();
    client = await connect(tier.kubeconfigPath, 'node-faults');
    operator = await tier.startOperator();
    world = await SmallWorld.begin(tier, abort.signal);
  }, 3 * MINUTES);

  afterAll(async () => {
    abort.abort();
    await kubectl(['uncordon', ...ALL_NODES]);
    client?.close();
    await operator?.stop();
    await tier?.stop();
  }, 2 * MINUTES);

  it.concurrent(
    'for want of memory makes no version, is told in one sentence, and is tried again with more',
    async () => {
      const name = 'starved';
      await world.apply(trained(name, { resources: TINY }));
      const failed = await world.untilModel(name, 'Trained', 'TrainingFailed');
      expect(conditionOf(failed, 'Trained')?.message).toMatch(
        /^starved-train-\w+ failed: out of memory: raise resources\.limits\.memory \(/,
      );
      expect(failed.status?.versions).toEqual([]);
      await world.apply(trained(name, { resources: { limits: { memory: '1Gi' } } }));
      await world.untilServing(name, 'v1');
    },
    3 * MINUTES,
  );

  it.concurrent(
    'for want of memory again and again is a candidate that is given up, and its champion serves',
    async () => {
      const name = 'crashing';
      await world.apply(modelObject(name));
      await world.untilServing(name, 'v1');
      const { serving } = modelObject(name).spec;
      const rollout = { ...serving.rollout, progressDeadlineSeconds: 30 };
      await world.apply(modelObject(name, { spec: { serving: { ...serving, rollout, resources: TINY } } }));
      const told = await world.untilModel(name, 'RolledOut', 'ProgressDeadlineExceeded');
      expect(conditionOf(told, 'RolledOut')?.message).toMatch(
        /^v1 \(green\) was given up after 30 s without progress, v1 \(blue\) keeps serving: 0 of 1 pods are ready: .*out of memory: raise resources\.limits\.memory/,
      );
      expect((await fetch(`${told.status?.endpoint}/health`)).status).toBe(200);
    },
    3 * MINUTES,
  );

  it.concurrent(
    'for the disk that it takes makes no version, and is told in the words of the kubelet',
    async () => {
      const name = 'bulky';
      const resources = { limits: { 'ephemeral-storage': '1' } };
      await world.apply(trained(name, { resources, params: { rounds: 10_000, maxDepth: 12 } }));
      const failed = await world.untilModel(name, 'Trained', 'TrainingFailed');
      expect(conditionOf(failed, 'Trained')?.message).toMatch(
        /^bulky-train-\w+ failed: Evicted: (Pod|Container) .*ephemeral local storage .*limit/,
      );
      expect(failed.status?.versions).toEqual([]);
    },
    3 * MINUTES,
  );

  it.concurrent(
    'to make room is followed by another, which counts as no failure',
    async () => {
      const name = 'moved';
      const trainings = `stockout.dev/model=${name},app.kubernetes.io/component=training`;
      // Seconds: it must not be done before it is evicted.
      await world.apply(trained(name, { params: { rounds: 2_000, maxDepth: 3 } }));
      const first = await runningPod(trainings);
      await client.post(`${PODS}/${first}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: first, namespace: 'default' },
      });
      const served = await world.untilServing(name, 'v1');
      expect(served.status?.versions).toHaveLength(1);
      const after = await world.kube.names('v1', 'Pod', trainings);
      expect(after).toHaveLength(1);
      expect(after).not.toEqual([first]);
    },
    3 * MINUTES,
  );

  it(
    'since the node is drained is one that callers do without: the budget keeps the other until there is a place',
    async () => {
      const name = 'drained';
      const selector = `stockout.dev/model=${name},app.kubernetes.io/component=predictor`;
      const { serving } = modelObject(name).spec;
      await world.apply(modelObject(name, { spec: { serving: { ...serving, replicas: 2 } } }));
      const served = await world.untilServing(name, 'v1');
      const callers = await startCallers(served.status?.endpoint ?? '');
      try {
        // There is no other node: the second pod stays where it is.
        const pods = ['--pod-selector', selector, '--delete-emptydir-data'];
        const drained = kubectl(['drain', ...ALL_NODES, ...pods, '--timeout=5s']);
        await expect(drained).rejects.toThrow(/disruption budget/);
        await untilReadySays(name, /1 of 2 pods are ready.*unschedulable/);
        await kubectl(['uncordon', ...ALL_NODES]);
        await untilReadySays(name, /2 of 2 pods are ready/);
      } finally {
        await callers.stop();
      }
      expect((await callers.stop()).failures).toEqual([]);
    },
    3 * MINUTES,
  );

  function runningPod(selector: string): Promise<string> {
    const path = `${PODS}?labelSelector=${encodeURIComponent(selector)}`;
    const running = async (): Promise<string | undefined> => {
      const { items } = await client.get<List<Pod>>(path);
      return items.find(({ status }) => status.phase === 'Running')?.metadata.name;
    };
    return until('its pod runs', running, SECONDS);
  }

  async function untilReadySays(name: string, words: RegExp): Promise<void> {
    const told = async () => conditionOf(await world.model(name), 'Ready')?.message;
    await expect.poll(told, { timeout: MINUTES, interval: 100 }).toMatch(words);
  }
});

/** Tried once, unless its pod's end counts for nothing. */
function trained(name: string, training: object = {}): object {
  const settings = { ...modelObject(name).spec.training, backoffLimit: 0, ...training };
  return modelObject(name, { spec: { training: settings } });
}
