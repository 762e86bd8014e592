import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { train } from '../../../pipeline/src/train/train.ts';
import { Listening } from './mlflow-server.ts';
import { trackedModel, type World } from './world.ts';

const FILE = new URL('../../../config/components/mlflow/mlflow.yaml', import.meta.url);

interface Deployed {
  kind: string;
  data?: Record<string, string>;
  spec?: { template?: { spec: { containers: { command: string[]; args: string[] }[] } } };
}

export function describeComponent(world: () => World): void {
  test('config/components/mlflow starts as it is written, and answers by the names of its Service alone', async () => {
    const objects = parseAllDocuments(await readFile(FILE, 'utf8')).map((each) => each.toJS() as Deployed);
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    const [container] = deployment?.spec?.template?.spec.containers ?? [];
    const environment = objects.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const args = [...(container?.command ?? []), ...(container?.args ?? [])].slice(1);
    const { python } = world();
    const server = await Listening.deployed(python, args, environment, '/var/lib/mlflow');
    try {
      await using context = await trackedModel({ server }, 'deployed');
      expect((await train(context, { run: 'deployed-1' })).mlflow).toMatchObject({ modelVersion: '1' });
      expect(await statusBy('mlflow:5000', server.uri)).toBe(200);
      expect(await statusBy('mlflow.default.svc.cluster.local:5000', server.uri)).toBe(200);
      expect(await statusBy('mlflow.example', server.uri)).toBe(403);
    } finally {
      await server.stop();
    }
  });
}

/** fetch sets its own Host header. */
function statusBy(host: string, uri: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const url = `${uri}/api/2.0/mlflow/experiments/get-by-name?experiment_name=deployed`;
  get(url, { headers: { host } }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  }).on('error', reject);
  return promise;
}
