import process from 'node:process';
import { connect, type KubeClient, type List } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleRows } from './example-rows.ts';
import { proveBehindDoors } from './proven-behind-doors.ts';
import { conditionOf, modelObject, SmallWorld } from './small-world.ts';
import type { PodAddress, Tier } from './tier.ts';

const MINUTES = 60_000;
const NAME = 'proven';
const { training, serving } = modelObject(NAME).spec;

/** Bounds that a busy machine meets, in a window that a test waits for. */
const ROLLOUT = {
  shadow: { percent: 100, replay: 100 },
  analysis: {
    durationSeconds: 3,
    maxDurationSeconds: 60,
    minRequests: 30,
    maxErrorRate: '0.05',
    maxP99Milliseconds: 5_000,
    maxScoreShift: '0.2',
  },
  // The next version waits for its end.
  rollbackWindowSeconds: 1,
};
/** Long enough for a crash to be seen. */
const WATCHED = { rollbackWindowSeconds: 60 };

/** What a version has to show before it gets the traffic. */
export function describeRollouts(where: string, startTier: () => Promise<Tier>): void {
  describe(`rollouts ${where}`, () => {
    const abort = new AbortController();
    let tier: Tier;
    let operator: { stop(): Promise<void> };
    let world: SmallWorld;
    let endpoint: string;
    let client: KubeClient;

    beforeAll(async () => {
      tier = await startTier();
      client = await connect(tier.kubeconfigPath, 'rollouts');
      operator = await tier.startOperator();
      world = await SmallWorld.begin(tier, abort.signal);
      await world.apply(trained(20));
      endpoint = (await world.untilServing(NAME, 'v1')).status?.endpoint ?? '';
    }, 3 * MINUTES);

    afterAll(async () => {
      abort.abort();
      await operator?.stop();
      client?.close();
      await tier?.stop();
    }, MINUTES);

    it(
      'a version that scores as the one before is shown requests, then it serves',
      async () => {
        await ask(endpoint, 60);
        await world.apply(trained(21));
        const proving = await world.untilModel(NAME, 'RolledOut', 'Proving');
        expect(proving.status).toMatchObject({ servingVersion: 'v1', candidateVersion: 'v2' });
        await world.untilServing(NAME, 'v2');
        expect(await services()).toEqual([NAME]);
      },
      2 * MINUTES,
    );

    it(
      'a version whose scores are others is refused with figures, also by an operator that was stopped meanwhile',
      async () => {
        await ask(endpoint, 60);
        // One round: it ranks well enough for the gate, and says of everything that it is about average.
        await world.apply(trained(1));
        await world.untilModel(NAME, 'RolledOut', 'Proving');
        await operator.stop();
        operator = await tier.startOperator();
        const refused = await world.untilModel(NAME, 'RolledOut', 'AnalysisFailed');
        expect(conditionOf(refused, 'RolledOut')?.message).toMatch(
          /of \d+ requests score shift 0\.\d+ is above 0\.2/,
        );
        expect(conditionOf(refused, 'GatesPassed')).toMatchObject({ status: 'True' });
        expect(refused.status).toMatchObject({ servingVersion: 'v2', latestVersion: 'v3' });
        expect(refused.status?.versions?.map(({ name, state }) => `${name} ${state}`)).toEqual([
          'v3 AnalysisFailed',
          'v2 GatesPassed',
          'v1 GatesPassed',
        ]);
        expect(conditionOf(refused, 'Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
        await operator.stop();
        operator = await tier.startOperator();
        await world.apply({ ...modelObject(NAME), ...annotated(trained(1)) });
        await expect.poll(services, { timeout: MINUTES }).toEqual([NAME]);
        await world.untilModel(NAME, 'RolledOut', 'AnalysisFailed');
      },
      2 * MINUTES,
    );

    it.runIf(process.platform === 'linux')(
      'a version that crashes soon after it began to serve is gone back from, and not tried again',
      async () => {
        await ask(endpoint, 60);
        await world.apply(trained(22, WATCHED));
        const served = await world.untilServing(NAME, 'v4');
        await tier.crash(await firstPod(served.status?.selector ?? ''));
        const back = await world.untilModel(NAME, 'RolledOut', 'RolledBack');
        expect(conditionOf(back, 'RolledOut')?.message).toMatch(/ended: exit code/);
        await expect
          .poll(async () => (await world.model(NAME)).status?.servingVersion, { timeout: MINUTES })
          .toBe('v2');
        await ask(endpoint, 1);
        await expect
          .poll(async () => (await world.model(NAME)).status?.versions?.[0]?.state, { timeout: MINUTES })
          .toBe('RolledBack');
      },
      2 * MINUTES,
    );

    it(
      'a version is shown requests also where tokens alone open, and where callers are limited',
      () => proveBehindDoors(world, tier, 'doors'),
      2 * MINUTES,
    );

    it(
      'a version that answers more slowly than is allowed is refused with figures, and what served serves on',
      async () => {
        await ask(endpoint, 60);
        const { servingVersion } = (await world.model(NAME)).status ?? {};
        // Less than the first answer of a process takes on any machine.
        await world.apply(trained(23, { analysis: { ...ROLLOUT.analysis, maxP99Milliseconds: 1 } }));
        const refused = await world.untilModel(NAME, 'RolledOut', 'AnalysisFailed');
        // Other bounds are another try for a version that was given up: it may be that one's turn first.
        expect(conditionOf(refused, 'RolledOut')?.message).toMatch(
          /^v\d \(\w+\) was refused, v\d \(\w+\) keeps serving: of \d+ requests p99 [\d.]+ ms is above 1 ms/,
        );
        expect(refused.status?.servingVersion).toBe(servingVersion);
        await ask(endpoint, 1);
      },
      2 * MINUTES,
    );

    async function firstPod(selector: string): Promise<PodAddress> {
      const [name = ''] = await world.kube.names('v1', 'Pod', selector);
      const { items } = await client.get<List<Pod>>('/api/v1/namespaces/default/pods');
      return { name, ip: items.find(({ metadata }) => metadata.name === name)?.status?.podIP ?? '' };
    }

    function services(): Promise<string[]> {
      return world.kube.names('v1', 'Service', `stockout.dev/model=${NAME}`);
    }
  });
}

/** With this many rounds: another number is another version. */
function trained(rounds: number, rollout: Partial<typeof ROLLOUT> = {}) {
  return modelObject(NAME, {
    spec: {
      training: { ...training, params: { ...training.params, rounds } },
      serving: { ...serving, rollout: { ...ROLLOUT, ...rollout } },
    },
  });
}

/** Something that the operator has to look at again, and that asks for nothing. */
function annotated(model: ReturnType<typeof trained>): object {
  return { ...model, metadata: { ...model.metadata, annotations: { 'example.com/note': 'seen' } } };
}

async function ask(endpoint: string, count: number): Promise<void> {
  for (const row of await exampleRows(endpoint, count)) {
    const response = await fetch(`${endpoint}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(row),
    });
    expect(response.status).toBe(200);
  }
}

interface Pod {
  metadata: { name: string };
  status?: { podIP?: string };
}
