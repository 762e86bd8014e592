import { StockoutError } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type { ListrTask } from 'listr2';
import type { Local } from '../local.ts';
import { count } from '../print/table.ts';
import { reporter } from '../progress.ts';
import { predictSample } from './request.ts';
import type { Scene } from './scene.ts';
import {
  applyHopelessCandidate,
  applyModel,
  applyScoringJob,
  awaitModel,
  awaitScoring,
  condition,
  ingestSample,
  pinVersion,
  type Story,
} from './story.ts';

/** What the demo has learned so far, and tells in the end. */
export interface DemoFacts {
  stream: NodeJS.WriteStream;
  signal: AbortSignal;
  local?: Local;
  story?: Story;
  endpoint?: string;
  versions?: NonNullable<StockoutModel['status']>['versions'];
  predictions?: { run: string; version: string; rows: number; atRisk: number; tableVersion: number }[];
}

type Task = ListrTask<DemoFacts>;

/** Steps 1 to 4: data in, a gated model serving, predictions in a table. */
export const servingTasks = (scene: Scene): Task[] => [
  {
    title: `Ingest ${scene.data} into the raw Delta table`,
    task: async (facts, task) => {
      const { rows, rejected } = await ingestSample(begun(facts), facts.signal, reporter(task, facts.stream));
      task.title = `Ingested ${count(rows)} rows, ${count(rejected)} rejected`;
    },
  },
  {
    title: 'Apply the StockoutModel: train, judge the gates, serve',
    task: async (facts, task) => {
      const story = begun(facts);
      await applyModel(story);
      const tell = reporter(task, facts.stream);
      const model = await awaitModel(story, (step) => tell({ step: inOneLine(step) }), isServing('v1'));
      const [version] = model.status?.versions ?? [];
      facts.endpoint = model.status?.endpoint;
      task.title = `v1 passed its gates (AUC ${version?.metrics?.auc}, F1 ${version?.metrics?.f1}) and serves, 2 replicas`;
    },
  },
  {
    title: 'POST /predict',
    task: async (facts, task) => {
      const { stockout_risk_score: score, stockout_risk_label: label } = await predictSample(
        begun(facts),
        endpointOf(facts),
      );
      task.title = `POST /predict answers a risk of ${score.toFixed(4)}, label ${label}; 401 without the key`;
    },
  },
  {
    title: 'Apply the ScoringJob: the last 30 days of every store and product',
    task: async (facts, task) => {
      await scoreTo(facts, 'nightly', task);
    },
  },
];

/** Steps 5 and 6: a candidate is refused, a version is pinned, scores again. */
export const candidateTasks: Task[] = [
  {
    title: 'Train a candidate that cannot pass: 1 round of depth 1, gate auc >= 0.999',
    task: async (facts, task) => {
      const story = begun(facts);
      await applyHopelessCandidate(story);
      const tell = reporter(task, facts.stream);
      const refused = await awaitModel(story, (step) => tell({ step: inOneLine(step) }), hasRefused('v2'));
      if (refused.status?.servingVersion !== 'v1') throw new StockoutError('v1 does not serve any more');
      await predictSample(story, endpointOf(facts));
      task.title = condition(refused, 'GatesPassed')?.message ?? 'v2 is refused';
    },
  },
  {
    title: 'Pin v1 in the manifest, as a GitOps controller would, and score again',
    task: async (facts, task) => {
      const story = begun(facts);
      await pinVersion(story, 'v1');
      const tell = reporter(task, facts.stream);
      const model = await awaitModel(story, (step) => tell({ step: inOneLine(step) }), isServing('v1'));
      facts.versions = model.status?.versions;
      await scoreTo(facts, 'pinned', task, 'v1');
      task.title = `v1 is pinned and serves; ${task.title}`;
    },
  },
];

async function scoreTo(
  facts: DemoFacts,
  name: string,
  task: { title?: string; output: string },
  version?: string,
) {
  const story = begun(facts);
  await applyScoringJob(story, name, version);
  const { run } = await awaitScoring(story, name);
  const { rows = 0, atRisk = 0, tableVersion = 0, version: by = '' } = run;
  (facts.predictions ??= []).push({ run: run.name, version: by, rows, atRisk, tableVersion });
  task.title = `${count(rows)} predictions by ${by}, ${count(atRisk)} at risk`;
}

function isServing(version: string) {
  return (model: StockoutModel): boolean =>
    model.status?.servingVersion === version && condition(model, 'Ready')?.status === 'True';
}

function hasRefused(version: string) {
  return (model: StockoutModel): boolean =>
    model.status?.latestVersion === version && condition(model, 'GatesPassed')?.status === 'False';
}

/** @throws Error before the first task is done */
export function begun(facts: DemoFacts): Story {
  if (facts.story === undefined) throw new Error('the story has not begun');
  return facts.story;
}

function endpointOf(facts: DemoFacts): string {
  if (facts.endpoint === undefined)
    throw new StockoutError('the model serves, yet its status names no endpoint');
  return facts.endpoint;
}

/** Of 80 columns, the mark before it included: what a model waits for may be told at length. */
function inOneLine(step: string): string {
  return step.length <= 78 ? step : `${step.slice(0, 77)}…`;
}
