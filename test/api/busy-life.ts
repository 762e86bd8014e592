import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { buildRemovalJob } from '../../operator/src/resources/removal-job.ts';
import { until } from '../conformance/until.ts';
import { conditionOf, edit, isThere, pathOf, type Told } from '../faults/told.ts';

export const MODEL = 'retail';
const SCORING = 'nightly';
const SECONDS = 60;

interface Step {
  what: string;
  act(told: Told): Promise<unknown>;
  settled(told: Told): Promise<boolean>;
}

/**
 * The life of one model that takes every right of the operator: it makes, changes and deletes each kind that it has a
 * verb for, finds a name that is taken, loses a record, and goes with its versions.
 */
const STEPS: readonly Step[] = [
  {
    what: 'a model is applied, and a scoring job',
    act: async (told) => {
      await told.client.post(pathOf(told, 'stockoutmodels'), MODEL_OBJECT);
      await told.client.post(pathOf(told, 'scoringjobs'), SCORING_OBJECT);
    },
    settled: async (told) => (await serves(told, 'v1')) && (await hasScored(told)),
  },
  {
    what: 'a better one is asked for, and as many pods as are needed',
    act: (told) =>
      change(told, { training: rounds(200), serving: { autoscaling: { minReplicas: 2, maxReplicas: 4 } } }),
    settled: async (told) => await serves(told, 'v2'),
  },
  {
    what: 'another one is asked for, beyond what is kept of old ones',
    act: (told) => change(told, { training: rounds(300) }),
    settled: async (told) => (await serves(told, 'v3')) && !(await isThere(told, recordOf(told, 'v1'))),
  },
  {
    what: 'one pod is enough',
    act: (told) => change(told, { serving: { replicas: 1, autoscaling: null } }),
    settled: async (told) =>
      !(await isThere(told, `/apis/policy/v1/namespaces/${told.namespace}/poddisruptionbudgets/${MODEL}`)) &&
      !(await isThere(
        told,
        `/apis/autoscaling/v2/namespaces/${told.namespace}/horizontalpodautoscalers/${MODEL}`,
      )),
  },
  {
    what: 'the record of what serves is deleted by hand',
    act: (told) => told.client.delete(recordOf(told, 'v3')),
    settled: async (told) =>
      (await isThere(told, recordOf(told, 'v3'))) &&
      conditionOf(await modelOf(told), 'Recovered')?.status === 'True',
  },
  {
    what: 'a training that finds no node is taken back',
    act: async (told) => {
      await change(told, { training: { ...rounds(400), nodeSelector: { none: 'such' } } });
      await until(
        'it waits',
        async () => conditionOf(await modelOf(told), 'Trained')?.reason === 'Training',
        SECONDS,
      );
      await change(told, { training: { ...rounds(300), nodeSelector: null } });
    },
    settled: async (told) => conditionOf(await modelOf(told), 'Trained')?.status === 'True',
  },
  {
    what: 'the model is deleted, while somebody has a Job of the name that it takes',
    act: async (told) => {
      const jobs = `/apis/batch/v1/namespaces/${told.namespace}/jobs`;
      const { metadata, spec, ...kind } = buildRemovalJob(await modelOf(told), 'any');
      const { name } = metadata;
      await told.client.post(jobs, { ...kind, metadata: { name }, spec: { ...spec, suspend: true } });
      await told.client.delete(pathOf(told, 'stockoutmodels', MODEL));
      await until(
        'it says so',
        async () => conditionOf(await modelOf(told), 'Ready')?.reason === 'NameTaken',
        SECONDS,
      );
      await told.client.delete(`${jobs}/${name}`);
    },
    settled: async (told) => !(await isThere(told, pathOf(told, 'stockoutmodels', MODEL))),
  },
];

/** Lives through all of it. @throws Error that names the step which does not settle, and what the model says then */
export async function liveBusily(told: Told): Promise<void> {
  for (const { what, act, settled } of STEPS) {
    await act(told);
    const says = (): Promise<string> => modelOf(told).then(({ status }) => JSON.stringify(status), String);
    await until(what, () => settled(told), SECONDS, says);
  }
}

const SCORING_OBJECT = {
  apiVersion: 'stockout.dev/v1alpha1',
  kind: 'ScoringJob',
  metadata: { name: SCORING },
  spec: { modelRef: { name: MODEL }, input: { lastDays: 30 } },
};
const MODEL_OBJECT = {
  apiVersion: 'stockout.dev/v1alpha1',
  kind: 'StockoutModel',
  metadata: { name: MODEL },
  spec: {
    storage: { uri: 'abfss://c@account.dfs.core.windows.net/p', secretRef: { name: 'stockout-storage' } },
    training: rounds(100),
    gates: [{ metric: 'auc', min: '0.95' }],
    serving: { replicas: 2, service: { type: 'ClusterIP' }, rollout: { rollbackWindowSeconds: 0 } },
    versionHistoryLimit: 1,
    deletionPolicy: 'Delete',
  },
};

function rounds(count: number): object {
  return { params: { rounds: count } };
}

function change(told: Told, spec: object): Promise<void> {
  return edit(told, 'stockoutmodels', MODEL, { spec });
}

function modelOf(told: Told): Promise<StockoutModel> {
  return told.client.get(pathOf(told, 'stockoutmodels', MODEL));
}

async function serves(told: Told, version: string): Promise<boolean> {
  const model = await modelOf(told);
  return (
    model.status?.servingVersion === version &&
    conditionOf(model, 'Ready')?.status === 'True' &&
    conditionOf(model, 'Reconciling') === undefined
  );
}

async function hasScored(told: Told): Promise<boolean> {
  const job = await told.client.get<ScoringJob>(pathOf(told, 'scoringjobs', SCORING));
  return job.status?.runs?.[0]?.state === 'Succeeded';
}

function recordOf({ namespace }: Told, version: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps/${MODEL}-${version}`;
}
