// An operator of many models on a real API server: how long until all of them serve and are scored from nothing, what it
// takes at rest, how soon a change is acted on, and how long a new leader takes. Nodes and controllers are played
// (fleet/hollow-cluster.ts); Kubernetes' own are stopped, which would find no node.
//
//   npm run bench -- fleet [--models 1000] [--rest 60] [--changes 200]
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { connect } from '../operator/src/kube/connection.ts';
import { STOCKOUT_MODEL } from '../operator/src/kube/kinds.ts';
import { parse } from 'yaml';
import { until } from '../test/conformance/until.ts';
import { writeOperatorKubeconfig } from '../test/api/operator-account.ts';
import { spread } from './figures/spread.ts';
import { Cluster } from './fleet/cluster.ts';
import { cpuOfOthers } from './fleet/cpu-of-others.ts';
import { Fleet } from './fleet/fleet.ts';
import { HollowCluster } from './fleet/hollow-cluster.ts';
import { layOutImageSources } from './fleet/image-sources.ts';
import { OperatorProcess } from './fleet/operator-process.ts';

interface Kubeconfig {
  clusters: { cluster: { server: string } }[];
  users: { user: { token: string } }[];
  contexts: { context: { namespace: string } }[];
}

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: '1000' },
    rest: { type: 'string', default: '60' },
    changes: { type: 'string', default: '200' },
  },
});
const [MODELS, REST_SECONDS, CHANGES] = [values.models, values.rest, values.changes].map(Number) as [
  number,
  number,
  number,
];
const PATIENCE_SECONDS = 600;
const { STOCKOUT_API_STATE: state, KUBECONFIG: kubeconfig = '' } = process.env;

if (state === undefined) process.exitCode = await besideControlPlane();
else await measure(state);

