import process from 'node:process';
import { until } from '../conformance/until.ts';
import { apply, kubectl, kustomize, type Manifest } from '../api/kubectl.ts';
import type { RunningOperator } from '../lifecycle/tier.ts';

const BASE = 'config/base';
const NAMESPACE = ['--namespace', 'stockout-system'];
const OPERATOR = [...NAMESPACE, 'deployment/stockout-operator'];
const ITS_PODS = [...NAMESPACE, 'pod', '--selector', 'app.kubernetes.io/name=stockout-operator'];
const ADMIN_PORT = 8080;
const SECONDS = 60;

interface Deployment extends Manifest {
  spec: { template: { spec: { containers: { env: object[] }[] } } };
}

/** The installation as a user does it. Applied again it starts what was stopped. @param now its clock at the start */
export async function startInstalled(now?: () => Date): Promise<RunningOperator> {
  // By force: stopping it took the number of replicas over.
  if (now === undefined) await kubectl(['apply', '--server-side', '--force-conflicts', '-k', BASE]);
  else await apply(await ahead(now().getTime() - Date.now()), ['--force-conflicts']);
  await kubectl(['rollout', 'status', '--timeout=120s', ...OPERATOR]);
  const ip = await until('the leader has an address', leadersAddress, SECONDS);
  const isReached = process.env['STOCKOUT_CLUSTER_PODS_APART'] === undefined;
  return { stop, ...(isReached ? { adminUrl: `http://${ip}:${ADMIN_PORT}` } : {}) };
}

/** Undefined while the Lease names one that is gone. */
async function leadersAddress(): Promise<string | undefined> {
  const shown = ['--ignore-not-found', '-o', 'jsonpath={.status.podIP}'];
  return (await kubectl(['get', ...NAMESPACE, 'pod', await leadingPod(), ...shown])) || undefined;
}

/** Both replicas at once; their processes have ended then. */
async function stop(): Promise<void> {
  await kubectl(['scale', '--replicas=0', ...OPERATOR]);
  await kubectl(['wait', '--for=delete', '--timeout=60s', ...ITS_PODS]);
}

/** The holder's identity is its host's name, which is the pod's, and eight digits of its own. */
export async function leadingPod(): Promise<string> {
  const holder = ['lease/stockout-operator', '-o', 'jsonpath={.spec.holderIdentity}'];
  const told = () => kubectl(['get', ...NAMESPACE, ...holder]);
  const holding = await until('an operator leads', async () => (await told()) || undefined, SECONDS);
  return holding.replace(/-[0-9a-f]{8}$/, '');
}

/** What is installed, its operator's clock so many milliseconds ahead. */
async function ahead(milliseconds: number): Promise<Manifest[]> {
  const objects = await kustomize(BASE);
  for (const { spec } of objects.filter(({ kind }) => kind === 'Deployment') as Deployment[])
    for (const { env } of spec.template.spec.containers)
      env.push({ name: 'NODE_OPTIONS', value: `--import=data:text/javascript,${clock(milliseconds)}` });
  return objects;
}

/** A module that runs before the operator's own: the time is read from Date alone. */
function clock(milliseconds: number): string {
  return encodeURIComponent(`
    const Now = Date;
    globalThis.Date = class extends Now {
      static now() { return Now.now() + ${milliseconds}; }
      constructor(...given) { super(...(given.length === 0 ? [Now.now() + ${milliseconds}] : given)); }
    };`);
}
