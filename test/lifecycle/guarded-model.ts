import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { aCertificate, type TestCertificate } from '../../predictor/src/testing/certificate.ts';
import { Issuer } from '../../predictor/src/testing/issuer.ts';
import { SecureCaller } from '../../predictor/src/testing/secure-caller.ts';
import { readKubeconfig } from '../../localcluster/src/client/kubeconfig.ts';
import { modelObject, type SmallWorld } from './small-world.ts';
import type { Tier } from './tier.ts';

const SECRET = 'stockout-tls';
/** With it a candidate is asked for golden predictions, within TLS. */
const KEYS = 'stockout-guarded-key';
const POLL = { timeout: 60_000 };

/** A model behind a certificate, tokens and a limit is served so, and shows the certificate anew once it is renewed. */
export async function liveBehindDoors(world: SmallWorld, tier: Tier, name: string): Promise<void> {
  await using issuer = await Issuer.start(0, await addressForPods(tier));
  const first = await aCertificate();
  await mount(world, first);
  await world.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: KEYS, namespace: 'default' },
    stringData: { one: 'a-key' },
  });
  const auth = { apiKeySecretRef: { name: KEYS }, jwt: issuer.jwt, rateLimitPerMinute: 2 };
  const serving = { ...modelObject(name).spec.serving, auth, tls: { secretName: SECRET } };
  await world.apply(modelObject(name, { spec: { serving } }));
  const endpoint = (await world.untilServing(name, 'v1')).status?.endpoint ?? '';
  expect(endpoint).toMatch(/^https:/);
  using caller = new SecureCaller(endpoint, [first.cert]);
  const token: Record<string, string> = { authorization: `Bearer ${await issuer.token()}` };
  const statuses: number[] = [];
  for (const headers of [{}, token, token, token]) {
    statuses.push((await caller.post('/predict', {}, headers)).status);
  }
  // Let in, and told that an empty row is none; until the limit.
  expect(statuses).toEqual([401, 422, 422, 429]);
  await renew(world, endpoint);
}

/** This machine's own: unless the tier knows it, as it is seen from where the API server is, since pods are there, too. */
export async function addressForPods({ kubeconfigPath, addressForPods: known }: Tier): Promise<string> {
  if (known !== undefined) return known;
  const { hostname, port } = new URL((await readKubeconfig(kubeconfigPath)).server);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const { localAddress } = socket;
  socket.destroy();
  return localAddress ?? hostname;
}

async function renew(world: SmallWorld, endpoint: string): Promise<void> {
  const second = await aCertificate('renewed');
  await mount(world, second);
  const shown = async (): Promise<number | string> => {
    using caller = new SecureCaller(endpoint, [second.cert]);
    return await caller.get('/livez').then(
      ({ status }) => status,
      (error: Error) => error.message,
    );
  };
  await expect.poll(shown, POLL).toBe(200);
}

function mount(world: SmallWorld, { cert, key }: TestCertificate): Promise<void> {
  return world.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: SECRET, namespace: 'default' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': cert, 'tls.key': key },
  });
}
