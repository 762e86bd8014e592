import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { StockoutModel } from '@stockout/crds';
import { readManifests } from '@stockout/crds/manifest';
import { connect, isCode, type KubeClient } from '@stockout/localcluster/client';
import { type Operator, startOperator } from '@stockout/operator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../conformance/until.ts';
import { provideVolume, removeAll } from '../lifecycle/real-cluster.ts';
import { conditionOf, SMALL_CLAIM, volumeClaim } from '../lifecycle/small-world.ts';
import { HollowNode } from '../api/hollow-node.ts';
import { apply, kubectl, type Manifest } from '../api/kubectl.ts';
import { writeOperatorKubeconfig } from '../api/operator-account.ts';
import { PREVIOUS_RELEASE, readRecording, type Recording, restore } from '../api/recording.ts';
import { operatorEnv } from '../api/release.ts';
import { readInstalled, type Standing, standing } from '../api/standing.ts';
import { type Traffic, watchTraffic } from '../api/traffic-watch.ts';

const MODEL = 'retail';
const CRDS = ['crd/stockoutmodels.stockout.dev', 'crd/scoringjobs.stockout.dev'];
/**
 * Why predictors of this release have another pod template than those of the release before, of the same images: then an
 * upgrade rolls every model once. Undefined where the template is the same, and no pod may be replaced.
 */
const TEMPLATE_CHANGED_BECAUSE: string | undefined =
  'every model is rolled once: predictors have got a gRPC port';

describe('an upgrade from the release before, with what its operator had made', () => {
  let folder: string;
  let kubeconfigPath: string;
  let client: KubeClient;
  let node: HollowNode;
  let operator: Operator | undefined;
  let recording: Recording;
  let before: Standing;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stockout-upgrade-'));
    kubeconfigPath = join(folder, 'operator.kubeconfig');
    recording = await readRecording();
    client = await connect(process.env.KUBECONFIG ?? '', 'upgrade-test');
    node = hollowNode(client, recording);
    await kubectl(['delete', '--ignore-not-found', ...CRDS]);
    await node.start();
    await provideVolume(client, join(folder, 'volume'), SMALL_CLAIM);
    await apply([volumeClaim()]);
    await kubectl(['apply', '--server-side', '-f', `${PREVIOUS_RELEASE}install.yaml`]);
    await kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...CRDS]);
    await restore(recording);
    const isThere = () => standing(client, MODEL).then((now) => isWhole(recording, now), isStarting);
    await until('the objects are there', isThere, 120);
    before = await standing(client, MODEL);
    await kubectl(['apply', '--server-side', '-k', 'config/base']);
    await writeOperatorKubeconfig(kubeconfigPath);
    await until('the new kinds are read', isThere, 120);
  }, 420_000);

  afterAll(async () => {
    await operator?.stop();
    await removeAll(client);
    await kubectl(['delete', '--ignore-not-found', 'namespace', 'stockout-system']);
    await node.stop();
    client.close();
    await rm(folder, { recursive: true, force: true });
  }, 180_000);

  it('begins with what was recorded: v2 serves, and nothing is under way', () => {
    expect(before.model.status?.servingVersion).toBe('v2');
    expect(conditionOf(before.model, 'Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
    expect(conditionOf(before.model, 'Reconciling')).toBeUndefined();
    expect(before.jobs).toHaveLength(3);
    const uids = recording.objects.map(({ metadata }) => (metadata as { uid?: string }).uid);
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
        expect(object).toMatchObject({ spec: filledIn(recording, object.kind) });
      }
    }
  });

  it(`with the images of before ${TEMPLATE_CHANGED_BECAUSE ?? 'nothing that serves is touched: no pod, no switch, no training'}`, async () => {
    const traffic = await watchTraffic(client, MODEL);
    operator = await startOperator({ kubeconfigPath, adminPort: 0, images: await imagesOfBefore() });
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
    const start = await standing(client, MODEL);
    const traffic = await watchTraffic(client, MODEL);
    const images = { ...(await imagesOfBefore()), predictor: 'ghcr.io/stockout/stockout-predictor:next' };
    operator = await startOperator({ kubeconfigPath, adminPort: 0, images });
    const after = await untilReplaced(start);
    expect(after.deployments.map((each) => each.images)).toEqual([[images.predictor]]);
    expectSwitches(start, 1, await traffic.stop());
    await expectSameVersions();
  });

  async function expectUntouched({ service, deployments, pods }: Standing): Promise<void> {
    expect(await standing(client, MODEL)).toMatchObject({ service, deployments, pods });
  }

  function untilReplaced({ deployments: [old] }: Standing): Promise<Standing> {
    return until(
      'only new pods are left',
      async () => {
        const now = await standing(client, MODEL);
        const isNew = now.deployments.every(({ uid }) => uid !== old?.uid);
        return isNew && conditionOf(now.model, 'Ready')?.status === 'True' ? now : undefined;
      },
      120,
    );
  }

  async function expectSameVersions(): Promise<void> {
    const { jobs, records, model } = await standing(client, MODEL);
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

/**
 * A controller that sees an owner before its pods makes others, and then takes away as many, be they the recorded ones or
 * not: what serves before the upgrade are those that are left.
 */
function isWhole({ objects }: Recording, now: Standing): boolean {
  const { pods, deployments, service, scoringJobs, jobs } = now;
  const recorded = (kind: string): string[] =>
    objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  const [deployment = ''] = recorded('Deployment');
  const serving = (names: readonly string[]): number =>
    names.filter((name) => name.startsWith(`${deployment}-`)).length;
  return (
    serving(pods) === serving(recorded('Pod')) &&
    jobs.length === recorded('Job').length &&
    deployments.length > 0 &&
    service !== undefined &&
    scoringJobs.length > 0
  );
}

/** A kind that is new is not read at once. */
function isStarting(error: unknown): false {
  if (isCode(error, 429) || isCode(error, 503)) return false;
  throw error;
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

async function imagesOfBefore(): Promise<{ pipeline: string; predictor: string }> {
  const env = operatorEnv(await readInstalled());
  return {
    pipeline: env['STOCKOUT_PIPELINE_IMAGE'] ?? '',
    predictor: env['STOCKOUT_PREDICTOR_IMAGE'] ?? '',
  };
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

/** The node that the recorded pods are on; its pods are pretended to run. */
function hollowNode(client: KubeClient, { objects }: Recording): HollowNode {
  const pod = objects.find(({ kind }) => kind === 'Pod') as unknown as {
    spec: { nodeName: string };
    status: { podIP: string };
  };
  return new HollowNode(client, {
    name: pod.spec.nodeName,
    labels: {},
    namespaces: ['default', 'stockout-system'],
    isBroken: () => false,
    podAddress: pod.status.podIP,
    onTick: () => Promise.resolve(),
  });
}
