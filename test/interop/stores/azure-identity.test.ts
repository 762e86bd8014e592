import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCOUNT, startAzurite } from './azurite.ts';
import { run } from './running.ts';
import type { Store } from './store.ts';

const PROGRAM = fileURLToPath(new URL('./identity.ts', import.meta.url));
const TENANT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';

let folder: string;
let certificate: { cert: string; key: string };
let azurite: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-identity-'));
  certificate = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const { cert, key } = certificate;
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    cert,
    ...subject,
  ]);
  azurite = await startAzurite(certificate);
});
afterAll(async () => {
  await azurite?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Entra ID, as far as a workload identity goes: it exchanges the pod's token for one of the store. */
async function startAuthority(lifetimes: number[], assertions: string[]) {
  const tls = { cert: await readFile(certificate.cert), key: await readFile(certificate.key) };
  const server = createServer(tls, async (request, answer) => {
    const origin = `https://${request.headers.host}/${TENANT}`;
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
    answer.setHeader('content-type', 'application/json');
    if (request.url?.includes('openid-configuration')) {
      const endpoints = {
        token_endpoint: `${origin}/oauth2/v2.0/token`,
        authorization_endpoint: `${origin}/authorize`,
      };
      return void answer.end(
        JSON.stringify({ ...endpoints, issuer: `${origin}/v2.0`, jwks_uri: `${origin}/keys` }),
      );
    }
    assertions.push(new URLSearchParams(body).get('client_assertion') ?? '');
    const access_token = tokenFor(lifetimes.shift() ?? 3600);
    answer.end(JSON.stringify({ token_type: 'Bearer', expires_in: 3600, access_token }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, [Symbol.dispose]: () => void server.close() };
}

function part(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** What Azurite looks at: its signature is not. */
function tokenFor(seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: 'https://storage.azure.com',
    iss: 'https://sts.windows.net/x/',
    iat: now - 60,
    nbf: now - 60,
    exp: now + seconds,
  };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('none').toString('base64url')}`;
}

/** What AKS's webhook puts into a pod. */
async function podEnvironment(authority: string): Promise<Record<string, string>> {
  const token = join(folder, 'token');
  await writeFile(token, 'the-pods-token');
  return {
    AZURE_AUTHORITY_HOST: authority,
    AZURE_CLIENT_ID: 'ffffffff-0000-0000-0000-000000000000',
    AZURE_TENANT_ID: TENANT,
    AZURE_FEDERATED_TOKEN_FILE: token,
    AZURE_STORAGE_SERVICE_ENDPOINT: `${azurite.origin}/${ACCOUNT}`,
    NODE_EXTRA_CA_CERTS: certificate.cert,
    STOCKOUT_STORAGE_TIMEOUT_SECONDS: '20',
  };
}

test.each([
  ['is had for the token in its file', [3600], 1],
  // The client believes for an hour what it was told.
  ['is had anew where the store says that it has expired', [-30, 3600], 2],
])('the token of a workload identity %s', async (_, lifetimes, exchanges) => {
  const assertions: string[] = [];
  using authority = await startAuthority(lifetimes, assertions);
  const env = await podEnvironment(authority.url);
  const said = await run(process.execPath, [PROGRAM, azurite.uri(randomUUID())], { env });
  expect(said).toBe('written\n');
  expect(assertions).toEqual(Array(exchanges).fill('the-pods-token'));
});

test('an authority that is away is told with what the identity is', async () => {
  const env = await podEnvironment('https://127.0.0.1:9');
  await expect(run(process.execPath, [PROGRAM, azurite.uri('x')], { env })).rejects.toThrow(
    /no credentials could be had: "\w+.*with the workload identity of the client ffffffff/,
  );
});

test('a certificate that nobody vouches for is told with the variable that names the CA', async () => {
  using authority = await startAuthority([], []);
  const { NODE_EXTRA_CA_CERTS: _, ...env } = await podEnvironment(authority.url);
  const key = azurite.environment()['AZURE_STORAGE_CONNECTION_STRING'] ?? '';
  await expect(
    run(process.execPath, [PROGRAM, azurite.uri('x')], {
      env: { ...env, AZURE_STORAGE_CONNECTION_STRING: key },
    }),
  ).rejects.toThrow(/certificate is not trusted: DEPTH_ZERO_SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/s);
});
