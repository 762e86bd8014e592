import { expect, test } from 'vitest';
import { getArtifact, putArtifact } from './artifact-store.ts';
import { readConnection } from './connection.ts';
import { type Asked, FakeServer, json } from './fake-server.test-support.ts';
import { MlflowClient } from './rest-client.ts';

function clientOf({ uri }: { uri: string }): MlflowClient {
  return new MlflowClient(
    readConnection(uri, { retries: 0, environment: { MLFLOW_TRACKING_TOKEN: 'dapi' } }),
  );
}

const bytes = Buffer.from('model');

test('the server hands out artifacts by itself, whatever characters are in a name', async () => {
  await using server = await FakeServer.start((_, response) => response.writeHead(200).end('back'));
  await using client = clientOf(server);
  for (const uri of ['mlflow-artifacts:/1/run/artifacts', 'mlflow-artifacts://host:80/1/run/artifacts/']) {
    const folder = { uri, runId: 'run' };
    await putArtifact(client, folder, 'model/a b#?.ubj', bytes);
    expect(Buffer.from(await getArtifact(client, folder, 'MLmodel')).toString()).toBe('back');
  }
  const base = '/api/2.0/mlflow-artifacts/artifacts/1/run/artifacts';
  expect([...new Set(server.asked.map(({ method, path }) => `${method} ${path}`))]).toEqual([
    `PUT ${base}/model/a%20b%23%3F.ubj`,
    `GET ${base}/MLmodel`,
  ]);
});

/** As Databricks documents it; no Databricks was at hand to test with. */
function databricks(store: string, type: string) {
  return ({ body }: Asked) => {
    const { path } = JSON.parse(body.toString()) as { path: string[] };
    const headers = [{ name: 'x-more', value: 'given' }];
    return { credential_infos: [{ signed_uri: `${store}/${path[0]}?sig=1`, type, headers }] };
  };
}

test('Databricks signs an address for each file, below the folder within its run', async () => {
  await using store = await FakeServer.start((_, response) => response.writeHead(201).end());
  const answer = databricks(store.uri, 'AZURE_SAS_URI');
  await using server = await FakeServer.start((asked, response) => json(response, 200, answer(asked)));
  await using client = clientOf(server);
  const folder = { uri: 'dbfs:/databricks/mlflow-tracking/1/run/artifacts/model', runId: 'run' };
  await putArtifact(client, folder, 'model.ubj', bytes);
  expect(server.asked.map(({ path, body }) => [path, body.toString()])).toEqual([
    ['/api/2.0/mlflow/artifacts/credentials-for-write', '{"run_id":"run","path":["model/model.ubj"]}'],
  ]);
  expect(store.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['PUT /model/model.ubj?sig=1']);
  expect(store.asked[0]?.headers).toMatchObject({ 'x-ms-blob-type': 'BlockBlob', 'x-more': 'given' });
  expect(store.asked[0]?.headers).not.toHaveProperty('authorization');
});

test('a store that only clients with its keys reach is refused with how to start the server', async () => {
  await using server = await FakeServer.start((_, response) => json(response, 200, {}));
  await using client = clientOf(server);
  const folder = { uri: 's3://bucket/1/run/artifacts', runId: 'run' };
  await expect(putArtifact(client, folder, 'a', bytes)).rejects.toThrow(
    /keeps artifacts in s3:\/\/bucket.*--serve-artifacts/s,
  );
  expect(server.asked).toEqual([]);
});
