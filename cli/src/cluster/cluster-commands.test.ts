import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { StockoutModel } from '@stockout/crds';
import { startLocalCluster } from '@stockout/localcluster';
import { connect, type KubeClient } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyDefinitions } from '../definitions.ts';
import { connectKube } from '../kube.ts';

const BIN = fileURLToPath(new URL('../../bin/stockout.js', import.meta.url));
const MODELS = '/apis/stockout.dev/v1alpha1/namespaces/default/stockoutmodels';

let dir: string;
let cluster: Awaited<ReturnType<typeof startLocalCluster>>;
let client: KubeClient;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-cluster-'));
  cluster = await startLocalCluster({ stateDir: join(dir, 'cluster'), node: false });
  client = await connect(cluster.kubeconfigPath, 'cluster-commands-test');
});
afterAll(async () => {
  client?.close();
  await cluster?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** @param env what differs from a machine whose kubeconfig leads to the cluster; undefined: not set */
function stockout(args: string[], env: Record<string, string | undefined> = {}) {
  const all = { ...process.env, KUBECONFIG: cluster.kubeconfigPath, HOME: dir, ...env };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: dir, env: all }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

describe('before there is a model', () => {
  it.each([
    [
      'no kubeconfig',
      { KUBECONFIG: undefined, KUBERNETES_SERVICE_HOST: undefined },
      1,
      /^error: there is no kubeconfig.*stockout local up/,
    ],
    [
      'a kubeconfig that is not there',
      { KUBECONFIG: '/none/such' },
      2,
      /^error: the kubeconfig cannot be read/,
    ],
    ['a cluster without our kinds', {}, 1, /^error: this cluster knows no StockoutModels: .*kubectl apply/],
  ])('%s is told in one sentence', async (_, env, expected, words) => {
    const { code, stdout, stderr } = await stockout(['status'], env);
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([expected, '', 1]);
    expect(stderr).toMatch(words);
  });

  it('a cluster that does not answer is named, and a context that is not there', async () => {
    const kubeconfig = join(dir, 'gone.kubeconfig');
    await writeFile(kubeconfig, GONE);
    const gone = await stockout(['status'], { KUBECONFIG: kubeconfig });
    expect([gone.code, gone.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: the API server at https:\/\/127\.0\.0\.1:9 does not answer: .*--context/,
      ),
    ]);
    const { code, stderr } = await stockout(['status', '--context', 'prod'], { KUBECONFIG: kubeconfig });
    expect([code, stderr]).toEqual([
      2,
      'error: --context prod: the kubeconfig has no such context; it has gone\n',
    ]);
  });
});

describe('with a model', () => {
  beforeAll(async () => {
    await applyDefinitions(connectKube(cluster.kubeconfigPath, new AbortController().signal));
    const none = await stockout(['status']);
    expect([none.code, none.stdout]).toEqual([
      0,
      expect.stringContaining('no StockoutModel in namespace default'),
    ]);
    await client.post(MODELS, MODEL);
    await client.patch(`${MODELS}/retail/status`, { status: STATUS });
  });

  it('status prints it as a tree of 80 columns, without colours where no terminal is', async () => {
    const { code, stdout } = await stockout(['status', 'retail']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^default\/retail: Ready: v1 serves/);
    expect(stdout).toContain('v1   GatesPassed  AUC 0.9935 F1 0.9645');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/\u001B/);
  });

  it('status --json prints one object: of one model its report, of all of them a list', async () => {
    const one = JSON.parse((await stockout(['status', 'retail', '--json'])).stdout) as object;
    expect(one).toMatchObject({ name: 'retail', ready: true, reason: 'Serving', status: STATUS, hidden: [] });
    const all = JSON.parse((await stockout(['status', '-A', '--json'])).stdout) as object;
    expect(all).toEqual({ models: [one] });
  });

  it('versions without a manifest are those on record', async () => {
    const { stdout } = await stockout(['versions', '--json']);
    expect(JSON.parse(stdout)).toEqual({ versions: STATUS.versions });
    const text = await stockout(['versions', 'retail']);
    expect(text.stdout).toMatch(/VERSION {2}STATE .*\nv1 {7}GatesPassed .*0\.9935.*\n\nv1 serves\n$/s);
  });

  it('retrain sets the annotation, and nothing else', async () => {
    const before = await client.get<StockoutModel>(`${MODELS}/retail`);
    const { code, stdout } = await stockout(['retrain', 'retail', '--json']);
    const { requestedAt } = JSON.parse(stdout) as { requestedAt: string };
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { model: 'retail', namespace: 'default', requestedAt: expect.any(String) as string, heldBack: null },
    ]);
    const after = await client.get<StockoutModel>(`${MODELS}/retail`);
    expect(after.metadata.annotations).toEqual({ 'stockout.dev/retrain-requested-at': requestedAt });
    expect(after.spec).toEqual(before.spec);
  });

  it('retrain says what holds a training back', async () => {
    await client.patch(`${MODELS}/retail`, { spec: { training: { suspend: true } } });
    const { stdout } = await stockout(['retrain', 'retail']);
    expect(stdout).toContain('but none begins while spec.training.suspend is true');
  });

  it.each([
    ['status', ['status', 'other'], /no StockoutModel other in namespace default; there are retail/],
    [
      'versions',
      ['versions', 'other', '-n', 'shop'],
      /no StockoutModel other in namespace shop.*-n names another/,
    ],
    ['retrain', ['retrain', 'other'], /no StockoutModel other/],
    ['status of one in all namespaces', ['status', 'retail', '-A'], /leave MODEL and --namespace out/],
    ['versions in two places', ['versions', 'retail', '-f', 'model.yaml'], /-f names the model already/],
  ])('%s of what is not there exits 2 and says what there is', async (_, args, words) => {
    const { code, stderr } = await stockout(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });
});

const GONE = `apiVersion: v1
kind: Config
current-context: gone
contexts: [{ name: gone, context: { cluster: gone, user: nobody } }]
clusters: [{ name: gone, cluster: { server: 'https://127.0.0.1:9' } }]
users: [{ name: nobody, user: {} }]
`;

const MODEL = {
  apiVersion: 'stockout.dev/v1alpha1',
  kind: 'StockoutModel',
  metadata: { name: 'retail', namespace: 'default' },
  spec: {
    storage: { uri: 'file:///data', persistentVolumeClaim: { claimName: 'stockout-data' } },
    training: {},
  },
};

const STATUS = {
  observedGeneration: 1,
  servingVersion: 'v1',
  versions: [
    {
      name: 'v1',
      state: 'GatesPassed',
      trainedAt: '2026-11-23T11:00:00Z',
      dataVersion: 12,
      metrics: { auc: '0.9935', f1: '0.9645' },
      gates: [{ metric: 'auc', rule: 'min', threshold: '0.95', value: '0.9935', passed: true }],
    },
  ],
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      observedGeneration: 1,
      lastTransitionTime: '2026-11-23T12:00:00Z',
      reason: 'Serving',
      message: 'v1 serves, 2 of 2 pods are ready',
    },
  ],
};
