import { expect } from 'vitest';
import { conditionOf, modelObject, scoringObject, type SmallWorld } from './small-world.ts';

const POOL = { key: 'stockout.dev/pool', value: 'training', effect: 'NoSchedule' };
const MINUTE = 60_000;
const UNTOLERATED = /had untolerated taint/;

const { training, serving } = modelObject('any').spec;
/** A spec whose parts tolerate the taint, or not. */
const spec = (tolerant: { training?: object[]; serving?: object[] }) => ({
  training: { ...training, tolerations: tolerant.training ?? [] },
  serving: { ...serving, tolerations: tolerant.serving ?? [] },
});

/** Every node is kept for those that tolerate its taint: a model waits in words, and goes on once its spec does. */
export async function liveOnTaintedNodes(world: SmallWorld, name: string): Promise<void> {
  const nodes = await world.kube.names('v1', 'Node', 'kubernetes.io/hostname');
  const setTaints = async (taints: object[]): Promise<void> => {
    for (const node of nodes) {
      await world.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: node }, spec: { taints } });
    }
  };
  await setTaints([POOL]);
  try {
    await trainThere(world, name);
    await serveThere(world, name);
    await scoreThere(world, name);
  } finally {
    await setTaints([]);
  }
}

async function trainThere(world: SmallWorld, name: string): Promise<void> {
  await world.apply(modelObject(name, { spec: spec({}) }));
  await untilTold(world, name, 'Trained');
  const jobs = await trainings(world, name);
  await world.apply(modelObject(name, { spec: spec({ training: [POOL] }) }));
  await world.untilModel(name, 'Trained', 'Trained');
  expect(await trainings(world, name)).toEqual(jobs);
}

async function serveThere(world: SmallWorld, name: string): Promise<void> {
  await untilTold(world, name, 'RolledOut');
  await world.apply(modelObject(name, { spec: spec({ training: [POOL], serving: [POOL] }) }));
  await world.untilServing(name, 'v1');
  // How a training would run is no reason for another one.
  const jobs = await trainings(world, name);
  await world.apply(modelObject(name, { spec: spec({ serving: [POOL] }) }));
  const model = await world.untilServing(name, 'v1');
  expect(model.status?.latestVersion).toBe('v1');
  expect(await trainings(world, name)).toEqual(jobs);
}

async function scoreThere(world: SmallWorld, name: string): Promise<void> {
  const scores = `${name}-scores`;
  await world.apply(scoringObject(scores, name));
  await expect
    .poll(async () => conditionOf(await world.untilScoring(scores, 'Ready', 'Running'), 'Ready')?.message, {
      timeout: MINUTE,
    })
    .toMatch(UNTOLERATED);
  await world.apply(scoringObject(scores, name, { tolerations: [POOL] }));
  const job = await world.untilScoring(scores, 'Complete', 'Succeeded');
  expect(job.status?.runs?.map(({ state }) => state)).toEqual(['Succeeded', 'Superseded']);
  const jobs = () => world.kube.names('batch/v1', 'Job', `stockout.dev/scoring-job=${scores}`);
  await expect.poll(jobs, { timeout: MINUTE }).toEqual([job.status?.runs?.[0]?.name]);
}

async function untilTold(world: SmallWorld, name: string, type: string): Promise<void> {
  await expect
    .poll(async () => conditionOf(await world.model(name), type)?.message, { timeout: MINUTE })
    .toMatch(UNTOLERATED);
}

function trainings(world: SmallWorld, name: string): Promise<string[]> {
  return world.kube.names('batch/v1', 'Job', `stockout.dev/model=${name}`);
}
