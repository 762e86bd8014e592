import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { StockoutModel } from '@stockout/crds';
import { startLocalCluster } from '@stockout/localcluster';
import { connect, type KubeClient } from '@stockout/localcluster/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applyDefinitions } from '../definitions.ts';
import { connectKube } from '../kube.ts';

const BIN = fileURLToPath(new URL('../../bin/stockout.js', import.meta.url));
const SAMPLE = fileURLToPath(
  new URL('../../../config/gitops/models/retail/stockoutmodel.yaml', import.meta.url),
);
const MODELS = '/apis/stockout.dev/v1alpha1/namespaces/default/stockoutmodels';
const MODEL = `${MODELS}/retail`;

let dir: string;
let cluster: Awaited<ReturnType<typeof startLocalCluster>>;
let client: KubeClient;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-pin-'));
  cluster = await startLocalCluster({ stateDir: join(dir, 'cluster') });
  await applyDefinitions(connectKube(cluster.kubeconfigPath, new AbortController().signal));
  client = await connect(cluster.kubeconfigPath, 'pin-test');
});
afterAll(async () => {
  client?.close();
  await cluster?.stop();
  await rm(dir, { recursive: true, force: true });
});

function stockout(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfigPath };
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: dir, env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('in a manifest', () => {
  it('promote changes one line, and says which', async () => {
    const text = await readFile(SAMPLE, 'utf8');
    await writeFile(join(dir, 'model.yaml'), text);
    const { code, stdout } = await stockout('promote', 'v4', '--file', 'model.yaml', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { model: 'retail', version: 'v4', before: 'v1' }]);
    expect(await readFile(join(dir, 'model.yaml'), 'utf8')).toBe(
      text.replace('version: v1 #', 'version: v4 #'),
    );
  });

  it.each([
    ['rollback without a version', ['rollback', '--file', 'model.yaml'], /name the version, or git revert/],
    ['a file that is not there', ['promote', 'v4', '--file', 'none.yaml'], /none\.yaml: /],
    ['a version that is none', ['promote', 'latest', '--file', 'model.yaml'], /"latest" is no version/],
    ['no place', ['promote', 'v4'], /--file FILE \(a manifest\) or --live MODEL/],
    ['two places', ['promote', 'v4', '--file', 'model.yaml', '--live', 'retail'], /name the place/],
  ])('%s is refused with exit code 2', async (_, args, words) => {
    const { code, stderr } = await stockout(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });
});

describe('in the cluster', () => {
  beforeEach(async () => {
    await client.delete(MODEL).catch(() => {});
    const storage = { uri: 'file:///data', persistentVolumeClaim: { claimName: 'stockout-data' } };
    const metadata = { name: 'retail', namespace: 'default' };
    await client.post(MODELS, {
      apiVersion: 'stockout.dev/v1alpha1',
      kind: 'StockoutModel',
      metadata,
      spec: { storage, training: {} },
    });
    const versions = [version('v4'), version('v3'), version('v2', 'GatesFailed'), version('v1')];
    await client.patch(`${MODEL}/status`, { status: { servingVersion: 'v3', versions } });
  });

  it('promote pins the version, and nothing else', async () => {
    const before = await client.get<StockoutModel>(MODEL);
    const { code, stdout } = await stockout('promote', 'v4', '--live', 'retail');
    expect([code, stdout]).toEqual([
      0,
      'retail: nothing pinned -> v4; kubectl get stockoutmodel retail shows when it serves\n',
    ]);
    const { spec } = await client.get<StockoutModel>(MODEL);
    expect(spec).toEqual({ ...before.spec, promotion: { ...before.spec.promotion, version: 'v4' } });
  });

  it('rollback pins the newest older version that passed its gates', async () => {
    const { code, stdout } = await stockout('rollback', '--live', 'retail', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { model: 'retail', version: 'v1', before: null }]);
  });

  it.each([
    [
      'a version that is not there',
      ['promote', 'v9', '--live', 'retail'],
      /v9 does not exist; there are v1, v2, v3, v4/,
    ],
    ['a model that is not there', ['promote', 'v4', '--live', 'other'], /default\/other does not exist/],
  ])('%s is told with exit code 2', async (_, args, words) => {
    const { code, stderr } = await stockout(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });

  it('with nothing older that passed, rollback asks for the version', async () => {
    await client.patch(`${MODEL}/status`, { status: { servingVersion: 'v1' } });
    const { code, stderr } = await stockout('rollback', '--live', 'retail');
    expect(code).toBe(2);
    expect(stderr).toContain('no version of retail older than v1 passed its gates');
  });
});

function version(name: string, state = 'GatesPassed'): object {
  return { name, state };
}
