import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { StorageError } from '@stockout/contracts';
import { NotFoundError, openStorage, type Storage } from '@stockout/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ACCOUNT, ACCOUNT_KEY, connectionString } from './azurite.ts';
import { describeStores, use } from './both-stores.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import { freePort } from '../../free-port.ts';
import { startVersitygw } from './versitygw.ts';

const PAGE =
  '<!doctype html><html><head><meta charset="utf-8"><title>Proxy</title></head><body>Blocked</body></html>';
const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** Each operation, as one that can fail. */
const OPERATIONS: [string, (storage: Storage) => Promise<unknown>][] = [
  ['read', (storage) => storage.read('t/x')],
  ['write', (storage) => storage.put('t/x', 'x')],
  ['write', (storage) => storage.putIfAbsent('t/x', 'x')],
  ['list', (storage) => storage.list('t')],
  ['delete', (storage) => storage.delete('t/x')],
  ['read', (storage) => storage.localFile('t/x')],
];

/** The message of what fails, which is a sentence for people and names the storage. */
async function fails(storage: Storage, act: (storage: Storage) => Promise<unknown>): Promise<string> {
  const error = await act(storage).then(
    () => new Error('nothing failed'),
    (failure: unknown) => failure as Error,
  );
  expect(error).not.toBeInstanceOf(NotFoundError);
  expect(error).toBeInstanceOf(StorageError);
  expect(error.message).toContain(storage.uri);
  return error.message;
}

