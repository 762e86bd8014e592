import type { StockoutModel } from '@stockout/crds';
import { readManifests } from '@stockout/crds/manifest';
import type { KubeClient } from '@stockout/localcluster/client';
import type { Operator } from '@stockout/operator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl, type Manifest } from '../api/kubectl.ts';
import type { Recording } from '../api/recording.ts';
import type { Standing } from '../api/standing.ts';
import { type Traffic, watchTraffic } from '../api/traffic-watch.ts';
import { until } from '../conformance/until.ts';
import { conditionOf } from '../lifecycle/small-world.ts';
import { MODEL, RestoredCluster } from './restored-cluster.ts';

/**
 * Why predictors of this release have another pod template than those of the release before, of the same images: then an
 * upgrade rolls every model once. Undefined where the template is the same, and no pod may be replaced.
 */
const TEMPLATE_CHANGED_BECAUSE: string | undefined =
  'every model is rolled once: predictors have got a gRPC port, and spread over zones';

describe('an upgrade from the release before, with what its operator had made', () => {
  let cluster: RestoredCluster;
  let client: KubeClient;
  let operator: Operator | undefined;
  let before: Standing;

  beforeAll(async () => {
    cluster = await RestoredCluster.start('settled');
    ({ client, before } = cluster);
  }, 420_000);

  afterAll(async () => {
    await operator?.stop();
    await cluster?.stop();
  }, 180_000);

  it('begins with what was recorded: v2 serves, and nothing is under way', () => {
    expect(before.model.status?.servingVersion).toBe('v2');
    expect(conditionOf(before.model, 'Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
    expect(conditionOf(before.model, 'Reconciling')).toBeUndefined();
    expect(before.jobs).toHaveLength(3);
    const uids = cluster.recording.objects.map(({ metadata }) => (metadata as { uid?: string }).uid);
    expect(uids).toContain(before.model.metadata.uid);
  });

  it('old objects stay valid under the new kinds, and have every field that those fill in', async () => {
    for (const kind of ['stockoutmodels', 'scoringjobs']) {
      const path = `/apis/stockout.dev/v1alpha1/namespaces/default/${kind}`;
      const { items } = await client.get<{ items: Manifest[] }>(path);
      expect(items).toHaveLength(1);
      for (const object of items) {
        const target = `${path}/${object.metadata.name}?dryRun=All`;
        await expect(client.json('PUT', target, object)).resolves.toMatchObject({ kind: object.kind });
        expect(object).toMatchObject({ spec: filledIn(cluster.recording, object.kind) });
      }
    }
  });

  it(`with the images of before ${TEMPLATE_CHANGED_BECAUSE ?? 'nothing that serves is touched: no pod, no switch, no training'}`, async () => {
    const traffic = await watchTraffic(client, MODEL);
    operator = await cluster.startOperator();
    await untilReconciled(operator);
    // And once more, of an object that has changed in what does not matter.
    await kubectl(['annotate', 'stockoutmodel', MODEL, 'example.com/note=upgraded', '--overwrite']);
    await untilReconciled(operator, 2);
    if (TEMPLATE_CHANGED_BECAUSE === undefined) await expectUntouched(before);
    else await untilReplaced(before);
    expectSwitches(before, TEMPLATE_CHANGED_BECAUSE === undefined ? 0 : 1, await traffic.stop());
    await expectSameVersions();
  });

  it('with new images it goes blue/green: one switch, a ready pod at every moment, no training', async () => {
    await operator?.stop();
    const start = await cluster.standing();
    const traffic = await watchTraffic(client, MODEL);
    const predictor = 'ghcr.io/stockout/stockout-predictor:next';
    operator = await cluster.startOperator({ predictor });
    const after = await untilReplaced(start);
    expect(after.deployments.map((each) => each.images)).toEqual([[predictor]]);
    expectSwitches(start, 1, await traffic.stop());
    await expectSameVersions();
  });

  async function expectUntouched({ service, deployments, pods }: Standing): Promise<void> {
    expect(await cluster.standing()).toMatchObject({ service, deployments, pods });
  }

  function untilReplaced({ deployments: [old] }: Standing): Promise<Standing> {
    return until(
      'only new pods are left',
      async () => {
        const now = await cluster.standing();
        const isNew = now.deployments.every(({ uid }) => uid !== old?.uid);
        return isNew && conditionOf(now.model, 'Ready')?.status === 'True' ? now : undefined;
      },
      120,
    );
  }

  async function expectSameVersions(): Promise<void> {
    const { jobs, records, model } = await cluster.standing();
    expect({ jobs, records }).toEqual({ jobs: before.jobs, records: before.records });
    const { servingVersion, versions } = before.model.status ?? {};
    expect(model.status).toMatchObject({ servingVersion, versions });
    expect(conditionOf(model, 'Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
  }
});

function expectSwitches({ service }: Standing, times: 0 | 1, { colors, fewestReady }: Traffic): void {
  const color = service?.color;
  expect(colors).toEqual([color, color === 'blue' ? 'green' : 'blue'].slice(0, times + 1));
  expect(fewestReady).toBeGreaterThan(0);
}

/** The spec that people wrote, with the defaults of this release's kinds. */
function filledIn({ objects }: Recording, kind: string): object {
  const { apiVersion, metadata, ...object } = objects.find(
    (each) => each.kind === kind,
  ) as unknown as StockoutModel;
  const { name, namespace } = metadata;
  const text = JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec: object.spec });
  const { models, scoringJobs } = readManifests(text, 'the recording');
  return (models[0] ?? scoringJobs[0])?.spec ?? {};
}

/** Until it has looked at the model so many times, and at the scoring job. */
async function untilReconciled({ adminUrl }: Operator, times = 1): Promise<void> {
  await until(
    'the operator has seen all',
    async () => {
      const text = await (await fetch(`${adminUrl}/metrics`)).text();
      return reconciles(text, 'stockoutmodel') >= times && reconciles(text, 'scoringjob') >= 1;
    },
    60,
  );
}

function reconciles(metrics: string, controller: string): number {
  const series = `\ncontroller_runtime_reconcile_total{controller="${controller}",result="success"} `;
  return Number(metrics.split(series)[1]?.split('\n')[0] ?? 0);
}
