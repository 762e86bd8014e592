import { connect, type KubeClient } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, startCallers } from './callers.ts';
import { conditionOf, modelObject, SmallWorld } from './small-world.ts';
import { expectPeace } from './field-peace.ts';
import type { RunningOperator, Tier } from './tier.ts';

const MINUTES = 60_000;
const NAME = 'rolling';
const MODEL = `/apis/stockout.dev/v1alpha1/namespaces/default/stockoutmodels/${NAME}`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const AUTOSCALER = `/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/${NAME}`;
const BUDGET = `/apis/policy/v1/namespaces/default/poddisruptionbudgets/${NAME}`;
const OURS = `stockout.dev/model=${NAME}`;

interface Budget {
  spec: { selector: { matchLabels: Record<string, string> } };
}

interface Scaled {
  spec: { replicas: number };
  metadata: { managedFields: { manager: string; fieldsV1: { 'f:spec'?: object } }[] };
}

/** How many pods serve, of which version, and who says so: while callers call all the time. */
export function describeAvailability(where: string, startTier: () => Promise<Tier>): void {
  describe(`callers of a model ${where} notice nothing`, () => {
    const abort = new AbortController();
    let tier: Tier;
    let operator: RunningOperator;
    let world: SmallWorld;
    let client: KubeClient;
    let endpoint: string;

    beforeAll(async () => {
      tier = await startTier();
      operator = await tier.startOperator();
      world = await SmallWorld.begin(tier, abort.signal);
      client = await connect(tier.kubeconfigPath, 'availability');
      await world.apply(model({ rounds: 20 }));
      endpoint = (await world.untilServing(NAME, 'v1')).status?.endpoint ?? '';
    }, 3 * MINUTES);

    afterAll(async () => {
      abort.abort();
      client?.close();
      await operator?.stop();
      await tier?.stop();
    }, MINUTES);

    it(
      'when a rolling update replaces the pods of its one Deployment, and the operator starts anew meanwhile',
      async () => {
        const { byVersion } = await called(async () => {
          await world.apply(model({ rounds: 21 }));
          await until(async () => (await world.model(NAME)).status?.candidateVersion, 'v2');
          await operator.stop();
          operator = await tier.startOperator();
          await world.untilServing(NAME, 'v2');
        });
        expect([...byVersion.keys()].sort()).toEqual(['v1', 'v2']);
        expect(await deployments()).toEqual([`${NAME}-blue`]);
      },
      3 * MINUTES,
    );

    it(
      'when kubectl scale asks for more pods, and for fewer',
      async () => {
        await called(async () => {
          await scale(MODEL, 3);
          await until(readyPods, 3);
          expect(await budgets()).toEqual([NAME]);
          await scale(MODEL, 1);
          await until(readyPods, 1);
          await until(budgets, []);
        });
      },
      3 * MINUTES,
    );

    it(
      'when pods do not come up: they are given up, and what was there before stays',
      async () => {
        // They answer for five seconds after they were told to end, on connections that were open.
        await until(() => world.kube.names('v1', 'Pod', `${OURS},stockout.dev/version=v1`), []);
        const { byVersion } = await called(async () => {
          const rollout = { strategy: 'RollingUpdate', progressDeadlineSeconds: 3 };
          const nodeSelector = { 'example.com/nowhere': 'yes' };
          await world.apply(model({ rounds: 21, serving: { rollout, nodeSelector } }));
          const told = await world.untilModel(NAME, 'RolledOut', 'ProgressDeadlineExceeded');
          expect(conditionOf(told, 'RolledOut')?.message).toContain(
            'its pods of before keep serving: 0 of 2 new',
          );
          await world.apply(model({ rounds: 21 }));
          await world.untilServing(NAME, 'v2');
        });
        expect([...byVersion.keys()]).toEqual(['v2']);
      },
      3 * MINUTES,
    );

    it(
      'when an autoscaler says how many pods there are, and the strategy becomes BlueGreen',
      async () => {
        const autoscaling = { minReplicas: 2, maxReplicas: 4 };
        await called(async () => {
          await world.apply(model({ rounds: 21, serving: { autoscaling } }));
          await until(() => ownersOfReplicas('blue'), ['stockout-operator-autoscaling']);
          await until(scaleTarget, `${NAME}-blue`);
          await scale(`${DEPLOYMENTS}/${NAME}-blue`, 3);
          await until(readyPods, 3);
          const rollout = { strategy: 'BlueGreen', rollbackWindowSeconds: 1 };
          await world.apply(model({ rounds: 22, serving: { autoscaling, rollout } }));
          const moved = await world.untilServing(NAME, 'v3');
          expect(moved.status?.replicas).toBe(3);
          await until(scaleTarget, `${NAME}-green`);
          await world.apply(model({ rounds: 22 }));
          await until(scaleTarget, undefined);
          await until(deployments, [`${NAME}-green`]);
          await until(readyPods, 2);
        });
      },
      3 * MINUTES,
    );

    it(
      'and nobody who owns a field of it either: a hundred reconciles write nothing beside a GitOps controller',
      async ({ skip }) => {
        const { adminUrl } = operator;
        if (adminUrl === undefined) return skip("this machine does not reach the operator's metrics");
        const manifest = model({ rounds: 22, serving: { autoscaling: { minReplicas: 2, maxReplicas: 4 } } });
        await world.apply(manifest);
        await until(scaleTarget, `${NAME}-green`);
        await until(() => ownersOfReplicas('green'), ['stockout-operator-autoscaling']);
        await until(budgetColor, 'green');
        await expectPeace(client, adminUrl, manifest);
      },
      3 * MINUTES,
    );

    /** What callers were answered while something was done: predictions, every one. */
    async function called(work: () => Promise<void>): Promise<Answered> {
      const callers = await startCallers(endpoint);
      try {
        await work();
      } finally {
        await callers.stop();
      }
      const answered = await callers.stop();
      expect(answered.failures).toEqual([]);
      return answered;
    }

    const scale = (path: string, replicas: number) => client.patch(`${path}/scale`, { spec: { replicas } });
    const deployments = () => world.kube.names('apps/v1', 'Deployment', OURS);
    const budgets = () => world.kube.names('policy/v1', 'PodDisruptionBudget', OURS);

    async function readyPods(): Promise<number> {
      const { items } = await client.get<{
        items: { status?: { readyReplicas?: number; replicas?: number } }[];
      }>(`${DEPLOYMENTS}?labelSelector=${encodeURIComponent(OURS)}`);
      const counts = items.map(({ status }) =>
        status?.readyReplicas === status?.replicas ? (status?.replicas ?? 0) : Number.NaN,
      );
      return counts.reduce((sum, count) => sum + count, 0);
    }

    async function scaleTarget(): Promise<string | undefined> {
      const names = await world.kube.names('autoscaling/v2', 'HorizontalPodAutoscaler', OURS);
      if (names.length === 0) return undefined;
      const { spec } = await client.get<{ spec: { scaleTargetRef: { name: string } } }>(AUTOSCALER);
      return spec.scaleTargetRef.name;
    }

    async function budgetColor(): Promise<string | undefined> {
      const { spec } = await client.get<Budget>(BUDGET);
      return spec.selector.matchLabels['stockout.dev/color'];
    }

    async function ownersOfReplicas(color: 'blue' | 'green'): Promise<string[]> {
      const { metadata } = await client.get<Scaled>(`${DEPLOYMENTS}/${NAME}-${color}`);
      return metadata.managedFields
        .filter(({ fieldsV1 }) => 'f:replicas' in (fieldsV1['f:spec'] ?? {}))
        .map(({ manager }) => manager);
    }

    async function until<T>(read: () => Promise<T>, wanted: T): Promise<void> {
      await expect.poll(read, { timeout: MINUTES, interval: 100 }).toEqual(wanted);
    }
  });
}

/** With this many rounds: another number is another version. */
function model({ rounds, serving = {} }: { rounds: number; serving?: object }): object {
  const { serving: small, training } = modelObject(NAME).spec;
  const rollout = { strategy: 'RollingUpdate', rollbackWindowSeconds: 1 };
  return modelObject(NAME, {
    spec: {
      serving: { ...small, replicas: 2, rollout, ...serving },
      training: { ...training, params: { ...training.params, rounds } },
    },
  });
}