describeStores('what is wrong is said in a sentence', (store, scheme) => {
  let proxy: FaultyProxy;
  beforeAll(async () => {
    proxy = await FaultyProxy.start(store().origin);
  });
  afterAll(() => proxy?.stop());
  beforeEach(() => use({ ...store().environment(), STOCKOUT_STORAGE_TIMEOUT_SECONDS: '2' }));
  afterEach(() => proxy.heal());

  test.each(OPERATIONS)('a container that does not exist (%s)', async (what, act) => {
    const storage = openStorage(store().uri('prod', 'nowhere'));
    const create =
      scheme === 's3'
        ? 'aws s3 mb s3://nowhere'
        : `az storage container create --account-name ${ACCOUNT} --name nowhere`;
    const message = await fails(storage, act);
    expect(message).toMatch(
      /: the (container|bucket) "nowhere"( of the account \w+)? does not exist \(asked to/,
    );
    expect(message).toContain(`${what} prod/t`);
    expect(message).toContain(store().origin);
    expect(message).toContain(create);
  });

  test.each(OPERATIONS)("a proxy's page in place of an answer (%s)", async (_, act) => {
    use(store().environment(proxy.origin));
    const storage = openStorage(store().uri(randomUUID()));
    for (const status of [200, 403, 407]) {
      proxy.inject({ status, headers: HTML, body: PAGE });
      expect(await fails(storage, act)).toContain(
        `something else answered in the store's place, a page of HTML, with the status ${status}: a proxy`,
      );
    }
  });

  test('a gateway that goes on failing is asked some times', async () => {
    use(store().environment(proxy.origin));
    proxy.inject({ status: 502, headers: HTML, body: PAGE }, undefined, Infinity);
    const message = await fails(openStorage(store().uri('x')), (storage) => storage.list(''));
    expect(message).toMatch(/with the status 502.*, [3-9] times in \d\.\d s\)/);
  });

  test('a server that takes the connection and never answers', async () => {
    use(store().environment(proxy.origin));
    proxy.inject({ before: 'silence' }, undefined, Infinity);
    const message = await fails(openStorage(store().uri('x')), (storage) => storage.list(''));
    expect(message).toMatch(
      /the store does not answer: no answer within 0\.7 s \(asked to list x\/ at .* times in/,
    );
    expect(message).toContain(proxy.origin);
  });

  test('a server that says nothing in no protocol at all', async () => {
    const silent = createServer((socket) => socket.end('220 mail.example ESMTP\r\n')).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    use(store().environment(`http://127.0.0.1:${port}`));
    const message = await fails(openStorage(store().uri('x')), (storage) => storage.list(''));
    silent.close();
    expect(message).toContain('the connection was cut');
  });

  test('nobody listens', async () => {
    use(store().environment(`http://127.0.0.1:${await freePort()}`));
    const message = await fails(openStorage(store().uri('x')), (storage) => storage.read('t'));
    expect(message).toContain('the store cannot be reached: ECONNREFUSED');
    expect(message).toMatch(/Check .*the network/);
  });

  test('a host that is not known', async () => {
    use(store().environment('http://no-such-host.invalid'));
    const message = await fails(openStorage(store().uri('x')), (storage) => storage.read('t'));
    expect(message).toMatch(/the store cannot be reached: (ENOTFOUND|EAI_AGAIN)/);
  });

  test('a wrong key', async () => {
    const wrong = Buffer.from('wrong').toString('base64');
    use({
      AWS_SECRET_ACCESS_KEY: 'wrong',
      AZURE_STORAGE_CONNECTION_STRING: connectionString(store().origin, wrong),
    });
    const message = await fails(openStorage(store().uri('x')), (storage) => storage.put('t', 'x'));
    expect(message).toMatch(/the credentials were not accepted: 403/);
    expect(message).toMatch(/(AZURE_STORAGE_CONNECTION_STRING|AWS_ACCESS_KEY_ID)/);
  });

  test('a clock that is wrong', async () => {
    use(store().environment(proxy.origin));
    const code = { abfss: 'AuthenticationFailed', s3: 'RequestTimeTooSkewed' }[scheme];
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const body = `<Error><Code>${code}</Code><Message>too old</Message></Error>`;
    const headers = { date, 'content-type': 'application/xml', 'x-ms-error-code': code };
    proxy.inject({ status: 403, headers, body }, undefined, Infinity);
    const storage = openStorage(store().uri(randomUUID()));
    expect(await fails(storage, (each) => each.put('t', 'x'))).toContain(
      "because this machine's clock is wrong",
    );
  });
});

describeStores('credentials that may only read', (store, scheme) => {
  let readOnly: { stop(): Promise<void>; environment(): Record<string, string> } | undefined;
  beforeAll(async () => {
    await openStorage(store().uri('shared')).put('there', 'x');
    if (scheme === 'abfss') use(sas(store().origin, 'rl', 60_000));
    else {
      readOnly = await startVersitygw({
        readOnly: true,
        folder: (store() as unknown as { folder: string }).folder,
      });
      use(readOnly.environment());
    }
  });
  afterAll(() => readOnly?.stop());

  test('read and list, and are told by name where they may not write', async () => {
    const storage = openStorage(store().uri('shared'));
    expect(Buffer.from(await storage.read('there')).toString()).toBe('x');
    expect((await storage.list('')).map(({ key }) => key)).toEqual(['there']);
    for (const act of [
      () => storage.put('new', 'x'),
      () => storage.putIfAbsent('new', 'x'),
      () => storage.delete('there'),
    ]) {
      await expect(act()).rejects.toThrow(
        /this is not allowed on the (container|bucket) "stockout".*: 403 .*asked to (write|delete) shared/,
      );
    }
    expect((await storage.list('')).map(({ key }) => key)).toEqual(['there']);
  });

  if (scheme !== 'abfss') return;
  test('a SAS that has expired is told with the day on which it did', async () => {
    use(sas(store().origin, 'rwl', -60_000));
    await expect(openStorage(store().uri('shared')).read('there')).rejects.toThrow(
      /the credentials were not accepted.*with the SAS in AZURE_STORAGE_SAS_TOKEN \(valid until \d{4}-/,
    );
  });
});

describe('what does not fit together', () => {
  test("a connection string of another account, and one that is none, name the variable and not what's in it", async () => {
    const uri = 'abfss://c@other.dfs.core.windows.net/x';
    use({ AZURE_STORAGE_CONNECTION_STRING: connectionString('http://127.0.0.1:1') });
    await expect(openStorage(uri).list('')).rejects.toThrow(
      `the connection string in AZURE_STORAGE_CONNECTION_STRING cannot be used: it is of the account ${ACCOUNT}, and the storage URI of other`,
    );
    use({ AZURE_STORAGE_CONNECTION_STRING: 'AccountKey=secret' });
    const error = await openStorage(uri)
      .list('')
      .catch((failure: Error) => failure);
    expect(error).toMatchObject({ name: 'InputError' });
    expect((error as Error).message).not.toContain('secret');
  });

  test('no credentials at all', async () => {
    use({
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: 'eu-south-2',
      AWS_CONFIG_FILE: '/none',
      AWS_SHARED_CREDENTIALS_FILE: '/none',
    });
    await expect(openStorage('s3://bucket/x').list('')).rejects.toThrow(
      /no credentials could be had: "Could not load credentials from any providers".*AWS_WEB_IDENTITY_TOKEN_FILE/,
    );
  });
});

function sas(origin: string, permissions: string, forMs: number): Record<string, string | undefined> {
  const credential = new StorageSharedKeyCredential(ACCOUNT, ACCOUNT_KEY);
  const service = new BlobServiceClient(`${origin}/${ACCOUNT}`, credential);
  const query = generateBlobSASQueryParameters(
    {
      containerName: service.getContainerClient('stockout').containerName,
      permissions: ContainerSASPermissions.parse(permissions),
      startsOn: new Date(Date.now() - 3_600_000),
      expiresOn: new Date(Date.now() + forMs),
    },
    credential,
  );
  return {
    AZURE_STORAGE_CONNECTION_STRING: undefined,
    AZURE_STORAGE_SERVICE_ENDPOINT: service.url,
    AZURE_STORAGE_SAS_TOKEN: query.toString(),
  };
}
