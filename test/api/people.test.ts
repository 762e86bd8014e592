import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { applyDefinitions } from '@stockout/cli/definitions';
import { connectKube } from '@stockout/cli/kube';
import type { StockoutModel } from '@stockout/crds';
import { connect, type KubeClient } from '@stockout/localcluster/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildEvent } from '../../operator/src/announce.ts';
import type { Deployment } from '../../operator/src/api/kubernetes.ts';
import { until } from '../conformance/until.ts';
import { conditionLine, eventLine, pageOf } from '../people/page.ts';
import { aToldCluster, ROLLOUTS } from '../people/story.ts';
import type { ToldCluster, ToldEvent } from '../people/told-cluster.ts';
import { startBareApi } from './bare-api.ts';

const BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const MODELS = '/apis/stockout.dev/v1alpha1/namespaces/shop/stockoutmodels';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';

let dir: string;
let cluster: Awaited<ReturnType<typeof startBareApi>>;
let client: KubeClient;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-people-'));
  cluster = await startBareApi(dir);
  await applyDefinitions(connectKube(cluster.kubeconfigPath, new AbortController().signal));
  client = await connect(cluster.kubeconfigPath, 'people');
  await client.post('/api/v1/namespaces', { metadata: { name: 'shop' } });
});

afterAll(async () => {
  client?.close();
  await cluster?.stop();
  await rm(dir, { recursive: true, force: true });
});

const KUBECTL = join(process.env.STOCKOUT_API_BIN ?? '', 'kubectl');
const environment = () => ({
  ...process.env,
  KUBECONFIG: cluster.kubeconfigPath,
  KUBECACHEDIR: join(dir, 'cache'),
  PATH: `${BIN}${delimiter}${process.env.PATH}`,
});

/** What it prints, errors included. */
function kubectl(command: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(KUBECTL, command.split(' '), { env: environment() }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`.trimEnd()),
    );
  });
}

/** Has the model of the story stand in the cluster, with its status, and its Events told. */
async function put({ metadata, ...rest }: StockoutModel, events: readonly ToldEvent[]): Promise<void> {
  const path = `${MODELS}/${metadata.name}`;
  const there = await client.get<StockoutModel>(path).catch(() => undefined);
  const { name, namespace, annotations } = metadata;
  const object = { ...rest, metadata: { name, namespace, annotations } };
  const { resourceVersion } = there?.metadata ?? {};
  const made = await (there === undefined
    ? client.post<StockoutModel>(MODELS, object)
    : client.json<StockoutModel>('PUT', path, {
        ...object,
        metadata: { ...object.metadata, resourceVersion },
      }));
  const now = await client.json<StockoutModel>('PUT', `${path}/status`, { ...made, status: rest.status });
  for (const [place, event] of events.entries()) {
    const told = buildEvent(now, event, 'people', event.at, place);
    await client.post(`/api/v1/namespaces/${namespace}/events`, told);
  }
}

/** Has its Deployments stand in the cluster, each as what it is of its first generation. */
async function putDeployments({ stores }: ToldCluster): Promise<void> {
  await client.delete(DEPLOYMENTS);
  for (const { metadata, spec, status, ...kind } of stores.deployments.values()) {
    const { name, labels, generation = 0 } = metadata;
    const made = await client.post<Deployment>(DEPLOYMENTS, { ...kind, metadata: { name, labels }, spec });
    const observedGeneration = (status?.observedGeneration ?? 0) >= generation ? 1 : 0;
    const counted = { ...made, status: { ...status, observedGeneration } };
    await client.json('PUT', `${DEPLOYMENTS}/${name}/status`, counted);
  }
}

interface Described {
  conditions: string[];
  events: string[];
}

/** A field of a condition, as `kubectl describe` shows it. */
function field(block: string, name: string): string {
  return new RegExp(`^ +${name}: +(.*)$`, 'm').exec(block)?.[1] ?? '';
}

/** The parts of `kubectl describe` that a person looks for. */
function readDescribed(text: string): Described {
  const [object = '', events = ''] = text.split('\nEvents:');
  const blocks = object.split('    Last Transition Time:').slice(1);
  const conditions = blocks.map((block) =>
    conditionLine({
      type: field(block, 'Type'),
      status: field(block, 'Status') as 'True',
      reason: field(block, 'Reason'),
      message: field(block, 'Message'),
    }),
  );
  const rows = [
    ...events.matchAll(/^ +(Normal|Warning) +(\w+) +\S+(?: \([^)]*\))? +stockout-operator +(.*)$/gm),
  ];
  return {
    conditions,
    events: rows.map(([, type = '', reason = '', message = '']) =>
      eventLine({ type: type as 'Normal', reason, message }),
    ),
  };
}

test('kubectl prints of each moment of the story what its golden file says, and takes stockout for a plugin', async () => {
  const played = aToldCluster();
  for (const { title, act } of ROLLOUTS) {
    const since = played.events.length;
    act(played);
    played.runControllers();
    await put(played.model, played.events.slice(since));
    await putDeployments(played);
    const page = pageOf(played, 0);
    const got = await kubectl('get som -n shop');
    const waited = await kubectl('wait som/retail -n shop --for=condition=Ready --timeout=0');
    const { conditions, events } = readDescribed(await kubectl('describe som retail -n shop'));
    expect([title, got.replace(/\S+$/, '<age>'), waited, conditions]).toEqual([
      title,
      page.get,
      page.wait,
      page.conditions,
    ]);
    for (const [name, said] of page.rollouts) {
      const command = `rollout status deployment/${name} -n shop --watch=false`;
      expect([title, await kubectl(command)]).toEqual([title, said]);
    }
    // Events of one second come in any order.
    expect(events.toSorted()).toEqual(page.events.toSorted());
  }
  const tree = await kubectl('stockout status retail -n shop');
  expect(tree).toMatch(/^shop\/retail: Ready: .*paused/s);
  expect(tree).toContain('versions');
});

test('kubectl get --watch prints a row more for each change of a model', async () => {
  const played = aToldCluster();
  await put({ ...played.model, metadata: { ...played.model.metadata, name: 'watched' } }, []);
  const watch = spawn(KUBECTL, ['get', 'som', 'watched', '-n', 'shop', '--watch'], { env: environment() });
  let printed = '';
  watch.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  try {
    await until('the row', () => printed.includes('watched'));
    for (const { act } of ROLLOUTS.slice(0, 2)) {
      act(played);
      await put({ ...played.model, metadata: { ...played.model.metadata, name: 'watched' } }, []);
    }
    await until('both changes', () => / Training .* RollingOut /s.test(printed));
    expect(printed.match(/^NAME /gm)).toHaveLength(1);
  } finally {
    watch.kill();
  }
});
