import { z } from 'zod';
import type { MlflowClient } from './rest-client.ts';

/** MLflow's limits for one call. */
const METRICS_PER_CALL = 1000;
const PARAMS_PER_CALL = 100;
const TAGS_PER_CALL = 100;
const MAX_PARAM = 6000;
const MAX_TAG = 5000;

/** By this tag a run is found again: one training is one run, however often it is told. */
const RUN_TAG = 'stockout.run';

const runSchema = z.object({
  info: z.object({ run_id: z.string(), artifact_uri: z.string(), status: z.string() }),
});
const runsSchema = z.object({ runs: z.array(runSchema).optional() });
const anything = z.object({});

export interface MlflowRun {
  id: string;
  artifactUri: string;
  /** All of it was told. */
  finished: boolean;
}

export interface MetricPoint {
  key: string;
  value: number;
  step: number;
}

export interface NewRun {
  experimentId: string;
  /** The training's own name. */
  run: string;
  name: string;
  startedAt: Date;
}

/** The run of a training, made if there is none. */
export async function ensureRun(client: MlflowClient, wanted: NewRun): Promise<MlflowRun> {
  const [found] = await findRuns(client, wanted);
  if (found !== undefined) return found;
  await client.call(
    'POST',
    'runs/create',
    {
      experiment_id: wanted.experimentId,
      run_name: wanted.name,
      start_time: wanted.startedAt.getTime(),
      tags: [{ key: RUN_TAG, value: tagOf(wanted.run) }],
    },
    z.object({ run: runSchema }),
  );
  // A try whose answer was lost, or another pod, may have made one too: all keep the first.
  const [first, ...others] = await findRuns(client, wanted);
  for (const { id } of others) await client.call('POST', 'runs/delete', { run_id: id }, anything);
  return first as MlflowRun;
}

/** Those of a training, in an order that is the same for all who ask. */
async function findRuns(client: MlflowClient, { experimentId, run }: NewRun): Promise<MlflowRun[]> {
  const filter = `tags.\`${RUN_TAG}\` = '${tagOf(run)}'`;
  const asked = { experiment_ids: [experimentId], filter, max_results: 100 };
  const { runs = [] } = await client.call('POST', 'runs/search', asked, runsSchema);
  return runs
    .map(({ info }) => ({
      id: info.run_id,
      artifactUri: info.artifact_uri,
      finished: info.status === 'FINISHED',
    }))
    .sort((a, b) => Number(b.finished) - Number(a.finished) || (a.id < b.id ? -1 : 1));
}

/** MLflow's filters know no escapes. */
function tagOf(run: string): string {
  return run.replaceAll(/['"`\\]/g, '_');
}

export interface RunFacts {
  params: Record<string, string>;
  tags: Record<string, string>;
  metrics: readonly MetricPoint[];
  /** Of every metric: told twice with the same time, it is one. Rounds follow one another by a millisecond each. */
  at: Date;
}

/** In as few calls as MLflow's limits allow. */
export async function logFacts(client: MlflowClient, runId: string, facts: RunFacts): Promise<void> {
  const start = facts.at.getTime();
  const metrics = facts.metrics.map((point) => ({ ...point, timestamp: start + point.step }));
  const params = pairs(facts.params, MAX_PARAM);
  const tags = pairs(facts.tags, MAX_TAG);
  const calls = Math.max(
    Math.ceil(metrics.length / METRICS_PER_CALL),
    Math.ceil(params.length / PARAMS_PER_CALL),
    Math.ceil(tags.length / TAGS_PER_CALL),
  );
  for (let call = 0; call < calls; call++) {
    const part = <T>(all: readonly T[], limit: number): T[] => all.slice(call * limit, (call + 1) * limit);
    await client.call(
      'POST',
      'runs/log-batch',
      {
        run_id: runId,
        metrics: part(metrics, METRICS_PER_CALL),
        params: part(params, PARAMS_PER_CALL),
        tags: part(tags, TAGS_PER_CALL),
      },
      anything,
    );
  }
}

/** @param endedAt undefined where it is not known any more */
export async function finishRun(
  client: MlflowClient,
  runId: string,
  endedAt: Date | undefined,
): Promise<void> {
  const end = endedAt && { end_time: endedAt.getTime() };
  await client.call('POST', 'runs/update', { run_id: runId, status: 'FINISHED', ...end }, anything);
}

/** The tables that a run has read, as its page shows them. */
export async function logDataset(
  client: MlflowClient,
  runId: string,
  dataset: { name: string; digest: string; source: object; profile: object },
): Promise<void> {
  const { name, digest, source, profile } = dataset;
  const entry = {
    dataset: {
      name,
      digest,
      source_type: 'delta_table',
      source: JSON.stringify(source),
      profile: JSON.stringify(profile),
    },
    tags: [{ key: 'mlflow.data.context', value: 'training' }],
  };
  await client.call('POST', 'runs/log-inputs', { run_id: runId, datasets: [entry] }, anything);
}

function pairs(record: Record<string, string>, limit: number): { key: string; value: string }[] {
  return Object.entries(record).map(([key, value]) => ({ key, value: value.slice(0, limit) }));
}
