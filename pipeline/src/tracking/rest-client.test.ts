import { expect, test } from 'vitest';
import { z } from 'zod';
import { FakeServer, json } from './fake-server.test-support.ts';
import { readConnection } from './connection.ts';
import { MlflowClient } from './rest-client.ts';

const anything = z.object({});

interface Options {
  retries?: number;
  timeoutMs?: number;
  signal?: AbortSignal;
  environment?: NodeJS.ProcessEnv;
}

function clientOf(
  { uri }: { uri: string },
  { retries = 0, timeoutMs = 5000, signal, environment = {} }: Options = {},
) {
  const connection = { ...readConnection(uri, { retries, environment }), timeoutMs };
  return new MlflowClient(connection, signal);
}

const create = (client: MlflowClient) => client.call('POST', 'runs/create', { experiment_id: '1' }, anything);

test('a busy server is asked again, with the same body, and the answer that comes in the end counts', async () => {
  await using server = await FakeServer.start((_, response, count) =>
    count < 3
      ? response.writeHead(count === 1 ? 503 : 429, { 'retry-after': '0' }).end('busy')
      : json(response, 200, { run: 1 }),
  );
  await using client = clientOf(server, { retries: 3 });
  expect(await client.call('POST', 'runs/create', { a: 'é' }, z.object({ run: z.number() }))).toEqual({
    run: 1,
  });
  expect(server.asked.map(({ path, body }) => [path, body.toString()])).toEqual(
    [1, 2, 3].map(() => ['/api/2.0/mlflow/runs/create', '{"a":"é"}']),
  );
});

test('what the server says in the end is told, with its own code; it is not asked again about what it refuses', async () => {
  await using server = await FakeServer.start((_, response) =>
    json(response, 403, { error_code: 'PERMISSION_DENIED', message: 'no edit on experiment 1' }),
  );
  await using client = clientOf(server, { retries: 3 });
  await expect(create(client)).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
    message:
      `MLflow at ${server.uri}: POST /api/2.0/mlflow/runs/create answered 403 (PERMISSION_DENIED: no edit on experiment 1): ` +
      'check what this user may do, and the token or password in the Secret of spec.tracking.mlflow.secretRef, or the environment',
  });
  expect(server.asked).toHaveLength(1);
});

test('a server error is told with what it says, after all tries', async () => {
  await using server = await FakeServer.start((_, response) =>
    json(response, 500, { error_code: 'INTERNAL_ERROR', message: 'disk full' }),
  );
  await using client = clientOf(server, { retries: 1 });
  await expect(create(client)).rejects.toThrow(
    /answered 500 \(INTERNAL_ERROR: disk full\): look into the server's log/,
  );
  expect(server.asked).toHaveLength(2);
});

test('nothing that listens is told as that, with what to check', async () => {
  const gone = await FakeServer.start(() => {});
  await gone[Symbol.asyncDispose]();
  await using client = clientOf(gone, { retries: 1 });
  await expect(create(client)).rejects.toThrow(
    /got no answer, tried 2 times: nothing listens there \(ECONNREFUSED\): check spec\.tracking\.mlflow\.trackingUri/,
  );
});

test('a server that takes requests and never answers is given up, as is one that stops in the middle of an answer', async () => {
  await using silent = await FakeServer.start(() => {});
  await using client = clientOf(silent, { timeoutMs: 100 });
  await expect(create(client)).rejects.toThrow('it takes the request and does not answer');
  await using halting = await FakeServer.start(
    (_, response) => void response.writeHead(200, { 'content-length': '100' }).write('{"a'),
  );
  await using other = clientOf(halting, { timeoutMs: 100 });
  await expect(create(other)).rejects.toThrow(/begins an answer and does not end it|connection was cut/);
});

