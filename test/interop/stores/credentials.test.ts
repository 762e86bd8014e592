import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from '@stockout/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { use } from './both-stores.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import type { Store } from './store.ts';
import { startVersitygw } from './versitygw.ts';

const EXPIRED = {
  status: 400,
  headers: { 'content-type': 'application/xml' },
  body: '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>',
};

describe('credentials on s3://', () => {
  let store: Store;
  let proxy: FaultyProxy;
  let folder: string;
  let key: { id: string; secret: string };
  beforeAll(async () => {
    store = await startVersitygw();
    proxy = await FaultyProxy.start(store.origin);
    folder = await mkdtemp(join(tmpdir(), 'stockout-credentials-'));
    const { AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: secret = '' } = store.environment();
    key = { id, secret };
  });
  beforeEach(() =>
    use({
      AWS_ENDPOINT_URL_S3: proxy.origin,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    }),
  );
  afterEach(() => {
    proxy.heal();
    vi.unstubAllEnvs();
  });
  afterAll(async () => {
    await proxy?.stop();
    await store?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A token service that knows one web identity. */
  async function startTokenService(given: string[]) {
    const server = createServer(async (request, answer) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
      given.push(new URLSearchParams(body).get('WebIdentityToken') ?? '');
      const expiration = new Date(Date.now() + 3_600_000).toISOString();
      answer.writeHead(200, { 'content-type': 'text/xml' });
      answer.end(
        '<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">' +
          '<AssumeRoleWithWebIdentityResult><Credentials>' +
          `<AccessKeyId>${key.id}</AccessKeyId><SecretAccessKey>${key.secret}</SecretAccessKey>` +
          `<SessionToken></SessionToken><Expiration>${expiration}</Expiration>` +
          '</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>',
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, [Symbol.dispose]: () => server.closeAllConnections() ?? server.close() };
  }

  test('of a web identity are had for the token in its file, and anew when they have expired, in the middle of an upload too', async () => {
    const given: string[] = [];
    using service = await startTokenService(given);
    const token = join(folder, 'token');
    await writeFile(token, 'first');
    use({
      AWS_ENDPOINT_URL_STS: service.url,
      AWS_REGION: 'us-east-1',
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/stockout',
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
    });
    const storage = openStorage(store.uri(randomUUID()));
    expect(await storage.putIfAbsent('x', 'x')).toBe(true);
    await writeFile(token, 'second');
    proxy.inject(EXPIRED);
    expect(Buffer.from(await storage.read('x')).toString()).toBe('x');
    expect(given).toEqual(['first', 'second']);

    const large = join(folder, 'large');
    await writeFile(large, randomBytes(20_000_000));
    proxy.inject(EXPIRED, /partNumber=2/);
    await storage.put('large', { file: large });
    expect((await storage.list('')).map(({ key: name, bytes }) => [name, bytes])).toContainEqual([
      'large',
      20_000_000,
    ]);
    expect(given.slice(2)).toEqual(['second']);
  });

  test('of a profile are those of its file, which is read again when they have expired', async () => {
    const credentials = join(folder, 'credentials');
    const write = (secret: string) =>
      writeFile(credentials, `[work]\naws_access_key_id = ${key.id}\naws_secret_access_key = ${secret}\n`);
    use({
      AWS_PROFILE: 'work',
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_CONFIG_FILE: join(folder, 'none'),
    });
    await write('old');
    const storage = openStorage(store.uri(randomUUID()));
    await expect(storage.list('')).rejects.toThrow(
      /the credentials were not accepted: 403.*with the profile work/,
    );
    await write(key.secret);
    proxy.inject(EXPIRED);
    expect(await storage.list('')).toEqual([]);
  });

  test('that go on having expired are told after the second time', async () => {
    use({ ...store.environment(), AWS_ENDPOINT_URL_S3: proxy.origin });
    proxy.inject(EXPIRED, undefined, Infinity);
    const storage = openStorage(store.uri(randomUUID()));
    await expect(storage.list('')).rejects.toThrow(
      /the credentials have expired: 400 ExpiredToken .* with the key stockout-tests in AWS_ACCESS_KEY_ID/,
    );
    expect(proxy.seen).toHaveLength(2);
  });

  test('a clock that is off is corrected by what the server says, and the request sent again', async () => {
    use({ ...store.environment(), AWS_ENDPOINT_URL_S3: proxy.origin });
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const body = '<Error><Code>RequestTimeTooSkewed</Code><Message>too far</Message></Error>';
    const storage = openStorage(store.uri(randomUUID()));
    proxy.inject({ status: 403, headers: { date, 'content-type': 'application/xml' }, body });
    // The next is signed an hour ahead, which this server refuses in turn: and tells its own time.
    await storage.put('x', 'x');
    expect(proxy.seen.length).toBeGreaterThanOrEqual(2);
  });
});