async function besideControlPlane(): Promise<number> {
  const script = fileURLToPath(new URL('../test/api/with-control-plane.sh', import.meta.url));
  const again = [process.execPath, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const [code] = (await once(spawn('bash', [script, ...again], { stdio: 'inherit' }), 'exit')) as [number];
  return code;
}

function kubectl(...args: string[]): Promise<unknown> {
  return promisify(execFile)('kubectl', args);
}

async function measure(stateDir: string): Promise<void> {
  await kubectl('apply', '--server-side', '-k', fileURLToPath(new URL('../crds', import.meta.url)));
  const served = (): Promise<boolean> => kubectl('get', 'stockoutmodels,scoringjobs').then(() => true, () => false); // prettier-ignore
  await until('both kinds to be served', served, 60);
  const { folder, server } = await mountable(stateDir);
  const program = await layOutImageSources();
  for (const name of ['controllers', 'scheduler']) {
    process.kill(Number(await readFile(join(stateDir, 'pid', name), 'utf8')));
  }
  const cluster = new Cluster((await connect(kubeconfig)).connection);
  const fleet = new Fleet(cluster);
  const hollow = new HollowCluster(cluster);
  try {
    await fleet.create(MODELS);
    await withOperator(new OperatorProcess(program, folder, server), async (first) => {
      await fromNothing(first, fleet, stateDir);
      await atRest(first);
      await changed(cluster, fleet, hollow);
    });
    await withOperator(new OperatorProcess(program, folder, server), startedAgain);
  } finally {
    await hollow.stop();
    await fleet.stop();
  }
}

async function withOperator(
  operator: OperatorProcess,
  work: (operator: OperatorProcess) => Promise<void>,
): Promise<void> {
  try {
    await work(operator);
  } finally {
    await operator.stop();
  }
}

/** The operator's service account, as the kubelet lays it out. */
async function mountable(stateDir: string): Promise<{ folder: string; server: URL }> {
  const file = join(stateDir, 'operator.kubeconfig');
  await writeOperatorKubeconfig(file);
  const config = parse(await readFile(file, 'utf8')) as Kubeconfig;
  const folder = join(stateDir, 'service-account');
  await mkdir(folder);
  await cp(join(stateDir, 'pki', 'ca.crt'), join(folder, 'ca.crt'));
  await writeFile(join(folder, 'token'), config.users[0]?.user.token ?? '');
  await writeFile(join(folder, 'namespace'), config.contexts[0]?.context.namespace ?? '');
  return { folder, server: new URL(config.clusters[0]?.cluster.server ?? '') };
}

async function fromNothing(operator: OperatorProcess, fleet: Fleet, stateDir: string): Promise<void> {
  const before = await cpuOfOthers(stateDir);
  await until('a first reconcile', async () => (await operator.reconciles()) > 0, PATIENCE_SECONDS);
  tell(`start to first reconcile: ${since(operator)} s`);
  await until('all to be settled', () => fleet.settled() === 2 * MODELS, PATIENCE_SECONDS);
  const { now, peak } = await operator.memory();
  const cpu = await operator.cpu();
  tell(`${MODELS} models and ${MODELS} scoring jobs from nothing, until all serve and are scored: ${since(operator)} s, ` +
    `${cpu.toFixed(1)} s of CPU, resident ${now.toFixed(0)} MB (at most ${peak.toFixed(0)})`); // prettier-ignore
  const others = Object.entries(await cpuOfOthers(stateDir));
  tell(`meanwhile ${others.map(([who, seconds]) => `${who} ${(seconds - (before[who] ?? 0)).toFixed(0)} s`).join(', ')} of CPU; ` +
    `asked by the operator: ${countsOf(await operator.requests())}`); // prettier-ignore
}

function countsOf(requests: ReadonlyMap<string, number>): string {
  return Array.from(requests, ([what, count]) => `${what} ${count}`).join(', ');
}

async function atRest(operator: OperatorProcess): Promise<void> {
  // Events are still written, and watches told of them.
  await delay(10_000);
  const [before, cpu] = [await operator.requests(), await operator.cpu()];
  await delay(REST_SECONDS * 1000);
  const used = (await operator.cpu()) - cpu;
  const made = Array.from(
    await operator.requests(),
    ([what, count]) => `${what} ${count - (before.get(what) ?? 0)}`,
  );
  tell(`${REST_SECONDS} s of nothing: ${made.join(', ')} (the Lease is renewed by PUT); ` +
    `${((100 * used) / REST_SECONDS).toFixed(1)}% of a core, resident ${(await operator.memory()).now.toFixed(0)} MB`); // prettier-ignore
}

/** One at a time: from before the change of a spec is sent until the changed Deployment is seen. */
async function changed(cluster: Cluster, fleet: Fleet, hollow: HollowCluster): Promise<void> {
  const milliseconds: number[] = [];
  for (const model of Array.from(fleet.models.values()).slice(0, CHANGES)) {
    const seen = Promise.withResolvers<void>();
    hollow.onScaled(model, 3, seen.resolve);
    const began = performance.now();
    await cluster.patch(STOCKOUT_MODEL, model, { spec: { serving: { replicas: 3 } } });
    await seen.promise;
    milliseconds.push(performance.now() - began);
  }
  const p99 = milliseconds.toSorted((a, b) => a - b)[Math.ceil(0.99 * milliseconds.length) - 1] ?? NaN;
  tell(
    `a change seen and acted on, ${CHANGES} times: ${spread(milliseconds, 0)} ms, p99 ${p99.toFixed(0)} ms`,
  );
}

async function startedAgain(operator: OperatorProcess): Promise<void> {
  await until('a first reconcile', async () => (await operator.reconciles()) > 0, PATIENCE_SECONDS);
  const first = since(operator);
  await until(
    'every object to be reconciled',
    async () => (await operator.reconciles()) >= 2 * MODELS,
    PATIENCE_SECONDS,
  );
  tell(`started again, with all of that there: first reconcile after ${first} s, all after ${since(operator)} s, ` +
    `resident ${(await operator.memory()).now.toFixed(0)} MB`); // prettier-ignore
}

function since({ startedAt }: OperatorProcess): string {
  return ((performance.now() - startedAt) / 1000).toFixed(2);
}

function tell(line: string): void {
  console.log(line);
}
