import { expect } from 'vitest';
import type { Job } from '../api/kubernetes.ts';
import { ANNOTATION } from '../resources/names.ts';
import type { FakeCluster } from '../testing/fake-cluster.ts';
import { aDriftCount } from '../testing/played-answers.ts';
import type { ModelPlan } from './plan.ts';

const LASTING_MS = 600_000;

/** What pods may say: like the training, moved, too few rows, nothing yet, no answer for long. */
export const DRIFTS = {
  'rows are alike': aDriftCount(),
  'rows have moved': aDriftCount({ price: [100, 900, 0] }),
  'rows are few': aDriftCount({}, 10),
  'pods are asked': undefined,
  'pods do not answer': new Error('it answered 500'),
} as const;

/** What is promised of drift, whatever else happens: found only after it has lasted, retrained only when found. */
export class DriftStory {
  readonly #cluster: FakeCluster;
  /** Since when nobody has seen rows that are alike, of the version that serves. */
  #moved: { version: string; since: number } | undefined;
  /** Jobs that were made before, by name. */
  #known = new Set<string>();

  constructor(cluster: FakeCluster) {
    this.#cluster = cluster;
  }

  forget(): void {
    this.#moved = undefined;
    this.#known = new Set();
  }

  /** The operator has looked: whom it asked told it what all pods tell. */
  look({ drift }: ModelPlan): void {
    const { answers, model, now } = this.#cluster;
    const version = drift?.questions[0]?.request.version;
    if (model.spec.monitoring?.drift === undefined) this.#moved = undefined;
    if (version === undefined) return;
    if (version !== this.#moved?.version || answers.drift === DRIFTS['rows are alike'])
      this.#moved = undefined;
    if (answers.drift === DRIFTS['rows have moved']) this.#moved ??= { version, since: now.getTime() };
  }

  expectTold(story: string): void {
    const { model } = this.#cluster;
    const { drift } = model.spec.monitoring ?? {};
    const condition = this.#cluster.condition('DriftDetected');
    expect(condition === undefined, `told where it is asked for\n${story}`).toBe(drift === undefined);
    const isFound = condition?.status === 'True';
    if (isFound && !this.#isPaused) this.#expectLasted(condition.message, story);
    const asked = this.#newJobs();
    const isWanted = isFound && drift?.retrain && !model.spec.training?.suspend;
    if (asked.length > 0) expect(isWanted, `trained for drift\n${story}`).toBe(true);
    for (const job of asked) expect(job.spec.template.spec.containers[0]?.args).toContain('--unless-data-of');
  }

  #expectLasted(message: string, story: string): void {
    const { version, since = Infinity } = this.#moved ?? {};
    expect(this.#cluster.now.getTime() - since, `it lasted\n${story}`).toBeGreaterThanOrEqual(LASTING_MS);
    expect(message).toMatch(new RegExp(`^${version} `));
  }

  /** Of trainings that no edit asked for. */
  #newJobs(): Job[] {
    const jobs = [...this.#cluster.stores.jobs.values()].filter(
      ({ metadata }) => metadata.annotations?.[ANNOTATION.scheduledFor] !== undefined,
    );
    const found = jobs.filter(({ metadata }) => !this.#known.has(metadata.name));
    for (const { metadata } of found) this.#known.add(metadata.name);
    return found;
  }

  get #isPaused(): boolean {
    return this.#cluster.model.metadata.annotations?.[ANNOTATION.paused] === 'true';
  }
}
