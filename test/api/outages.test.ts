import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ScoringJob } from '@stockout/crds';
import type { KubeClient } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../pipeline/src/train/seeded-random.ts';
import { until } from '../conformance/until.ts';
import { type FaultTier, Lives } from '../faults/lives.ts';
import type { Stage } from '../faults/operator-behind-proxy.ts';
import { OperatorProcess } from '../faults/operator-process.ts';
import { ControlPlane, type Program } from './control-plane.ts';
import { kubectl } from './kubectl.ts';
import { inOneNamespace } from './manifests.ts';
import { writeOperatorKubeconfig } from './operator-account.ts';
import { startRealPlayedTier } from './played-tier.ts';

/** `OUTAGE_SEED=2 OUTAGE_SECONDS=300 npm run test:api -- test/api/outages.test.ts` */
const SEED = Number(process.env.OUTAGE_SEED ?? 1);
const SECONDS = Number(process.env.OUTAGE_SECONDS ?? 60);
/** How long after a step began its outage begins, at the most: about as long as a step takes. */
const WITHIN_MS = 600;
/** 10 are promised; a machine that is busy with other things fails no test. */
const CATCH_UP_SECONDS = 20;
const MINUTES = 60_000;

const controlPlane = new ControlPlane();

interface Outage {
  what: string;
  happen(): Promise<void>;
}

const OUTAGES: readonly Outage[] = [
  { what: 'the API server killed', happen: () => controlPlane.restart('apiserver', 'SIGKILL') },
  { what: 'etcd killed', happen: () => controlPlane.restart('etcd', 'SIGKILL') },
  { what: 'the API server told to end', happen: () => controlPlane.restart('apiserver', 'SIGTERM') },
  { what: `both away for ${SECONDS} s`, happen: bothAway },
  { what: 'etcd away while the API server stays', happen: etcdAway },
];

describe('an operator outlives its control plane', () => {
  let tier: FaultTier;
  let lives: Lives;

  beforeAll(async () => {
    tier = await startRealPlayedTier();
    lives = new Lives(tier);
  });
  afterAll(() => tier?.stop());

  it(
    'and catches up: the end of a life with an outage in every step is that of one without',
    async () => {
      const { end } = await lives.undisturbed();
      const random = seededRandom(SEED);
      const operators: OperatorProcess[] = [];
      const ending = await lives.through({
        begin: async (stage) => {
          operators.push(await startOperator(stage));
          return operators;
        },
        amid: async ({ namespace }, step) => {
          await delay(random() * WITHIN_MS);
          const { what, happen } = OUTAGES[(step + SEED) % OUTAGES.length] as Outage;
          const began = performance.now();
          await happen();
          await untilReady();
          const away = ((performance.now() - began) / 1000).toFixed(0);
          console.log(
            `  ${what}, ${away} s without: caught up ${await catchUp(tier.client, namespace)} s after`,
          );
          // One that was restarted would be another process, with another log.
          expect(operators.map(({ isAlive, faults }) => ({ isAlive, faults }))).toEqual([
            { isAlive: true, faults: [] },
          ]);
        },
      });
      expect(ending).toEqual(end);
    },
    (5 + SECONDS / 60) * MINUTES,
  );
});

/** With an account of its own: a server that has just started refuses what it does not know the rights of yet. */
async function startOperator({ folder, namespace }: Stage): Promise<OperatorProcess> {
  const kubeconfigPath = join(folder, 'outages.kubeconfig');
  await writeOperatorKubeconfig(kubeconfigPath, await inOneNamespace(namespace));
  return new OperatorProcess({ kubeconfigPath, namespace, identity: 'outlives' });
}

/** For longer than a leader may go without its Lease. */
async function etcdAway(): Promise<void> {
  await controlPlane.end('etcd', 'SIGKILL');
  await delay(8000);
  await controlPlane.start('etcd');
}

/** Kubernetes' own controllers lose their Leases in such a time, and are started again. */
async function bothAway(): Promise<void> {
  const away: Program[] = ['apiserver', 'etcd', 'scheduler', 'controllers'];
  for (const program of away) await controlPlane.end(program, 'SIGKILL');
  await delay(SECONDS * 1000);
  for (const program of ['etcd', 'apiserver'] as const) await controlPlane.start(program);
  await untilReady();
  for (const program of ['scheduler', 'controllers'] as const) await controlPlane.start(program);
}

async function untilReady(): Promise<void> {
  await until('the API server to be ready again', isReady, 120);
}

function isReady(): Promise<boolean> {
  return kubectl(['get', '--raw', '/readyz']).then(
    () => true,
    () => false,
  );
}

/** A job of no model: that it waits is told in its status. @returns seconds until the operator told so */
async function catchUp(client: KubeClient, namespace: string): Promise<string> {
  const began = performance.now();
  const collection = `/apis/stockout.dev/v1alpha1/namespaces/${namespace}/scoringjobs`;
  const newcomer = {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'ScoringJob',
    metadata: { name: 'newcomer' },
    spec: { modelRef: { name: 'nobody' }, input: { lastDays: 1 } },
  };
  await client.post(collection, newcomer);
  const isTold = async (): Promise<boolean> => {
    const { metadata, status } = await client.get<ScoringJob>(`${collection}/newcomer`);
    return status?.observedGeneration === metadata.generation;
  };
  await until('the operator to see a new job', isTold, CATCH_UP_SECONDS);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  await client.delete(`${collection}/newcomer`);
  return seconds;
}
