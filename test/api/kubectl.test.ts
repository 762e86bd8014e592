import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { startLocalCluster } from '@stockout/localcluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRealTier } from './real-tier.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HELLO = fileURLToPath(new URL('hello.yaml', import.meta.url));
const LIST = fileURLToPath(new URL('list.yaml', import.meta.url));
const BAD = fileURLToPath(new URL('bad.yaml', import.meta.url));

/** What a user types, in this order: one list of commands for each test. */
const SESSIONS: Record<string, string[]> = {
  'the kinds are defined and listed': [
    'apply --server-side -f crds/stockoutmodels.yaml -f crds/scoringjobs.yaml',
    'wait --for=condition=Established crd/stockoutmodels.stockout.dev crd/scoringjobs.stockout.dev --timeout=30s',
    'api-resources --api-group=stockout.dev',
    'get som,sj',
  ],
  'models are applied, read, refused and deleted': [
    'apply --server-side -f config/samples/storage.yaml -f config/samples/stockoutmodel.yaml -f config/samples/scoringjob.yaml',
    'get som,sj',
    'get som retail -o jsonpath={.spec.gates}',
    'get som retail -o jsonpath={.metadata.generation}',
    'get stockoutmodels.stockout.dev -o name',
    'get som -l team=none',
    'get som nobody',
    `apply --server-side -f ${BAD}`,
    'apply --server-side --field-manager=another -f config/samples/stockoutmodel.yaml',
    'label som retail team=shop',
    'get som -l team=shop --show-labels',
    'describe som retail',
    'scale som retail --replicas=3',
    'get som retail -o jsonpath={.spec.serving.replicas}',
    'delete -f config/samples/scoringjob.yaml',
    'delete som retail',
    'wait --for=delete som/retail --timeout=30s',
    'get som',
  ],
  'objects are made by flags, edited and patched': [
    'create namespace shop',
    'create secret generic stockout-key --from-literal=key=s3cret',
    'get secret stockout-key -o jsonpath={.data.key}',
    'create configmap settings --from-literal=word=before --from-literal=b=2',
    'edit cm settings',
    'edit cm settings',
    'get cm settings -o jsonpath={.data}',
    'patch cm settings --type=json -p [{"op":"replace","path":"/data/b","value":"3"}]',
    'patch cm settings --type=json -p [{"op":"test","path":"/data/b","value":"9"}]',
    'patch cm settings --type=json -p [{"op":"remove","path":"/data/none"}]',
    'patch cm settings --type=json -p [{"op":"add","path":"/data/a~1b","value":"1"}]',
    'patch cm settings --type=json -p [{"op":"add","path":"/data/c","value":"9"},{"op":"move","from":"/data/c","path":"/data/d"},{"op":"copy","from":"/data/d","path":"/data/e"}]',
    'patch cm settings --type=json -p [{"op":"jump","path":"/data/b"}]',
    'patch cm settings --type=json -p {"op":"remove"}',
    'patch cm settings --type=merge -p {"data":{"b":null}}',
    'get cm settings -o jsonpath={.data}',
    'create serviceaccount robot',
    'create service clusterip web --tcp=80:8000',
    'create job idle --image=idle:1 --dry-run=server -- sleep 1',
    'create poddisruptionbudget web --selector=app=web --min-available=1',
    'get pdb web',
    'delete pdb/web svc/web sa/robot cm/settings secret/stockout-key namespace/shop --wait=false',
  ],
  'several objects come in one List': [
    `apply --server-side -f ${LIST}`,
    `create -f ${LIST}`,
    `apply --server-side --validate=ignore -f ${LIST}`,
    'get cm/first secret/second -o name',
    `delete -f ${LIST}`,
  ],
  'a Deployment is made, changed, scaled, rolled out and back': [
    'create deployment web --image=web:1 --replicas=0 -- sleep 100',
    'autoscale deployment web --min=2 --max=3 --cpu=70%',
    'get hpa web',
    'set image deployment/web sleep=web:2',
    'set image deployment/web web=web:2',
    'set env deployment/web A=1',
    'rollout status deployment/web --timeout=30s',
    'patch deployment web -p {"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","$patch":"delete"},{"name":"B","value":"2"}]}]}}}}',
    'get deployment web -o jsonpath={.spec.template.spec.containers[0].env}',
    'rollout restart deployment/web',
    'rollout status deployment/web --timeout=30s',
    'rollout undo deployment/web --to-revision=1',
    'rollout status deployment/web --timeout=30s',
    'get deployment web -o jsonpath={.spec.template.spec.containers[0].image}',
    'scale deployment web --replicas=0 --current-replicas=5',
    'rollout pause deployment/web',
    'rollout resume deployment/web',
    'wait --for=condition=Available deployment/web --timeout=30s',
    'get deployment web -o wide',
    'delete deployment/web hpa/web',
  ],
  'fields are explained': [
    'explain som.spec.gates',
    'explain sj.spec --recursive',
    'explain deployment.spec.none',
  ],
  'a Job runs, is waited for, read and deleted': [
    `apply --server-side -f ${HELLO}`,
    'wait --for=condition=complete job/hello --timeout=60s',
    'get job hello -o jsonpath={.status.succeeded}',
    'get pods -l job-name=hello',
    'logs job/hello',
    'logs -l job-name=hello --tail=1',
    'events --for job/hello --no-headers',
    'describe job hello',
    'delete job hello',
    'wait --for=delete pod -l job-name=hello --timeout=60s',
    'get pods',
  ],
};

