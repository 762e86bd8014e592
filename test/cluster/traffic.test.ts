import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl } from '../api/kubectl.ts';
import { modelObject, SmallWorld } from '../lifecycle/small-world.ts';
import type { Tier } from '../lifecycle/tier.ts';
import { startCallers } from '../lifecycle/callers.ts';
import { startClusterTier } from './cluster-tier.ts';
import { leadingPod } from './installed-operator.ts';
import { restartKubelet } from './restart-kubelet.ts';

const MINUTES = 60_000;
const NAME = 'busy';

/** What only a real node tells: kube-proxy, containers that are told to end, a leader that is gone. */
describe('callers of a model on a real node notice nothing', () => {
  const abort = new AbortController();
  let tier: Tier;
  let operator: { stop(): Promise<void> };
  let world: SmallWorld;
  let endpoint: string;

  beforeAll(async () => {
    tier = await startClusterTier();
    operator = await tier.startOperator();
    world = await SmallWorld.begin(tier, abort.signal);
    await world.apply(trained(20));
    endpoint = (await world.untilServing(NAME, 'v1')).status?.endpoint ?? '';
  }, 5 * MINUTES);

  afterAll(async () => {
    abort.abort();
    await operator?.stop();
    await tier?.stop();
  }, 2 * MINUTES);

  it(
    'when another version is switched to, and the old pods end',
    async () => {
      const [from, to] = await servingAndNext();
      const callers = await startCallers(endpoint);
      await world.apply(trained(21));
      await world.untilServing(NAME, to);
      await untilPods(2);
      const { byVersion, failures } = await callers.stop();
      expect(failures).toEqual([]);
      expect([...byVersion.keys()]).toEqual([from, to]);
    },
    3 * MINUTES,
  );

  it(
    'when a pod is deleted',
    async () => {
      const [serving] = await servingAndNext();
      const callers = await startCallers(endpoint);
      const [pod = ''] = await pods();
      await kubectl(['delete', 'pod', pod]);
      await untilPods(2);
      const { byVersion, failures } = await callers.stop();
      expect(failures).toEqual([]);
      expect([...byVersion.keys()]).toEqual([serving]);
    },
    3 * MINUTES,
  );

  it(
    'when the operator that leads is killed, and the other replica trains and switches',
    async () => {
      const [, to] = await servingAndNext();
      const callers = await startCallers(endpoint);
      const leader = await leadingPod();
      await kubectl(['delete', 'pod', leader, '-n', 'stockout-system', '--grace-period=0', '--force']);
      await world.apply(trained(22));
      await world.untilServing(NAME, to);
      expect(await leadingPod()).not.toBe(leader);
      const { failures } = await callers.stop();
      expect(failures).toEqual([]);
    },
    3 * MINUTES,
  );

  it(
    'when the kubelet is started anew',
    async () => {
      const [serving] = await servingAndNext();
      const before = await pods();
      const callers = await startCallers(endpoint);
      await restartKubelet();
      // It has looked at all of its pods by the time that it brings up another.
      await kubectl(['delete', 'pod', before[0] ?? '']);
      await untilPods(2);
      const { byVersion, failures } = await callers.stop();
      expect(failures).toEqual([]);
      // The first answers may be of the version before: the switch is on its way to the node.
      expect([...byVersion.keys()].at(-1)).toBe(serving);
      expect((await servingAndNext())[0]).toBe(serving);
    },
    3 * MINUTES,
  );

  async function servingAndNext(): Promise<[serving: string, next: string]> {
    const { servingVersion = '' } = (await world.model(NAME)).status ?? {};
    return [servingVersion, `v${Number(servingVersion.slice(1)) + 1}`];
  }

  function pods(): Promise<string[]> {
    const selector = `stockout.dev/model=${NAME},app.kubernetes.io/component=predictor`;
    return world.kube.names('v1', 'Pod', selector);
  }

  /** Those of the color that serves, and none that ends. */
  async function untilPods(count: number): Promise<void> {
    await expect.poll(pods, { timeout: MINUTES, interval: 200 }).toHaveLength(count);
    const deployments = ['-l', `stockout.dev/model=${NAME}`, '--for=condition=Available', '--timeout=60s'];
    await kubectl(['wait', 'deployment', ...deployments]);
  }
});

/** With this many rounds: another number is another version. */
function trained(rounds: number): object {
  const { serving, training } = modelObject(NAME).spec;
  const params = { ...training.params, rounds };
  return modelObject(NAME, {
    spec: {
      serving: { ...serving, replicas: 2 },
      training: { ...training, params },
    },
  });
}
