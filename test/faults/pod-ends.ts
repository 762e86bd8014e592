import type { Condition, StockoutModel } from '@stockout/crds';
import type { List } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultTier } from './lives.ts';
import { OperatorBehindProxy } from './operator-behind-proxy.ts';
import { type ENDINGS, TroubledWork } from './troubled-work.ts';

const MINUTES = 60_000;
const AGAIN =
  ' (change spec.training, spec.source, spec.data or spec.storage, or set the annotation stockout.dev/retrain-requested-at to a new value, to try again)';

/** Of a model whose training ends so: what the condition Trained says, the run's name left out. */
const TOLD: Record<keyof typeof ENDINGS, string> = {
  'out-of-memory': `RUN failed: out of memory: raise resources.limits.memory${AGAIN}`,
  hangs: `RUN was not done within activeDeadlineSeconds (1 s)${AGAIN}`,
  'too-much-disk': `RUN failed: Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.${AGAIN}`,
  mute: `RUN left no result that the operator can read: its termination message is empty${AGAIN}`,
  'of-another': `RUN left the result of another run, other-train-0123456789, of which nothing goes on record${AGAIN}`,
  'not-a-number': `RUN left no result that the operator can read: its termination message is not JSON${AGAIN}`,
  'without-metrics': `RUN left no result that the operator can read: metrics.auc: Invalid input: expected number, received undefined${AGAIN}`,
};

/** How pods end that their node ends, or that leave what they should not; and what the user of their model is told. */
export function describePodEnds(where: string, start: () => Promise<FaultTier>): void {
  describe(`a pod that does not end well ${where}`, () => {
    const namespace = `ends-${Date.now().toString(36)}`;
    const models = `/apis/stockout.dev/v1alpha1/namespaces/${namespace}/stockoutmodels`;
    const work = new TroubledWork();
    let tier: FaultTier;
    let operator: OperatorBehindProxy;

    beforeAll(async () => {
      tier = await start();
      const { client, node, access, folder } = tier;
      await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
      node.mount(namespace, work);
      operator = await OperatorBehindProxy.start({ access, namespace, folder, past: new Map() }, {});
    }, MINUTES);
    afterAll(async () => {
      await operator?.stop();
      await tier?.client.delete(`/api/v1/namespaces/${namespace}`);
      await tier?.stop();
    });

    it(
      'makes no version, nothing of it serves, and one sentence says why',
      async () => {
        const names = Object.keys(TOLD) as (keyof typeof ENDINGS)[];
        await Promise.all(names.map((name) => tier.client.post(models, modelObject(name))));
        for (const name of names) {
          await expect
            .poll(() => conditionOf(name, 'Trained'), { timeout: MINUTES })
            .toMatchObject({
              status: 'False',
              reason: 'TrainingFailed',
              message: expect.stringMatching(new RegExp(`^${name}-train-`)),
            });
          const { message } = (await conditionOf(name, 'Trained')) as Condition;
          expect(message.replace(/^[\w-]+/, 'RUN')).toBe(TOLD[name]);
          const { status } = await modelOf(name);
          expect([status?.servingVersion, status?.versions]).toEqual([undefined, []]);
        }
        expect(await deployments()).toEqual([]);
      },
      2 * MINUTES,
    );

    it(
      'is followed by another where its node had no room for it, whatever the back-off limit is',
      async () => {
        await tier.client.post(models, modelObject('evicted'));
        await expect.poll(() => servingVersion('evicted'), { timeout: MINUTES }).toBe('v1');
        expect(work.podsOf('evicted')).toBe(2);
      },
      2 * MINUTES,
    );

    it(
      'leads to a version that is refused where it could not measure what a gate asks for',
      async () => {
        await tier.client.post(models, modelObject('unmeasured'));
        await expect
          .poll(() => conditionOf('unmeasured', 'GatesPassed'), { timeout: MINUTES })
          .toMatchObject({
            status: 'False',
            message: 'v1 is refused: auc of the version is missing',
          });
        expect(await servingVersion('unmeasured')).toBeUndefined();
      },
      2 * MINUTES,
    );

    it(
      'again and again is a candidate that is given up, its champion serves, and the status says why',
      async () => {
        await tier.client.post(models, modelObject('crashes'));
        await expect.poll(() => servingVersion('crashes'), { timeout: MINUTES }).toBe('v1');
        await tier.client.patch(`${models}/crashes`, {
          spec: {
            training: { params: { rounds: 200 } },
            serving: { rollout: { progressDeadlineSeconds: 2 } },
          },
        });
        await expect
          .poll(() => conditionOf('crashes', 'RolledOut'), { timeout: MINUTES })
          .toMatchObject({
            status: 'False',
            reason: 'ProgressDeadlineExceeded',
            message: expect.stringMatching(
              /^v2 \(green\) was given up after 2 s without progress, v1 \(blue\) keeps serving: 0 of 1 pods are ready: CrashLoopBackOff: out of memory: raise resources\.limits\.memory \(/,
            ),
          });
        expect(await servingVersion('crashes')).toBe('v1');
      },
      2 * MINUTES,
    );

    const modelOf = (name: string) => tier.client.get<StockoutModel>(`${models}/${name}`);

    async function conditionOf(name: string, type: string): Promise<Condition | undefined> {
      return (await modelOf(name)).status?.conditions?.find((each) => each.type === type);
    }

    async function servingVersion(name: string): Promise<string | undefined> {
      return (await modelOf(name)).status?.servingVersion;
    }

    async function deployments(): Promise<string[]> {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      const { items } = await tier.client.get<List<{ metadata: { name: string } }>>(path);
      return items.map(({ metadata }) => metadata.name);
    }
  });
}

/** Tried once, unless the pod's end counts for nothing. */
function modelObject(name: string): object {
  return {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'StockoutModel',
    metadata: { name },
    spec: {
      storage: { uri: 'abfss://c@account.dfs.core.windows.net/p', secretRef: { name: 'stockout-storage' } },
      training: {
        params: { rounds: 100 },
        backoffLimit: 0,
        ...(name === 'hangs' ? { activeDeadlineSeconds: 1 } : {}),
      },
      gates: [{ metric: 'auc', min: '0.95' }],
      serving: {
        replicas: 1,
        service: { type: 'ClusterIP' },
        rollout: { rollbackWindowSeconds: 0 },
      },
    },
  };
}
