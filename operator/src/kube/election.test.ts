import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Lease } from '../api/kubernetes.ts';
import { ApiServer } from '../testing/api-server.ts';
import { eventually } from '../testing/eventually.ts';
import type { KubeClient } from './client.ts';
import { Election } from './election.ts';
import { KubeError } from './kube-error.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/shop/leases/op';
let server: ApiServer;
let client: KubeClient;
let candidates: Candidate[];

beforeEach(async () => {
  server = new ApiServer();
  client = await server.start();
  candidates = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(candidates.map((candidate) => candidate.stop()));
  await server.stop();
});

const noon = (): Date => new Date('2026-11-28T12:00:00Z');
const electionOf = (of: KubeClient): Election =>
  new Election(of, { namespace: 'shop', name: 'op', identity: 'leader' }, () => {});

interface Candidate {
  leads: boolean;
  stop(): Promise<void>;
}

function campaign(identity: string): Candidate {
  const abort = new AbortController();
  const times = { leaseMs: 1000, renewMs: 200, retryMs: 10 };
  const election = new Election(client, { namespace: 'shop', name: 'op', identity, ...times }, () => {});
  const candidate: Candidate = {
    leads: false,
    stop: async () => {
      abort.abort();
      await running;
    },
  };
  const running = election.run(async (term) => {
    candidate.leads = true;
    await new Promise((resolve) => term.addEventListener('abort', resolve, { once: true }));
    candidate.leads = false;
  }, abort.signal);
  candidates.push(candidate);
  return candidate;
}
const lease = (): Lease['spec'] => (server.get(LEASE) as Lease).spec;

test('the first leads, the second stands by and takes over at once when the first gives up', async () => {
  const first = campaign('first');
  await eventually(() => expect(first.leads).toBe(true));
  const second = campaign('second');
  const transitions = lease().leaseTransitions ?? 0;
  expect(second.leads).toBe(false);
  await first.stop();
  await eventually(() => expect(second.leads).toBe(true));
  expect(first.leads).toBe(false);
  expect(lease()).toMatchObject({ holderIdentity: 'second', leaseTransitions: transitions + 1 });
});

test('a leader that cannot renew steps down, and leads again when it can', async () => {
  const leader = campaign('leader');
  await eventually(() => expect(leader.leads).toBe(true));
  server.failure = { code: 500, body: {} };
  await eventually(() => expect(leader.leads).toBe(false));
  server.failure = undefined;
  await eventually(() => expect(leader.leads).toBe(true));
});

test('a lease of which the holder is gone is taken over, whatever its wall clock says', async () => {
  const renewTime = '2099-01-01T00:00:00.000000Z';
  const spec = { holderIdentity: 'gone', leaseDurationSeconds: 1, renewTime };
  const metadata = { name: 'op', namespace: 'shop' };
  server.put(LEASE, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as Lease);
  const heir = campaign('heir');
  await eventually(() => expect(heir.leads).toBe(true));
  expect(lease().renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

test('the times in the lease are those of the clock that was given', async () => {
  const abort = new AbortController();
  const election = new Election(
    client,
    { namespace: 'shop', name: 'op', identity: 'leader', now: noon },
    () => {},
  );
  await election.run(async () => abort.abort(), abort.signal);
  const renewTime = '2026-11-28T12:00:00.000000Z';
  expect(lease()).toMatchObject({ acquireTime: renewTime, renewTime });
});

test("a leader that was paused knows on waking that the lease may be another's", async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const abort = new AbortController();
  const election = electionOf(client);
  const told = Promise.withResolvers<boolean[]>();
  const running = election.run(async () => {
    const before = election.holds();
    clock.mockReturnValue(60_000);
    told.resolve([before, election.holds()]);
    abort.abort();
  }, abort.signal);
  expect(await told.promise).toEqual([true, false]);
  await running;
});

test('a lease that took long to get counts from when it was asked for', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const slow = {
    get: () => Promise.reject(new KubeError(404, 'NotFound', 'no such lease')),
    create: (_kind: unknown, created: Lease) => {
      clock.mockReturnValue(60_000);
      return Promise.resolve(created);
    },
  };
  const abort = new AbortController();
  const election = electionOf(slow as unknown as KubeClient);
  const holds = await new Promise<boolean>((resolve) => {
    void election.run(async () => {
      resolve(election.holds());
      abort.abort();
    }, abort.signal);
  });
  expect(holds).toBe(false);
});

/** Never answers, as a server behind a network that drops packets. */
const silence = (signal?: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('given up'))));

test('a leader that stops waits for no API server that does not answer', async () => {
  const abort = new AbortController();
  const made = { get: () => Promise.reject(new KubeError(404, 'NotFound', 'no such lease')) };
  const lost = {
    ...made,
    create: (_kind: unknown, created: Lease) => Promise.resolve(created),
  } as unknown as KubeClient;
  const election = new Election(
    lost,
    { namespace: 'shop', name: 'op', identity: 'leader', releaseMs: 20 },
    () => {},
  );
  let asked = 0;
  await election.run(async () => {
    lost.get = (_kind, _namespace, _name, signal) => {
      asked++;
      return silence(signal);
    };
    abort.abort();
  }, abort.signal);
  expect(asked).toBe(1);
});

test('a leader that stops in the middle of a renewal gives the lease back, even when the renewal comes to pass after all', async () => {
  const leader = campaign('leader');
  await eventually(() => expect(leader.leads).toBe(true));
  const lateWrites = Promise.withResolvers<void>();
  server.silence = { about: /^PUT .*leases/, until: lateWrites.promise };
  await eventually(() => expect(server.unanswered).toBe(1));
  const stopped = leader.stop();
  // The renewal, and what gives the lease back.
  await eventually(() => expect(server.unanswered).toBe(2));
  server.silence = undefined;
  lateWrites.resolve();
  await stopped;
  expect(lease().holderIdentity).toBe('');
});

test('a lease that was got without our hearing of it is given back', async () => {
  let held: Lease | undefined;
  const abort = new AbortController();
  const deaf = {
    get: () =>
      held ? Promise.resolve(held) : Promise.reject(new KubeError(404, 'NotFound', 'no such lease')),
    create: (_kind: unknown, created: Lease, signal?: AbortSignal) => {
      held = created;
      abort.abort();
      return signal?.aborted ? Promise.reject(new Error('given up')) : silence(signal);
    },
    replace: (_kind: unknown, replaced: Lease) => Promise.resolve((held = replaced)),
  };
  let led = false;
  const lead = async (): Promise<void> => void (led = true);
  await electionOf(deaf as unknown as KubeClient).run(lead, abort.signal);
  expect({ led, holder: held?.spec.holderIdentity }).toEqual({ led: false, holder: '' });
});

test('a lease whose making is not answered is tried for again', async () => {
  let tries = 0;
  const lost = {
    get: () => Promise.reject(new KubeError(404, 'NotFound', 'no such lease')),
    create: (_kind: unknown, _lease: Lease, signal?: AbortSignal) => {
      tries++;
      return silence(signal);
    },
  } as unknown as KubeClient;
  const times = { renewMs: 20, retryMs: 5 };
  const election = new Election(
    lost,
    { namespace: 'shop', name: 'op', identity: 'leader', ...times },
    () => {},
  );
  const abort = new AbortController();
  const running = election.run(() => Promise.resolve(), abort.signal);
  await eventually(() => expect(tries).toBeGreaterThan(1));
  abort.abort();
  await running;
});