/** What `kubectl edit` opens a file with. */
const EDITOR = 'sed -i s/before/after/';

interface Said {
  command: string;
  code: number;
  stdout: string;
  stderr: string;
}

/** A kubectl of the same version as the server's, with a cache of its own. */
function kubectl(kubeconfig: string, cache: string, command: string): Promise<Said> {
  const file = join(process.env.STOCKOUT_API_BIN ?? '', 'kubectl');
  const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: cache, KUBE_EDITOR: EDITOR };
  return new Promise((resolve) => {
    execFile(file, command.split(' '), { cwd: ROOT, env }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : 0;
      resolve({
        command,
        code,
        stdout: comparable(command, scrub(stdout)),
        stderr: sortCauses(scrub(stderr)),
      });
    });
  });
}

/** Ages, instants, uids and names that are made up differ from one cluster to the next. */
function scrub(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/hello-[a-z0-9]{5}\b/g, 'hello-<suffix>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
    .replaceAll(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>')
    .replaceAll(/(Resource Version: +)\d+/g, '$1<revision>')
    .replaceAll(/\b\d+[sm](\d+s)?\b/g, '<age>')
    .replaceAll(/10\.244\.\d+\.\d+|127\.\d+\.\d+\.\d+/g, '<address>')
    .replaceAll(/ +/g, ' ');
}

/** Of several fields that are wrong, a real API server names one first or another, from time to time. */
function sortCauses(text: string): string {
  const [head = '', ...causes] = text.split('\n* ');
  return [head, ...causes.map((cause) => cause.trimEnd()).toSorted()].join('\n* ');
}

/** Events of one second come in any order; what is waited for may be gone before it is asked for. */
function comparable(command: string, text: string): string {
  if (command.startsWith('wait --for=delete')) return '';
  const from = command.startsWith('events ') ? 0 : text.indexOf('\nEvents:');
  if (from === -1) return text;
  return text.slice(0, from) + text.slice(from).split('\n').toSorted().join('\n');
}

/** What is read may lag behind, an Event by a moment: asked again until both say the same, or for ten seconds. */
async function settled(ask: () => Promise<Said[]>): Promise<Said[]> {
  for (const deadline = performance.now() + 10_000; ;) {
    const said = await ask();
    const isRead = /^(get|events|describe|logs) /.test(said[0]?.command ?? '');
    if (!isRead || isDeepStrictEqual(said[0], said[1]) || performance.now() > deadline) return said;
  }
}

describe('kubectl is told the same by localcluster as by a real API server', () => {
  let dir: string;
  let kubeconfigs: [real: string, local: string];
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockout-kubectl-'));
    const real = await startRealTier();
    stops.push(() => real.stop());
    const local = await startLocalCluster({ stateDir: join(dir, 'local') });
    stops.push(() => local.stop());
    kubeconfigs = [real.kubeconfigPath, local.kubeconfigPath];
  });

  afterAll(async () => {
    for (const stop of stops) await stop();
    await rm(dir, { recursive: true, force: true });
  });

  it.each(Object.entries(SESSIONS))('%s', async (_, commands) => {
    for (const command of commands) {
      const [real, local] = await settled(() =>
        Promise.all(
          kubeconfigs.map((kubeconfig, index) => kubectl(kubeconfig, join(dir, `cache-${index}`), command)),
        ),
      );
      expect(local).toEqual(real);
    }
  });
});
