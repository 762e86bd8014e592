import { join } from 'node:path';
import { aGoldenReport } from '../../operator/src/testing/played-answers.ts';
import { type Operator, startOperator } from '@stockout/operator';
import { until } from '../conformance/until.ts';
import type { Fault } from '../faults/fault.ts';
import { FaultProxy } from '../faults/fault-proxy.ts';
import type { Told } from '../faults/told.ts';
import type { FaultTier } from '../faults/lives.ts';
import type { Right } from './granted.ts';

const ACCOUNT = 'stockout-operator';
const RBAC = 'rbac.authorization.k8s.io';

/** An operator in this process, of one namespace, behind a fault, with an account that has these rights there and no others anywhere. */
export class BoundedOperator {
  /** What the API server has refused it for want of a right, in its words. */
  readonly refusals: string[] = [];
  #operator: Operator | undefined;
  #proxy: FaultProxy | undefined;

  static async start(
    tier: FaultTier,
    told: Told,
    rights: readonly Right[],
    fault: Fault,
  ): Promise<BoundedOperator> {
    const bounded = new BoundedOperator();
    await grant(told, rights);
    bounded.#proxy = new FaultProxy({ ...tier.access, token: await tokenOf(told) }, fault);
    const kubeconfigPath = join(tier.folder, `${told.namespace}.kubeconfig`);
    await bounded.#proxy.start(kubeconfigPath, told.namespace);
    bounded.#operator = await startOperator({
      kubeconfigPath,
      namespaces: [told.namespace],
      leaseNamespace: told.namespace,
      adminPort: 0,
      // Played pods have no port to ask: their golden predictions come back.
      askPod: () => Promise.resolve(aGoldenReport()),
      log: (_level, message, fields) => bounded.#hear(`${message} ${JSON.stringify(fields)}`),
    });
    return bounded;
  }

  #hear(line: string): void {
    if (line.includes('forbidden')) this.refusals.push(line);
  }

  async stop(): Promise<void> {
    await this.#operator?.stop();
    this.#proxy?.stop();
  }
}

async function grant({ client, namespace }: Told, rights: readonly Right[]): Promise<void> {
  const named = { metadata: { name: ACCOUNT } };
  const rbac = `/apis/${RBAC}/v1/namespaces/${namespace}`;
  await client.post(`/api/v1/namespaces/${namespace}/serviceaccounts`, named);
  await client.post(`${rbac}/roles`, { ...named, rules: rights.map(({ rule }) => rule) });
  await client.post(`${rbac}/rolebindings`, {
    ...named,
    roleRef: { apiGroup: RBAC, kind: 'Role', name: ACCOUNT },
    subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace }],
  });
  // What is granted takes effect a moment later, all of it at once.
  await until('its rights are known', () => isGranted({ client, namespace }, rights[0]));
}

async function isGranted({ client, namespace }: Told, right: Right | undefined): Promise<boolean> {
  const { apiGroups = [], resources = [], verbs = [], resourceNames = [] } = right?.rule ?? {};
  const [group, resource, verb, name] = [apiGroups[0], resources[0], verbs[0], resourceNames[0]];
  const user = `system:serviceaccount:${namespace}:${ACCOUNT}`;
  const spec = { user, resourceAttributes: { namespace, group, resource, verb, name } };
  const review = await client.post<{ status: { allowed: boolean } }>(
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    { spec },
  );
  return review.status.allowed;
}

async function tokenOf({ client, namespace }: Told): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${ACCOUNT}/token`;
  const { status } = await client.post<{ status: { token: string } }>(path, { spec: {} });
  return status.token;
}
