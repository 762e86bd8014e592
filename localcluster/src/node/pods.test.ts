import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../../test/conformance/until.ts';
import { connect, isCode, type KubeClient } from '../client/index.ts';
import { corePath } from '../client/kube-client.ts';
import { type LocalCluster, startLocalCluster } from '../index.ts';
import type { ContainerStatus, Pod } from '../types.ts';

const NAMESPACE = 'default';

let stateDir: string;
let cluster: LocalCluster;
let client: KubeClient;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'stockout-pods-'));
  cluster = await startLocalCluster({ stateDir, backoff: { initial: 10, longest: 20 } });
  client = await connect(cluster.kubeconfigPath);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
  await rm(stateDir, { recursive: true, force: true });
});

const pods = corePath('pods', NAMESPACE);
const create = (plural: string, name: string, more: object): Promise<unknown> =>
  client.post(corePath(plural, NAMESPACE), { metadata: { name }, ...more });

function run(name: string, script: string, container: object = {}, spec: object = {}): Promise<unknown> {
  const containers = [{ name: 'app', image: 'app:1', command: ['sh', '-c', script], ...container }];
  return create('pods', name, { spec: { restartPolicy: 'Never', containers, ...spec } });
}

const podNamed = (name: string): Promise<Pod> => client.get<Pod>(`${pods}/${name}`);

function untilPod(name: string, what: string, is: (pod: Pod) => boolean): Promise<Pod> {
  return until(`pod ${name} ${what}`, async () => {
    const pod = await podNamed(name);
    return is(pod) ? pod : undefined;
  });
}

const container = ({ status }: Pod): ContainerStatus | undefined => status?.containerStatuses?.[0];
const ended = (name: string): Promise<Pod> =>
  untilPod(name, 'has ended', ({ status }) => ['Succeeded', 'Failed'].includes(status?.phase ?? ''));

async function log(name: string, query = ''): Promise<string> {
  const response = await client.open('GET', `${pods}/${name}/log${query}`);
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response as AsyncIterable<string>) text += chunk;
  return text;
}

