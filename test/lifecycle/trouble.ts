import type { KubernetesObject } from '@kubernetes/client-node';
import { versions } from '@stockout/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCallers } from './callers.ts';
import { liveCompared } from './compared-model.ts';
import { liveBehindDoors } from './guarded-model.ts';
import { conditionOf, modelObject, scoringObject, SmallWorld } from './small-world.ts';
import { liveOnTaintedNodes } from './tainted-nodes.ts';
import type { Tier } from './tier.ts';

const MINUTES = 60_000;
const ONNX = { training: undefined, source: { uri: 'file:///var/lib/stockout/model.onnx' } };
const STUMP = { params: { rounds: 1, maxDepth: 1 }, split: { testDays: 30 } };

/** What goes wrong in the life of a model, and what its user is told. */
export function describeTrouble(where: string, startTier: () => Promise<Tier>): void {
  describe(`trouble ${where}`, () => {
    const abort = new AbortController();
    let tier: Tier;
    let operator: { stop(): Promise<void> };
    let world: SmallWorld;

    beforeAll(async () => {
      tier = await startTier();
      operator = await tier.startOperator();
      world = await SmallWorld.begin(tier, abort.signal);
    }, 2 * MINUTES);

    afterAll(async () => {
      abort.abort();
      await operator?.stop();
      await tier?.stop();
    }, MINUTES);

    it('a spec that a rule refuses never reaches the operator, and the answer names the field', async () => {
      const gates = [{ metric: 'auc', min: '0.9', max: '1' }];
      await expect(world.apply(modelObject('two-rules', { spec: { gates } }))).rejects.toThrow(
        /spec\.gates\[0\]/,
      );
    });

    it('a field that is not built yet is named in the condition, and nothing starts', async () => {
      await world.apply(modelObject('unbuilt', { spec: ONNX }));
      const model = await world.untilModel('unbuilt', 'Ready', 'NotYetSupported');
      expect(conditionOf(model, 'Ready')).toMatchObject({ status: 'False' });
      expect(conditionOf(model, 'Ready')?.message).toContain('spec.source.uri');
      expect(conditionOf(model, 'Stalled')).toMatchObject({ status: 'True' });
      const jobs = await world.kube.names('batch/v1', 'Job', 'stockout.dev/model=unbuilt');
      expect(jobs).toEqual([]);
    });

    it(
      'data of one class fails the training once, and the message says what is wrong',
      async () => {
        await world.ingestCsv(
          'one_class',
          shelf(() => 0),
        );
        await world.apply(modelObject('one-class', { rawTable: 'one_class' }));
        const model = await world.untilModel('one-class', 'Trained', 'TrainingFailed');
        expect(conditionOf(model, 'Trained')?.message).toMatch(/one class|no stockout/i);
        expect(await world.kube.names('batch/v1', 'Job', 'stockout.dev/model=one-class')).toHaveLength(1);
      },
      3 * MINUTES,
    );

    it(
      'a Secret that is missing is named while the pods wait, and they come up once it is there',
      async () => {
        const { serving } = modelObject('keyed').spec;
        const auth = { apiKeySecretRef: { name: 'stockout-late-key' } };
        await world.apply(modelObject('keyed', { spec: { serving: { ...serving, auth } } }));
        await expect
          .poll(async () => JSON.stringify((await world.model('keyed')).status?.conditions ?? []), {
            timeout: 2 * MINUTES,
            interval: 500,
          })
          .toContain('stockout-late-key');
        await world.apply({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'stockout-late-key', namespace: 'default' },
          stringData: { one: 'a-key' },
        });
        const model = await world.untilServing('keyed', 'v1');
        const answer = await fetch(`${model.status?.endpoint}/predict`, { method: 'POST', body: '{}' });
        expect(answer.status).toBe(401);
      },
      4 * MINUTES,
    );

    it(
      'nodes with a taint take no pod that does not tolerate it: the model says so, and goes on once its spec does',
      () => liveOnTaintedNodes(world, 'tolerant'),
      5 * MINUTES,
    );

    it(
      'a model with a certificate, an issuer of tokens and a limit is served so, and its certificate may be renewed',
      () => liveBehindDoors(world, tier, 'guarded'),
      4 * MINUTES,
    );

    it(
      'pins are obeyed when the version passed, callers notice nothing, and refused in words when it is unknown or did not pass',
      async () => {
        const name = 'pinned';
        await world.apply(modelObject(name));
        const { status } = await world.untilServing(name, 'v1');

        const gates = [{ metric: 'auc', min: '0.99' }];
        await world.apply(modelObject(name, { spec: { training: STUMP, gates } }));
        const failed = await world.untilModel(name, 'GatesPassed', 'GatesFailed');
        expect(conditionOf(failed, 'GatesPassed')?.message).toMatch(/auc .* below the minimum 0\.99/);
        expect(failed.status?.servingVersion).toBe('v1');

        await world.apply(
          modelObject(name, { spec: { training: STUMP, gates, promotion: { version: 'v7' } } }),
        );
        const unknown = await world.untilModel(name, 'Ready', 'PinnedVersionRefused');
        expect(conditionOf(unknown, 'Ready')?.message).toContain('v7 does not exist');
        expect(unknown.status?.servingVersion).toBe('v1');

        await expect
          .poll(async () => (await world.model(name)).status?.latestVersion, { timeout: MINUTES })
          .toBe('v2');
        await world.apply(
          modelObject(name, { spec: { training: STUMP, gates, promotion: { version: 'v2' } } }),
        );
        await expect
          .poll(async () => conditionOf(await world.model(name), 'Ready')?.message, { timeout: MINUTES })
          .toContain('v2 did not pass its gates');
        expect((await world.model(name)).status?.servingVersion).toBe('v1');

        // What passes again may be pinned: v2 comes up, and the way back is one line.
        const callers = await startCallers(status?.endpoint ?? '');
        await world.apply(modelObject(name, { spec: { training: STUMP, promotion: { version: 'v2' } } }));
        await world.untilServing(name, 'v2');
        // A node hears of the switch a moment later.
        await expect.poll(callers.versions, { timeout: MINUTES }).toEqual(['v1', 'v2']);
        await world.apply(modelObject(name, { spec: { training: STUMP, promotion: { version: 'v1' } } }));
        await world.untilServing(name, 'v1');
        const { byVersion, failures } = await callers.stop();
        expect(failures).toEqual([]);
        expect([...byVersion.keys()]).toEqual(['v1', 'v2']);
      },
      5 * MINUTES,
    );

    it(
      'versions that no training compared are compared by a Job, and a gate refuses or admits the second by its figures',
      () => liveCompared(world, 'compared'),
      3 * MINUTES,
    );

    it(
      'an operator that is stopped in the middle goes on where things stand: one version, one commit',
      async () => {
        const name = 'interrupted';
        await world.apply(modelObject(name));
        await expect
          .poll(() => world.kube.names('batch/v1', 'Job', `stockout.dev/model=${name}`), { timeout: MINUTES })
          .toHaveLength(1);
        await operator.stop();
        operator = await tier.startOperator();
        await world.untilServing(name, 'v1');

        await world.apply(scoringObject('interrupted-scores', name));
        await world.untilScoring('interrupted-scores', 'Ready', 'Running');
        await operator.stop();
        operator = await tier.startOperator();
        const job = await world.untilScoring('interrupted-scores', 'Complete', 'Succeeded');
        expect(job.status?.runs).toHaveLength(1);
        expect(job.status?.runs?.[0]).toMatchObject({ version: 'v1', rows: 420, tableVersion: 0 });
        const made = await versions({ ...world.context(), model: await world.model(name) });
        expect(made.versions.map(({ version }) => version)).toEqual(['v1']);
      },
      5 * MINUTES,
    );

    it(
      'a schedule scores once at its time, by two pods and in one commit, and trains nothing anew on the same data, whatever the clocks of two operators say',
      async () => {
        const name = 'scheduled';
        await world.apply(modelObject(name));
        await world.untilServing(name, 'v1');
        const time = new Date(Math.ceil(Date.now() / MINUTES + 0.5) * MINUTES);
        const schedule = `${time.getUTCMinutes()} ${time.getUTCHours()} * * *`;
        const { training } = modelObject(name).spec;
        await world.apply(modelObject(name, { spec: { training: { ...training, schedule } } }));
        await world.apply(scoringObject('scheduled-scores', name, { schedule, shards: 2 }));
        await world.untilScoring('scheduled-scores', 'Ready', 'Scheduled');
        await operator.stop();
        const ahead = time.getTime() - Date.now();
        operator = await tier.startOperator(() => new Date(Date.now() + ahead));
        await world.untilScoring('scheduled-scores', 'Ready', 'Running');
        await expect
          .poll(async () => conditionOf(await world.model(name), 'Trained')?.message, { timeout: MINUTES })
          .toMatch(/^v1 was trained .* which was the newest at /);
        await operator.stop();
        operator = await tier.startOperator();

        const { status } = await world.untilScoring('scheduled-scores', 'Complete', 'Succeeded');
        expect(status?.runs).toHaveLength(1);
        expect(status?.runs?.[0]).toMatchObject({ version: 'v1', rows: 420, tableVersion: 0 });
        expect(Date.parse(status?.lastScheduleTime ?? '')).toBe(time.getTime());
        const selector = 'stockout.dev/scoring-job=scheduled-scores';
        expect(await world.kube.names('batch/v1', 'Job', selector)).toEqual([status?.runs?.[0]?.name]);
        expect(await world.kube.names('v1', 'Pod', selector)).toHaveLength(2);
        const model = await world.model(name);
        expect(model.status?.versions?.map((version) => version.name)).toEqual(['v1']);
        expect(model.status?.nextTrainingTime).toBeDefined();
      },
      5 * MINUTES,
    );

    it(
      'a model that is deleted takes its children along',
      async () => {
        const name = 'short-lived';
        await world.apply(modelObject(name));
        await world.untilServing(name, 'v1');
        await world.kube.remove(modelObject(name) as KubernetesObject);
        for (const [apiVersion, kind] of CHILDREN) {
          await expect
            .poll(() => world.kube.names(apiVersion, kind, `stockout.dev/model=${name}`), {
              timeout: MINUTES,
            })
            .toEqual([]);
        }
      },
      3 * MINUTES,
    );

    it(
      'a scoring job waits for the model that it names',
      async () => {
        await world.apply(scoringObject('early', 'nobody'));
        const job = await world.untilScoring('early', 'Ready', 'ModelNotFound');
        expect(conditionOf(job, 'Ready')?.message).toContain('nobody');
      },
      MINUTES,
    );
  });
}

const CHILDREN = [
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'Job'],
  ['v1', 'Service'],
  ['v1', 'ConfigMap'],
  ['v1', 'Pod'],
] as const;

/** Half a year of one shelf as CSV; `stockout` by the number of the day. */
function shelf(stockout: (day: number) => 0 | 1): string {
  const rows = Array.from({ length: 120 }, (_, day) => {
    const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
    return `S1,P1,${date},10,0,${day % 5},${20 - (day % 7)},${stockout(day)}`;
  });
  return ['store_id,product_id,date,price,promo,daily_sales,inventory,stockout', ...rows].join('\n');
}