test("a proxy's page in place of JSON is told by its title, and so is a redirect to a login page", async () => {
  const page = '<!doctype html><html><title>Sign in to\n Contoso</title></html>';
  await using server = await FakeServer.start((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page),
  );
  await using client = clientOf(server);
  await expect(create(client)).rejects.toThrow(
    /answered text\/html "Sign in to Contoso" in place of what MLflow answers: a proxy or a login page/,
  );
  await using redirecting = await FakeServer.start((_, response) =>
    response.writeHead(302, { location: 'https://login' }).end(),
  );
  await using other = clientOf(redirecting);
  await expect(create(other)).rejects.toThrow(
    /answered 302 .*it redirects elsewhere, to a login page perhaps/,
  );
  await using strange = await FakeServer.start((_, response) => json(response, 200, { hello: 'world' }));
  await using third = clientOf(strange);
  await expect(third.call('GET', 'runs/get', {}, z.object({ run: z.object({}) }))).rejects.toThrow(
    /in place of what MLflow answers: .*run/s,
  );
});

test('a server that does not know its own name says so in text, and the message names the option', async () => {
  const words = 'Invalid Host header - possible DNS rebinding attack detected';
  await using server = await FakeServer.start((_, response) =>
    response.writeHead(403, { 'content-type': 'text/plain' }).end(words),
  );
  await using client = clientOf(server);
  await expect(create(client)).rejects.toThrow(/start the server with --allowed-hosts/);
});

test('an abort ends the waiting at once, with its reason', async () => {
  const abort = new AbortController();
  await using server = await FakeServer.start(() => abort.abort(new Error('stopped')));
  await using client = clientOf(server, { retries: 5, signal: abort.signal });
  await expect(create(client)).rejects.toThrow('stopped');
});

test("credentials go to MLflow's own addresses alone, by the names that its clients read", async () => {
  await using store = await FakeServer.start((_, response) => response.writeHead(201).end());
  await using server = await FakeServer.start((_, response) => json(response, 200, {}));
  const basic = {
    MLFLOW_TRACKING_USERNAME: 'me',
    MLFLOW_TRACKING_PASSWORD: 'pä:ss',
    MLFLOW_TRACKING_TOKEN: 'unused',
  };
  await using client = clientOf(server, { environment: basic });
  await create(client);
  await client.bytes('PUT', '/api/2.0/mlflow-artifacts/artifacts/a', Buffer.from('x'));
  await client.bytes('PUT', `${store.uri}/signed?sig=secret`, Buffer.from('x'));
  await using bearer = clientOf(server, { environment: { MLFLOW_TRACKING_TOKEN: 'dapi1\n' } });
  await create(bearer);
  const mine = `Basic ${Buffer.from('me:pä:ss').toString('base64')}`;
  expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([mine, mine, 'Bearer dapi1']);
  expect(store.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test('a signed address is not told whole when it refuses: its query is a password', async () => {
  await using store = await FakeServer.start((_, response) => response.writeHead(403).end('expired'));
  await using client = clientOf(store);
  const refused = client.bytes('PUT', `${store.uri}/signed?sig=secret`, Buffer.from('x'));
  await expect(refused).rejects.toThrow(/answered 403 \(.*expired/);
  await expect(refused).rejects.not.toThrow('sig=');
});

test('a path below a host stays, and a slash at its end goes', async () => {
  await using server = await FakeServer.start((_, response) => json(response, 200, {}));
  await using client = clientOf({ uri: `${server.uri}/ml/flow/` });
  await client.call('GET', 'experiments/get-by-name', { experiment_name: 'a b&c' }, anything);
  expect(server.asked[0]?.path).toBe(
    '/ml/flow/api/2.0/mlflow/experiments/get-by-name?experiment_name=a+b%26c',
  );
});

const read = (uri: string, environment: NodeJS.ProcessEnv = {}) =>
  readConnection(uri, { retries: 1, environment });

test('what cannot be an address, or holds a password, is refused by its field', () => {
  expect(() => read('mlflow:5000')).toThrow(/spec\.tracking\.mlflow\.trackingUri mlflow:5000: give an http/);
  expect(() => read('http://me:secret@mlflow')).toThrow(/holds a password that everybody can read/);
  expect(() => read('http://me:secret@mlflow')).not.toThrow('secret@');
  expect(() => read('https://mlflow', { MLFLOW_TRACKING_SERVER_CERT_PATH: '/no/ca.crt' })).toThrow(
    /\/no\/ca\.crt cannot be read/,
  );
  expect(() => read('https://mlflow', { MLFLOW_HTTP_REQUEST_TIMEOUT: 'soon' })).toThrow(
    /is soon: give a whole number/,
  );
});