describe('a pod as a process', () => {
  it('finds its ConfigMap and Secret in its environment and under its mount paths', async () => {
    await create('configmaps', 'settings', { data: { colour: 'blue', 'app.conf': 'on\n' } });
    await create('secrets', 'key', { stringData: { word: 'hush' } });
    const env = [
      { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
      { name: 'WORD', valueFrom: { secretKeyRef: { name: 'key', key: 'word' } } },
      { name: 'ALL', value: '$(COLOUR)-$(WORD)' },
      { name: 'ME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ];
    const volumes = [
      { name: 'conf', configMap: { name: 'settings', items: [{ key: 'app.conf', path: 'app.conf' }] } },
      { name: 'key', secret: { secretName: 'key' } },
    ];
    const volumeMounts = [
      { name: 'conf', mountPath: '/etc/app' },
      { name: 'key', mountPath: '/etc/key' },
    ];
    const script = 'echo $ALL $ME; cat /etc/app/app.conf /etc/key/word';
    await run('configured', script, { env, volumeMounts }, { volumes });
    expect((await ended('configured')).status?.phase).toBe('Succeeded');
    expect(await log('configured')).toBe('blue-hush configured\non\nhush\n');
  });

  it('waits for a Secret that is missing, says so, and starts when it is there', async () => {
    await run('waiting', 'true', { envFrom: [{ secretRef: { name: 'late' } }] });
    const waiting = await untilPod('waiting', 'waits', (pod) =>
      Boolean(container(pod)?.state?.waiting?.message),
    );
    expect(container(waiting)?.state?.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: 'secret "late" not found',
    });
    expect(await log('waiting')).toContain(
      'container \\"app\\" in pod \\"waiting\\" is waiting to start: CreateContainerConfigError',
    );
    await create('secrets', 'late', { stringData: { a: 'b' } });
    expect((await ended('waiting')).status?.phase).toBe('Succeeded');
  });

  it('leaves its exit code and its termination message', async () => {
    await run('failed', 'echo the last word > /dev/termination-log; exit 3');
    const { status } = await ended('failed');
    expect(status?.phase).toBe('Failed');
    expect(status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 3,
      reason: 'Error',
      message: 'the last word\n',
    });
  });

  it('leaves the end of its log instead, where that is asked for', async () => {
    await run('talked', 'echo what went wrong; exit 1', {
      terminationMessagePolicy: 'FallbackToLogsOnError',
    });
    expect(container(await ended('talked'))?.state?.terminated?.message).toBe('what went wrong\n');
  });

  it('is started again as its restart policy has it, and keeps the log of the run before', async () => {
    const counter = join(stateDir, 'counter');
    await writeFile(counter, '');
    const script = `echo x >> ${counter}; wc -l < ${counter}; [ $(wc -l < ${counter}) -ge 3 ]`;
    await run('again', script, {}, { restartPolicy: 'OnFailure' });
    const pod = await ended('again');
    expect(container(pod)).toMatchObject({ restartCount: 2, state: { terminated: { exitCode: 0 } } });
    expect([await log('again', '?previous=true'), await log('again')].map((text) => text.trim())).toEqual([
      '2',
      '3',
    ]);
  });

  it('runs init containers first, one after the other', async () => {
    const initContainers = ['one', 'two'].map((name) => ({
      name,
      image: 'app:1',
      command: ['sh', '-c', `echo ${name} >> /shared/order`],
      volumeMounts: [{ name: 'work', mountPath: '/shared' }],
    }));
    const volumes = [{ name: 'work', emptyDir: {} }];
    const volumeMounts = [{ name: 'work', mountPath: '/shared' }];
    await run('ordered', 'cat /shared/order', { volumeMounts }, { initContainers, volumes });
    await ended('ordered');
    expect(await log('ordered')).toBe('one\ntwo\n');
  });

  it('is told to end by SIGTERM, and is forgotten when it has', async () => {
    await run('polite', `trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done`);
    await until('it is up', async () => (await log('polite')).includes('up'));
    const following = log('polite', '?follow=true');
    await client.delete(`${pods}/polite`);
    expect(await following).toBe('up\nbye\n');
    await until('it is gone', () =>
      podNamed('polite').then(
        () => false,
        (error: unknown) => isCode(error, 404),
      ),
    );
  });

  it('does not count a restart when it is deleted while it waits for one', async () => {
    await run('crashing', 'exit 1', {}, { restartPolicy: 'Always' });
    await untilPod('crashing', 'crashes', (pod) => Boolean(container(pod)?.state?.waiting));
    await client.delete(`${pods}/crashing`);
    await until('it is gone', () =>
      podNamed('crashing').then(
        () => false,
        (error: unknown) => isCode(error, 404),
      ),
    );
  });

  it('says that it cannot know what an image would run, and that a folder is not there', async () => {
    await create('pods', 'image', { spec: { containers: [{ name: 'app', image: 'app:1' }] } });
    await run('nowhere', 'true', { workingDir: '/no/such/folder' });
    const messages = await Promise.all(
      ['image', 'nowhere'].map(async (name) => {
        const pod = await untilPod(
          name,
          'waits',
          (one) => container(one)?.state?.waiting?.reason === 'CreateContainerError',
        );
        return container(pod)?.state?.waiting?.message;
      }),
    );
    expect(messages).toEqual([
      'Error: container app names no command; what its image would run is not known here',
      'Error: workingDir /no/such/folder is no folder of this machine',
    ]);
  });
});

describe('a local cluster that is killed', () => {
  it('leaves its pods running, and the next one in its folder ends them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stockout-killed-'));
    const child = await startElsewhere(folder);
    try {
      const other = await connect(join(folder, 'kubeconfig'));
      // Doubled, as the kubelet reads $$ as $.
      const command = ['sh', '-c', `echo $$$$ > ${folder}/pid; sleep 1000`];
      const spec = { containers: [{ name: 'app', image: 'app:1', command }] };
      await other.post(pods, { metadata: { name: 'long' }, spec });
      other.close();
      const running = await until('the pod runs', () => numberIn(join(folder, 'pid')));
      await kill(child);
      expect(await isAlive(running)).toBe(true);
      const next = await startLocalCluster({ stateDir: folder });
      await until('the pod has ended', async () => !(await isAlive(running)));
      await next.stop();
    } finally {
      await kill(child);
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** A local cluster in a process of its own. */
async function startElsewhere(folder: string): Promise<ChildProcess> {
  const module = JSON.stringify(new URL('../index.ts', import.meta.url).href);
  const script = `const { startLocalCluster } = await import(${module});
await startLocalCluster({ stateDir: ${JSON.stringify(folder)} });
console.log('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error('it did not start')));
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await over;
}

/** @returns undefined before a number is written there */
async function numberIn(file: string): Promise<number | undefined> {
  return Number(await readFile(file, 'utf8').catch(() => '')) || undefined;
}

/** A process that has ended and that nobody has waited for yet is not alive. */
async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
