import { requireManifest } from '@stockout/pipeline';
import { expect, test } from 'vitest';
import type { PipelineContext } from '../../../pipeline/src/context.ts';
import { register } from '../../../pipeline/src/tracking/register.ts';
import { train } from '../../../pipeline/src/train/train.ts';
import { Listening } from './mlflow-server.ts';
import { ask, trackedModel, type World } from './world.ts';

interface Run {
  info: { run_id: string; status: string; run_name: string; end_time?: number };
  data: Record<'params' | 'metrics' | 'tags', { key: string; value: string }[]>;
  inputs: { dataset_inputs?: { dataset: { name: string; digest: string } }[] };
}
interface ModelVersion {
  version: string;
  run_id: string;
  tags: { key: string; value: string }[];
}
interface Scores {
  pyfunc: number[];
  shuffled: number[];
  booster: number[];
  margins: number[];
  signature: string[];
  refused: string | null;
}

export function describeTracking(world: () => World): void {
  test('a training is one run with all a data scientist looks for, and one registered version, however often it is told', async () => {
    await using context = await trackedModel(world(), 'told');
    const { uri } = world().server;
    const { mlflow: tracked } = await train(context, { run: 'told-train-1' });
    expect(tracked).toMatchObject({ passed: true, modelVersion: '1' });
    const run = await runOf(uri, tracked?.runId);
    expect(run.info).toMatchObject({ status: 'FINISHED', run_name: 'told v1' });
    expect(valueOf(run.data.params, 'max_depth')).toBe('3');
    expect(Number(valueOf(run.data.metrics, 'auc'))).toBeGreaterThan(0.9);
    expect(valueOf(run.data.tags, 'stockout.gate.auc.min')).toMatch(/^passed: auc 0\.\d+ is at least 0\.95$/);
    expect(valueOf(run.data.tags, 'mlflow.source.git.commit')).toMatch(/^[0-9a-f]{40}$/);
    expect(run.inputs.dataset_inputs?.map(({ dataset }) => [dataset.name, dataset.digest])).toEqual([
      ['raw', 'version 0'],
    ]);
    const curve = await ask<{ metrics: { step: number }[] }>(
      uri,
      `metrics/get-history?run_id=${tracked?.runId}&metric_key=test/logloss`,
    );
    expect(curve.metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await artifactNames(uri, tracked?.runId)).toEqual([
      'confusion_matrix.json', 'confusion_matrix.svg', 'importance.json', 'importance.svg', 'manifest.json', 'model', 'report.html',
    ]); // prettier-ignore

    expect((await train(context, { run: 'told-train-1' })).mlflow).toEqual(tracked);
    await register(context, { versions: ['v1'], aliases: { champion: 'v1' } });
    expect(await runsOf(uri, 'told')).toHaveLength(1);
    expect((await versionsOf(uri, 'told')).map(({ version }) => version)).toEqual(['1']);
    expect(await aliasesOf(uri, 'told')).toEqual({ champion: '1' });
  });

  test('a run that was begun and never finished is gone on with', async () => {
    await using context = await trackedModel(world(), 'begun');
    const { uri } = world().server;
    const { experiment_id } = await ask<{ experiment_id: string }>(uri, 'experiments/create', {
      name: 'begun',
    });
    const tags = [{ key: 'stockout.run', value: 'begun-train-1' }];
    await ask(uri, 'runs/create', { experiment_id, start_time: 1, tags });
    await train(context, { run: 'begun-train-1' });
    const [run, ...others] = await runsOf(uri, 'begun');
    expect([run?.info.status, others.length]).toEqual(['FINISHED', 0]);
  });

  test('two pods that tell of the same version at once leave one run and one registered version', async () => {
    await using context = await trackedModel(world(), 'raced');
    const untracked = {
      ...context,
      model: { ...context.model, spec: { ...context.model.spec, tracking: {} } },
    };
    await train(untracked, { run: 'raced-train-1' });
    const both = () => register(context, { versions: ['v1'], aliases: {} });
    await Promise.allSettled([both(), both()]);
    // Whoever lost tries again, as its Job would.
    const { versions: told } = await both();
    const { uri } = world().server;
    expect((await runsOf(uri, 'raced')).map(({ info }) => info.run_id)).toEqual([told[0]?.runId]);
    expect((await versionsOf(uri, 'raced')).map(({ run_id }) => run_id)).toEqual([told[0]?.runId]);
  });

  test('aliases follow what they are told, and verdicts follow the gates of the day', async () => {
    await using context = await trackedModel(world(), 'moved');
    const { uri } = world().server;
    await train(context, { run: 'moved-1' });
    await train(context, { run: 'moved-2' });
    await register(context, { versions: [], aliases: { champion: 'v1', challenger: 'v2' } });
    expect(await aliasesOf(uri, 'moved')).toEqual({ champion: '1', challenger: '2' });
    context.model.spec.gates = [{ metric: 'auc', min: '1.5' }];
    await register(context, { versions: ['v1'], aliases: { champion: 'v2', challenger: null } });
    expect(await aliasesOf(uri, 'moved')).toEqual({ champion: '2' });
    const [, first] = (await versionsOf(uri, 'moved')).toSorted(
      (a, b) => Number(b.version) - Number(a.version),
    );
    expect(valueOf(first?.tags ?? [], 'stockout.gates')).toBe('failed');
    expect(valueOf((await runOf(uri, first?.run_id)).data.tags, 'stockout.gates')).toBe('failed');
  });

  test('Python loads each version by its alias and gives our predictions within 1e-7, calibrated ones too', async () => {
    const { python, server } = world();
    const asked: Record<string, (number | null)[][]> = {};
    for (const calibration of ['None', 'Platt', 'Isotonic'] as const) {
      const name = `read-${calibration.toLowerCase()}`;
      const split = { strategy: 'Time', testDays: 14, testFraction: '0.25' } as const;
      await using context = await trackedModel(world(), name, { training: { calibration, split } });
      await train(context, { run: name });
      await register(context, { versions: [], aliases: { champion: 'v1' } });
      const manifest = await manifestOf(context);
      asked[name] = manifest.golden.map(({ features }) => features);
      const uri = `models:/${name}@champion`;
      const columns = manifest.features.map((feature) => feature.name);
      const input = { uris: [uri], columns, rows: asked[name] };
      const { [uri]: scores } = await python.ask<Record<string, Scores>>('read_back.py', input, {
        MLFLOW_TRACKING_URI: server.uri,
      });
      const golden = manifest.golden;
      expect(
        furthest(
          scores?.pyfunc,
          golden.map(({ score }) => score),
        ),
      ).toBeLessThanOrEqual(1e-7);
      expect(
        furthest(
          scores?.shuffled,
          golden.map(({ score }) => score),
        ),
      ).toBeLessThanOrEqual(1e-7);
      expect(
        furthest(
          scores?.margins,
          golden.map(({ margin }) => margin),
        ),
      ).toBeLessThanOrEqual(1e-6);
      const raw = golden.map(({ margin }) => 1 / (1 + Math.exp(-margin)));
      expect(furthest(scores?.booster, raw)).toBeLessThanOrEqual(1e-7);
      expect(scores?.signature).toEqual(columns);
      expect(scores?.refused).toContain(columns[0]);
    }
  }, 240_000);

  test('`mlflow models serve` scores a calibrated version by the example that lies beside it', async () => {
    const { python, server } = world();
    await using context = await trackedModel(world(), 'served', {
      training: { calibration: 'Platt', split: { strategy: 'Time', testDays: 14, testFraction: '0.25' } },
    });
    await train(context, { run: 'served-1' });
    await register(context, { versions: [], aliases: { champion: 'v1' } });
    const { golden, features } = await manifestOf(context);
    const scorer = await Listening.scorer(python, server.uri, 'models:/served@champion');
    try {
      const columns = features.map(({ name }) => name);
      const rows = golden.filter((row) => !row.features.includes(null));
      const body = JSON.stringify({ dataframe_split: { columns, data: rows.map((row) => row.features) } });
      const answer = await fetch(`${scorer.uri}/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const { predictions } = (await answer.json()) as { predictions: number[] };
      expect(rows.length).toBeGreaterThan(10);
      expect(
        furthest(
          predictions,
          rows.map(({ score }) => score),
        ),
      ).toBeLessThanOrEqual(1e-7);
    } finally {
      await scorer.stop();
    }
  }, 240_000);
}

function manifestOf({ storage, model }: PipelineContext) {
  return requireManifest(
    storage as NonNullable<typeof storage>,
    model.metadata.namespace,
    model.metadata.name,
    'v1',
  );
}

/** The greatest distance between two lists of the same length. */
function furthest(found: readonly number[] | undefined, wanted: readonly number[]): number {
  if (found?.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] as number))));
}

function valueOf(pairs: readonly { key: string; value: string }[], key: string): string | undefined {
  return pairs.find((pair) => pair.key === key)?.value;
}

async function runOf(uri: string, id: string | undefined): Promise<Run> {
  return (await ask<{ run: Run }>(uri, `runs/get?run_id=${id}`)).run;
}

/** Those that nobody has deleted. */
async function runsOf(uri: string, experiment: string): Promise<Run[]> {
  const found = await ask<{ experiment: { experiment_id: string } }>(
    uri,
    `experiments/get-by-name?experiment_name=${experiment}`,
  );
  const { runs = [] } = await ask<{ runs?: Run[] }>(uri, 'runs/search', {
    experiment_ids: [found.experiment.experiment_id],
  });
  return runs;
}

async function versionsOf(uri: string, name: string): Promise<ModelVersion[]> {
  const filter = encodeURIComponent(`name='${name}'`);
  const { model_versions = [] } = await ask<{ model_versions?: ModelVersion[] }>(
    uri,
    `model-versions/search?filter=${filter}`,
  );
  return model_versions;
}

async function aliasesOf(uri: string, name: string): Promise<Record<string, string>> {
  const found = await ask<{ registered_model: { aliases?: { alias: string; version: string }[] } }>(
    uri,
    `registered-models/get?name=${name}`,
  );
  const aliases = found.registered_model.aliases ?? [];
  return Object.fromEntries(aliases.map(({ alias, version }) => [alias, version]));
}

async function artifactNames(uri: string, run: string | undefined): Promise<string[]> {
  const { files } = await ask<{ files: { path: string }[] }>(uri, `artifacts/list?run_id=${run}`);
  return files.map(({ path }) => path).sort();
}
