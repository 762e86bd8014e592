import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StockoutModel } from '@stockout/crds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../operator/src/api/kubernetes.ts';
import { KubeClient } from '../../operator/src/kube/client.ts';
import { connect } from '../../operator/src/kube/connection.ts';
import { perform } from '../../operator/src/kube/perform.ts';
import { createReflectors, createStores } from '../../operator/src/kube/stores.ts';
import { MANAGED_SELECTOR } from '../../operator/src/resources/names.ts';
import { buildTrackingRecord } from '../../operator/src/resources/tracking-record.ts';
import { buildTrainingJob } from '../../operator/src/resources/training-job.ts';
import { readKubeconfig } from '../../localcluster/src/client/kubeconfig.ts';
import { until } from '../conformance/until.ts';
import { FaultProxy } from '../faults/fault-proxy.ts';
import { modelObject } from '../lifecycle/small-world.ts';
import { type Look, readAudit, rightName } from './audit.ts';
import { grantedRights, type Rule } from './granted.ts';
import { apply, kubectl } from './kubectl.ts';
import { writeOperatorKubeconfig } from './operator-account.ts';

/** Asked for by an admission plugin when an owner is named, which no audit log shows; a test below shows it. */
const ASKED_BY_ADMISSION = ['stockoutmodels/finalizers', 'scoringjobs/finalizers'].map((resource) =>
  rightName('update', 'stockout.dev', resource),
);

const USER = 'stockout-of-few-rights';
const MAKES_JOBS: Rule = { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] };
const FINALIZERS: Rule = {
  apiGroups: ['stockout.dev'],
  resources: ['stockoutmodels/finalizers'],
  verbs: ['update'],
};

/** After the scenarios, which ran with the ServiceAccount of config/base: what it may do is what the operator did. */
export function describeRights(): void {
  describe('the rights of config/base', () => {
    let dir: string;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'stockout-rights-'));
    });

    afterAll(async () => {
      await kubectl([
        'delete',
        '--ignore-not-found',
        'stockoutmodel/rare',
        `role/${USER}`,
        `rolebinding/${USER}`,
      ]);
      await rm(dir, { recursive: true, force: true });
    });

    it('are enough for what seldom happens: a name that is taken, a record that changes and goes', async () => {
      const kubeconfig = join(dir, 'operator.kubeconfig');
      await writeOperatorKubeconfig(kubeconfig);
      const client = new KubeClient((await connect(kubeconfig)).connection);
      const model = await pausedModel();
      const job = buildTrainingJob({ model, run: 'rare-train-1', against: undefined, image: 'any' });
      await twice(client, job);
      const record = buildTrackingRecord(model, {
        target: 'any',
        finishedAt: '2026-11-24T12:00:00Z',
        versions: {},
        skipped: {},
        aliases: {},
      });
      await perform(client, { verb: 'apply', object: record, onto: undefined, why: 'MLflow was told' });
      await remove(client, record);
    });

    it('hold the one by which an owner is named: without it nothing is made', async () => {
      const owned = buildTrainingJob({
        model: await pausedModel(),
        run: 'rare',
        against: undefined,
        image: 'any',
      });
      const create = () =>
        kubectl(['create', '--dry-run=server', '-f', '-', '--as', USER], JSON.stringify(owned));
      await bindUser([MAKES_JOBS]);
      await expect(create()).rejects.toThrow(/cannot set blockOwnerDeletion/);
      await bindUser([MAKES_JOBS, FINALIZERS]);
      await until('it is made', () =>
        create().then(
          () => true,
          () => false,
        ),
      );
    });

    it('are enough where the API server streams nothing of what is there: all of it is listed', async () => {
      const kubeconfig = join(dir, 'operator.kubeconfig');
      await writeOperatorKubeconfig(kubeconfig);
      const proxy = new FaultProxy(await readKubeconfig(kubeconfig), { refusesStreams: true });
      const behind = join(dir, 'behind.kubeconfig');
      await proxy.start(behind, 'default');
      const { connection } = await connect(behind);
      const reflectors = createReflectors(new KubeClient(connection), createStores(), undefined, () => {});
      const abort = new AbortController();
      const running = reflectors.map((reflector) => reflector.run(abort.signal));
      try {
        await Promise.all(reflectors.map(({ synced }) => synced));
      } finally {
        abort.abort();
        await Promise.all(running);
        proxy.stop();
      }
    });

    it('leave no request refused', async () => {
      expect((await readAudit()).refused).toEqual([]);
    });

    it('are asked for by pages, and by label for what is not of its own kinds', async () => {
      const { looks } = await readAudit();
      expect(looks.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['list', 'watch']));
      expect(looks.filter(({ verb, query }) => verb === 'list' && !(Number(query.get('limit')) > 0))).toEqual(
        [],
      );
      expect(
        looks.filter((look) => !isOfOurs(look)).map(({ resource, query }) => `${resource} ${query}`),
      ).toEqual([]);
    });

    it('hold nothing that was not used', async () => {
      const { used } = await readAudit();
      const granted = new Set((await grantedRights()).map(({ name }) => name));
      expect([...used, ...ASKED_BY_ADMISSION].sort()).toEqual([...granted].sort());
    });
  });
}

/** Events have no labels of ours: those of one reason, about pods. */
function isOfOurs({ group, resource, query }: Look): boolean {
  if (group === 'stockout.dev') return true;
  if (resource === 'events')
    return query.get('fieldSelector') === 'involvedObject.kind=Pod,reason=FailedMount';
  return query.get('labelSelector') === MANAGED_SELECTOR;
}

/** A user with these rights and no others, once they are known. */
async function bindUser(rules: Rule[]): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  const named = { apiVersion: `${apiGroup}/v1`, metadata: { name: USER, namespace: 'default' } };
  const subjects = [{ apiGroup, kind: 'User', name: USER }];
  await apply([
    { ...named, kind: 'Role', rules },
    { ...named, kind: 'RoleBinding', roleRef: { apiGroup, kind: 'Role', name: USER }, subjects },
  ]);
  const asked = ['auth', 'can-i', 'create', 'jobs', '--namespace', 'default', '--as', USER];
  await until('the rights are known', () =>
    kubectl(asked).then(
      () => true,
      () => false,
    ),
  );
}

/** One that no operator acts upon, as it is in the cluster. */
async function pausedModel(): Promise<StockoutModel> {
  const model = modelObject('rare');
  const annotations = { 'stockout.dev/paused': 'true' };
  await apply([{ ...model, metadata: { ...model.metadata, annotations } }]);
  return JSON.parse(await kubectl(['get', 'stockoutmodel', 'rare', '-o', 'json'])) as StockoutModel;
}

/** The second time it is there already, which is well when it is the same owner's. */
async function twice(client: KubeClient, object: KubeObject): Promise<void> {
  await perform(client, { verb: 'create', object, why: 'first' });
  await perform(client, { verb: 'create', object, why: 'again' });
  await remove(client, object);
}

async function remove(
  client: KubeClient,
  { kind, metadata: { name, namespace } }: KubeObject,
): Promise<void> {
  const object = JSON.parse(await kubectl(['get', kind, name, '-n', namespace, '-o', 'json'])) as KubeObject;
  await perform(client, { verb: 'delete', object, why: 'nobody needs it' });
}
