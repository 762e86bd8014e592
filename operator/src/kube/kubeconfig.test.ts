import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { findAccess } from './access.ts';
import { readKubeconfig } from './kubeconfig.ts';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-kubeconfig-'));
  await writeFile(join(dir, 'shop.yaml'), kubeconfig('shop', 'current-context: shop'));
  await writeFile(join(dir, 'prod.yaml'), kubeconfig('prod', 'current-context: prod'));
  await writeFile(join(dir, 'none-current.yaml'), kubeconfig('spare', ''));
  const another = kubeconfig('shop', 'current-context: broken-shop').replace('6443', '7443');
  await writeFile(join(dir, 'another-shop.yaml'), another);
});
// Neither that of the person who runs the tests, nor a pod's.
beforeEach(() => {
  vi.stubEnv('HOME', dir);
  vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A context of a cluster, and one of a cluster that is not there. */
function kubeconfig(name: string, more: string): string {
  return `apiVersion: v1
kind: Config
${more}
contexts:
  - { name: ${name}, context: { cluster: ${name}, user: ${name} } }
  - { name: broken-${name}, context: { cluster: lost, user: ${name} } }
clusters: [{ name: ${name}, cluster: { server: 'http://${name}:6443' } }]
users: [{ name: ${name}, user: {} }]
`;
}

function given(...files: string[]): void {
  vi.stubEnv('KUBECONFIG', files.map((file) => file && join(dir, file)).join(delimiter));
}

test.each([
  ['a file that is not there is passed over', ['none.yaml', 'shop.yaml'], 'shop'],
  ['an empty name is passed over', ['', 'shop.yaml'], 'shop'],
  ['the first current context counts', ['shop.yaml', 'prod.yaml'], 'shop'],
  ['what two call by one name is that of the first', ['shop.yaml', 'another-shop.yaml'], 'shop'],
  ['a file without a current context leaves it to the next', ['none-current.yaml', 'prod.yaml'], 'prod'],
])('of several files, %s', (_, files, context) => {
  given(...files);
  expect(readKubeconfig().getCurrentCluster()?.server).toBe(`http://${context}:6443`);
});

test('the operator goes by the same list', async () => {
  given('none.yaml', 'shop.yaml', 'prod.yaml');
  vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.96.0.1');
  expect((await findAccess()).server).toBe('http://shop:6443');
});

test('a file that is named is read alone, and no file of a list', () => {
  given('shop.yaml');
  const config = readKubeconfig({ file: join(dir, 'prod.yaml') });
  expect(config.getContexts().map(({ name }) => name)).toEqual(['prod', 'broken-prod']);
  expect(() => readKubeconfig({ file: join(dir, 'none.yaml') })).toThrow(/cannot be read: .*none\.yaml/);
});

test('a list that names no file leaves it to ~/.kube/config, and without that one it is told that there is none', async () => {
  given('', '');
  expect(() => readKubeconfig()).toThrow(/^there is no kubeconfig, neither \$KUBECONFIG nor/);
  await mkdir(join(dir, '.kube'));
  await writeFile(join(dir, '.kube', 'config'), kubeconfig('home', 'current-context: home'));
  expect(readKubeconfig().getCurrentCluster()?.server).toBe('http://home:6443');
  await rm(join(dir, '.kube'), { recursive: true });
});

test('where none of them is there the first is named', () => {
  given('none.yaml', 'nor-this.yaml');
  expect(() => readKubeconfig()).toThrow(/^the kubeconfig cannot be read: .*none\.yaml/);
});

test('a context whose cluster is not there is named with it', () => {
  given('shop.yaml');
  expect(() => readKubeconfig({ context: 'broken-shop' })).toThrow(
    /^the context broken-shop of the kubeconfig is of the cluster lost, which it does not have/,
  );
});

test('that there is no current context is told', () => {
  given('none-current.yaml');
  expect(() => readKubeconfig()).toThrow(/^the kubeconfig has no current context: kubectl config/);
  expect(readKubeconfig({ context: 'spare' }).getCurrentContext()).toBe('spare');
});
