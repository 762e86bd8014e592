import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../conformance/until.ts';
import { apply, kubectl, kustomize } from './kubectl.ts';

const NAMESPACE = 'stockout-people';
const MODELS = 'stockoutmodels.stockout.dev';

describe('people with the usual roles of a namespace', () => {
  beforeAll(async () => {
    await kubectl(['apply', '--server-side', '-k', 'crds']);
    await apply((await kustomize('config/base')).filter(({ kind }) => kind === 'ClusterRole'));
    await apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
      ...['view', 'edit'].map(bindingTo),
    ]);
    // A controller adds up the roles.
    await until('view is added up', () => may('view', 'list', MODELS));
    await until('edit is added up', () => may('edit', 'create', MODELS));
  });

  afterAll(async () => {
    await kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
  });

  it.each([
    ['view', 'get', MODELS, true],
    ['view', 'patch', MODELS, false],
    ['edit', 'watch', 'scoringjobs.stockout.dev', true],
    ['edit', 'patch', MODELS, true],
    ['edit', 'delete', 'scoringjobs.stockout.dev', true],
    ['edit', 'update', `${MODELS}/scale`, true],
    ['edit', 'update', `${MODELS}/status`, false],
  ])('%s: may they %s %s? %s', async (role, verb, resource, expected) => {
    expect(await may(role, verb, resource)).toBe(expected);
  });
});

function bindingTo(role: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: role, namespace: NAMESPACE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: role }],
  };
}

function may(user: string, verb: string, resource: string): Promise<boolean> {
  const [plural = '', subresource = ''] = resource.split('/');
  const asked = ['auth', 'can-i', verb, plural, '--namespace', NAMESPACE, '--as', user];
  return kubectl([...asked, ...(subresource === '' ? [] : ['--subresource', subresource])]).then(
    (answer) => answer.trim() === 'yes',
    // "no" ends with 1.
    () => false,
  );
}
