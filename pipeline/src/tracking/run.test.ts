import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { readConnection } from './connection.ts';
import { type Asked, FakeServer, json } from './fake-server.test-support.ts';
import { MlflowClient } from './rest-client.ts';
import { ensureRun, logFacts } from './run.ts';

const AT = new Date('2026-11-24T12:00:00Z');
const bodyOf = ({ body }: Asked) => JSON.parse(body.toString()) as Record<string, any[]>; // oxlint-disable-line typescript/no-explicit-any

function clientOf({ uri }: { uri: string }): MlflowClient {
  return new MlflowClient(readConnection(uri, { retries: 3, environment: {} }));
}

const many = (count: number, length = 3) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, 'x'.repeat(length)]));

/** As many runs as were created and not deleted. */
class Runs {
  readonly ids: string[] = [];

  answer({ path, body }: Asked, response: ServerResponse, { lost }: { lost: boolean }): void {
    if (path.endsWith('runs/create')) {
      this.ids.push(`run-${this.ids.length}`);
      // Done, and the answer never arrives.
      if (lost) return void response.destroy();
      return json(response, 200, { run: this.#run(this.ids.at(-1) as string) });
    }
    if (path.endsWith('runs/delete')) {
      const { run_id } = JSON.parse(body.toString()) as { run_id: string };
      this.ids.splice(this.ids.indexOf(run_id), 1);
      return json(response, 200, {});
    }
    return json(response, 200, this.ids.length === 0 ? {} : { runs: this.ids.map((id) => this.#run(id)) });
  }

  #run(id: string) {
    return { info: { run_id: id, artifact_uri: `mlflow-artifacts:/1/${id}/artifacts`, status: 'RUNNING' } };
  }
}

test('a run whose creation was answered in vain is one run all the same', async () => {
  const runs = new Runs();
  const creations: string[] = [];
  await using server = await FakeServer.start((asked, response) => {
    if (asked.path.endsWith('runs/create')) creations.push(asked.path);
    runs.answer(asked, response, { lost: creations.length === 1 });
  });
  await using client = clientOf(server);
  const wanted = { experimentId: '1', run: 'retail-train-1', name: 'retail v1', startedAt: AT };
  const run = await ensureRun(client, wanted);
  expect(creations).toHaveLength(2);
  expect(runs.ids).toEqual(['run-0']);
  expect(run).toMatchObject({ id: 'run-0', finished: false });
  expect(await ensureRun(client, wanted)).toEqual(run);
  expect(creations).toHaveLength(2);
});

test('however much there is to tell, no call holds more than MLflow takes, and nothing is told twice', async () => {
  await using server = await FakeServer.start((_, response) => json(response, 200, {}));
  await using client = clientOf(server);
  const metrics = Array.from({ length: 2300 }, (_, i) => ({
    key: 'test/logloss',
    value: 1 / (i + 1),
    step: i,
  }));
  await logFacts(client, 'run', { params: many(150), tags: many(7, 9000), metrics, at: AT });
  const calls = server.asked.map(bodyOf);
  expect(
    calls.map((call) => [call['metrics']?.length, call['params']?.length, call['tags']?.length]),
  ).toEqual([
    [1000, 100, 7],
    [1000, 50, 0],
    [300, 0, 0],
  ]);
  expect(new Set(calls.flatMap((call) => call['metrics']?.map(({ step }) => step as number))).size).toBe(
    2300,
  );
  expect(calls[0]?.['metrics']?.[5]).toMatchObject({ step: 5, timestamp: AT.getTime() + 5 });
  expect(calls[0]?.['tags']?.[0].value).toHaveLength(5000);
});
