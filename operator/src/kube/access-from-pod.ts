import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { Agent } from 'undici';
import type { Access } from './access.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The kubelet renews a token long before it ends; client-go reads it anew as often. */
const TOKEN_AGE_MS = 60_000;
/** A node that is gone closes no connection: without this a watch would wait for its deadline. */
const KEEP_ALIVE_MS = 30_000;

/**
 * The service account that the pod's spec mounts.
 * @param folder where it is mounted
 * @throws Error when it is not
 */
export function accessFromPod(folder: string = SERVICE_ACCOUNT): Access {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  const connect = (): Agent => {
    const ca = readFileSync(join(folder, 'ca.crt'), 'utf8');
    return new Agent({ connect: { ca, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS } });
  };
  let dispatcher: Agent | undefined = connect();
  let token = { text: '', readAt: -Infinity };
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: readFileSync(join(folder, 'namespace'), 'utf8').trim(),
    admit: async () => {
      const now = performance.now();
      if (now - token.readAt > TOKEN_AGE_MS) {
        token = { text: (await readFile(join(folder, 'token'), 'utf8')).trim(), readAt: now };
      }
      dispatcher ??= connect();
      return { headers: { authorization: `Bearer ${token.text}` }, dispatcher };
    },
    forget: () => {
      token.readAt = -Infinity;
      dispatcher = undefined;
    },
  };
}
