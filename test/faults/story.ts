import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { setTimeout as delay } from 'node:timers/promises';
import { HOPELESS_ROUNDS } from './played-storage.ts';
import { isAway } from './server-away.ts';
import { conditionOf, edit, pathOf, type Told } from './told.ts';

/** After a long outage Kubernetes' own controllers may wait for a minute before they look again. */
const PATIENCE_MS = 120_000;

/** Versions that pass their gates in this story. */
export const GATED = ['v1', 'v2'];
/** How many versions are trained, the refused one included, and how many runs score. */
export const TRAININGS = 3;
export const SCORINGS = 2;
/** The Job that compares two versions, as no training did. */
export const COMPARED = /^retail-evaluate-v2-against-v1-[0-9a-f]{5}$/;

/** One step in the life of a model: what a person does, and how the world looks once all has settled. */
interface Step {
  what: string;
  act(world: Told): Promise<unknown>;
  settled(model: StockoutModel, job: ScoringJob): boolean;
}

const STEPS: readonly Step[] = [
  {
    what: 'a model is applied, and a scoring job',
    act: async (told) => {
      await told.client.post(pathOf(told, 'stockoutmodels'), MODEL);
      await told.client.post(pathOf(told, 'scoringjobs'), SCORING);
    },
    settled: (model, job) => serves(model, 'v1') && hasScored(job),
  },
  {
    what: 'a better one is asked for',
    act: (told) => change(told, { training: { params: { rounds: 200 } } }),
    settled: (model) => serves(model, 'v2'),
  },
  {
    what: 'a hopeless one is asked for',
    act: (told) => change(told, { training: { params: { rounds: HOPELESS_ROUNDS } } }),
    settled: (model) => serves(model, 'v2') && conditionOf(model, 'GatesPassed')?.status === 'False',
  },
  {
    what: 'v1 is pinned',
    act: (told) => change(told, { promotion: { version: 'v1' } }),
    settled: (model) => serves(model, 'v1'),
  },
  {
    what: 'three replicas are asked for, and other days scored',
    act: async (told) => {
      await change(told, { serving: { replicas: 3 } });
      await edit(told, 'scoringjobs', SCORING.metadata.name, {
        // Else it is a matter of luck which version a model is seen to serve.
        spec: { input: { lastDays: 7 }, version: 'v1' },
      });
    },
    settled: (model, job) => serves(model, 'v1', 3) && hasScored(job),
  },
  {
    what: 'nothing is pinned, and what follows must be no worse: v2 was never compared with v1',
    act: (told) => change(told, { promotion: { version: null }, gates: [...MODEL.spec.gates, NO_WORSE] }),
    settled: (model) => serves(model, 'v2', 3),
  },
];

const NO_WORSE = { metric: 'auc', maxDropFromServing: '0.005' };
const MODEL = {
  apiVersion: 'stockout.dev/v1alpha1',
  kind: 'StockoutModel',
  metadata: { name: 'retail' },
  spec: {
    storage: { uri: 'abfss://c@account.dfs.core.windows.net/p', secretRef: { name: 'stockout-storage' } },
    training: { params: { rounds: 100 } },
    gates: [{ metric: 'auc', min: '0.95' }],
    serving: { replicas: 2, service: { type: 'ClusterIP' }, rollout: { rollbackWindowSeconds: 0 } },
  },
};
const SCORING = {
  apiVersion: 'stockout.dev/v1alpha1',
  kind: 'ScoringJob',
  metadata: { name: 'nightly' },
  spec: { modelRef: { name: 'retail' }, input: { lastDays: 30 } },
};

export interface Interludes {
  /** Done when a step was asked for, and before it has settled. @param step from 0 */
  amid?(step: number): Promise<void>;
  /** Done after each step. */
  between?(isLast: boolean): Promise<void>;
}

/** Lives through all of it. */
export async function tellStory(told: Told, { amid, between }: Interludes): Promise<void> {
  for (const [index, step] of STEPS.entries()) {
    await step.act(told);
    await amid?.(index);
    await settle(told, step);
    await between?.(step === STEPS.at(-1));
  }
}

/** @throws Error with what stands in the status when it does not settle */
async function settle(told: Told, { what, settled }: Step): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look(told);
    if (!(seen instanceof Error) && settled(seen.model, seen.job)) return;
    if (performance.now() > deadline) {
      const last =
        seen instanceof Error ? seen.message : JSON.stringify([seen.model.status, seen.job.status]);
      throw new Error(`${what}: not settled: ${last}`);
    }
    await delay(50);
  }
}

/** @returns an Error while the server is away */
async function look(told: Told): Promise<{ model: StockoutModel; job: ScoringJob } | Error> {
  try {
    const model = await told.client.get<StockoutModel>(pathOf(told, 'stockoutmodels', MODEL.metadata.name));
    const job = await told.client.get<ScoringJob>(pathOf(told, 'scoringjobs', SCORING.metadata.name));
    return { model, job };
  } catch (error) {
    if (isAway(error)) return error as Error;
    throw error;
  }
}

function change(told: Told, spec: object): Promise<void> {
  return edit(told, 'stockoutmodels', MODEL.metadata.name, { spec });
}

/** That version, for today's spec, and nothing is on its way. */
function serves(model: StockoutModel, version: string, replicas = 2): boolean {
  const { status, metadata } = model;
  const ready = conditionOf(model, 'Ready');
  return (
    status?.observedGeneration === metadata.generation &&
    status?.servingVersion === version &&
    ready?.status === 'True' &&
    ready.message.includes(`${replicas} of ${replicas} pods`) &&
    conditionOf(model, 'Reconciling') === undefined
  );
}

function hasScored({ status, metadata }: ScoringJob): boolean {
  return (
    status?.observedGeneration === metadata.generation &&
    status?.runs?.[0]?.state === 'Succeeded' &&
    status.runs[0].name.endsWith(`-${metadata.generation}`)
  );
}
