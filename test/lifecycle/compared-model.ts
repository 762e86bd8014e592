import { expect } from 'vitest';
import { conditionOf, modelObject, type SmallWorld } from './small-world.ts';

const MANUAL = { policy: 'Manual' };
const AUTOMATIC = { policy: 'Automatic' };
/** Worse than the model before, and good enough for the floor. */
const STUMP = { rounds: 1, maxDepth: 1 };
const FLOOR = { metric: 'auc', min: '0.5' };

/**
 * Two versions that were trained before anything served, so that none was compared with the other: a gate that asks has a
 * Job compare them, and by what it found the second one is refused, and is on its way once the gate is wider.
 */
export async function liveCompared(world: SmallWorld, name: string): Promise<void> {
  const { training, serving } = modelObject(name).spec;
  const apply = (promotion: object, params: object, gates: object[]): Promise<void> => {
    const spec = {
      training: { ...training, params },
      serving: { ...serving, rollout: { rollbackWindowSeconds: 0 } },
      promotion,
      gates: [FLOOR, ...gates],
    };
    return world.apply(modelObject(name, { spec }));
  };
  await apply(MANUAL, training.params, []);
  await world.untilModel(name, 'Ready', 'AwaitingPromotion');
  await apply(MANUAL, STUMP, []);
  await expect.poll(async () => (await world.model(name)).status?.latestVersion, POLL).toBe('v2');
  await apply({ ...MANUAL, version: 'v1' }, STUMP, []);
  await world.untilServing(name, 'v1');

  await apply(AUTOMATIC, STUMP, [noWorseBy('0')]);
  const refused = await world.untilModel(name, 'GatesPassed', 'GatesFailed');
  expect(conditionOf(refused, 'GatesPassed')?.message).toMatch(
    /^v2 is refused: auc 0\.\d+ against 0\.\d+ of the serving v1 is worse by 0\.\d+, more than 0; v1 keeps serving$/,
  );
  await apply(AUTOMATIC, STUMP, [noWorseBy('0.5')]);
  const admitted = await world.untilModel(name, 'GatesPassed', 'GatesPassed');
  expect(admitted.status).toMatchObject({ servingVersion: 'v1', candidateVersion: 'v2' });
  const jobs = await world.kube.names('batch/v1', 'Job', `stockout.dev/model=${name}`);
  expect(jobs.filter((job) => job.includes('-evaluate-'))).toEqual([
    expect.stringMatching(`^${name}-evaluate-v2-against-v1-[0-9a-f]{5}$`),
  ]);
}

const POLL = { timeout: 60_000 };
const noWorseBy = (maxDropFromServing: string): object => ({ metric: 'auc', maxDropFromServing });
