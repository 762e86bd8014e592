import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Operator, startOperator } from '@stockout/operator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../conformance/until.ts';
import { kubectl } from './kubectl.ts';
import { inOneNamespace } from './manifests.ts';
import { mayOperator, writeOperatorKubeconfig } from './operator-account.ts';

const SHOP = 'stockout-shop';

describe('an operator of one namespace (config/components/single-namespace)', () => {
  let dir: string;
  let operator: Operator | undefined;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockout-shop-'));
    await kubectl(['apply', '--server-side', '-k', 'crds']);
    await writeOperatorKubeconfig(join(dir, 'kubeconfig'), await inOneNamespace(SHOP));
  });

  afterAll(async () => {
    await operator?.stop();
    await kubectl(['delete', 'namespace', SHOP, '--wait=false', '--ignore-not-found']);
    await rm(dir, { recursive: true, force: true });
  });

  it('is bound to what it may do in its namespace alone: the ClusterRole grants nothing by itself', async () => {
    const bindings = (await inOneNamespace(SHOP)).filter(({ kind }) => kind.endsWith('Binding'));
    expect(
      bindings.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`).sort(),
    ).toEqual([
      `RoleBinding ${SHOP} stockout-operator`,
      `RoleBinding ${SHOP} stockout-operator-leader-election`,
    ]);
  });

  it('has no rights in any other', async () => {
    expect(await mayOperator(SHOP, 'list', 'pods', SHOP)).toBe(true);
    expect(await mayOperator(SHOP, 'list', 'pods', 'default')).toBe(false);
    expect(await mayOperator(SHOP, 'create', 'leases.coordination.k8s.io', 'stockout-system')).toBe(false);
  });

  it('leads and is ready with those it has', async () => {
    const kubeconfigPath = join(dir, 'kubeconfig');
    operator = await startOperator({ kubeconfigPath, namespaces: [SHOP], adminPort: 0, log: () => {} });
    const { adminUrl } = operator;
    await until('ready', async () => (await fetch(`${adminUrl}/readyz`)).ok);
    await until('leading', async () =>
      (await (await fetch(`${adminUrl}/metrics`)).text()).includes(
        'leader_election_master_status{name="stockout-operator"} 1',
      ),
    );
  });

  it('is told its namespace by its pod', async () => {
    const deployment = (await inOneNamespace(SHOP)).find(({ kind }) => kind === 'Deployment');
    expect(deployment).toMatchObject({
      metadata: { namespace: SHOP },
      spec: {
        template: { spec: { containers: [{ args: ['operator', '--namespaces', '$(POD_NAMESPACE)'] }] } },
      },
    });
  });
});
