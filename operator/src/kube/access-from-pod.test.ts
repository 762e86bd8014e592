import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { accessFromPod } from './access-from-pod.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-pod-'));
  await writeFile(join(folder, 'ca.crt'), rootCertificates[0] ?? '');
  await writeFile(join(folder, 'namespace'), 'stockout-system');
  await writeFile(join(folder, 'token'), 'first\n');
  vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.96.0.1');
  vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('a pod finds the API server by its environment and shows the token of its service account', async () => {
  const access = accessFromPod(folder);
  expect(access).toMatchObject({ server: 'https://10.96.0.1:443', namespace: 'stockout-system' });
  const { headers, dispatcher } = await access.admit();
  expect(headers).toEqual({ authorization: 'Bearer first' });
  expect((await access.admit()).dispatcher).toBe(dispatcher);
});

test('an address of IPv6 stands in brackets', () => {
  vi.stubEnv('KUBERNETES_SERVICE_HOST', 'fd00::1');
  expect(accessFromPod(folder).server).toBe('https://[fd00::1]:443');
});

test('a token that was refused is read anew, and connections are made anew', async () => {
  const access = accessFromPod(folder);
  const before = await access.admit();
  await writeFile(join(folder, 'token'), 'second');
  expect((await access.admit()).headers).toEqual({ authorization: 'Bearer first' });
  access.forget();
  const { headers, dispatcher } = await access.admit();
  expect(headers).toEqual({ authorization: 'Bearer second' });
  expect(dispatcher).not.toBe(before.dispatcher);
});

test('a service account that is not mounted is named by its file', () => {
  expect(() => accessFromPod(join(folder, 'none'))).toThrow(/none\/ca\.crt/);
});
