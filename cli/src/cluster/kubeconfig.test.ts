import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readKubeconfig } from './kubeconfig.ts';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-kubeconfig-'));
  await writeFile(join(dir, 'shop.yaml'), kubeconfig('shop', 'current-context: shop'));
  await writeFile(join(dir, 'prod.yaml'), kubeconfig('prod', 'current-context: prod'));
  await writeFile(join(dir, 'none-current.yaml'), kubeconfig('spare', ''));
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
  ['a file without a current context leaves it to the next', ['none-current.yaml', 'prod.yaml'], 'prod'],
])('of several files, %s', (_, files, context) => {
  given(...files);
  expect(readKubeconfig(undefined).getCurrentCluster()?.server).toBe(`http://${context}:6443`);
});

test('where none of them is there the first is named', () => {
  given('none.yaml', 'nor-this.yaml');
  expect(() => readKubeconfig(undefined)).toThrow(/^the kubeconfig cannot be read: .*none\.yaml/);
});

test('a context whose cluster is not there is named with it', () => {
  given('shop.yaml');
  expect(() => readKubeconfig('broken-shop')).toThrow(
    /^the context broken-shop of the kubeconfig is of the cluster lost, which it does not have/,
  );
});

test('that there is no current context is told', () => {
  given('none-current.yaml');
  expect(() => readKubeconfig(undefined)).toThrow(/^the kubeconfig has no current context: kubectl config/);
  expect(readKubeconfig('spare').getCurrentContext()).toBe('spare');
});
