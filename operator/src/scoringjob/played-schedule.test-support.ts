import type { RunStatus, ScoringJob, ScoringJobSpec } from '@stockout/crds';
import type { Job, Pod } from '../api/kubernetes.ts';
import { runStateOf } from '../jobs/run-state.ts';
import { aScoringJob, SETTINGS } from '../testing/builders.ts';
import { podOf } from '../testing/fake-cluster.ts';
import { model } from './plan.test-support.ts';
import { planScoringJob } from './plan.ts';
import { scoringStatusOf } from './status.ts';

/** A job with a schedule, its plans played on nothing but Jobs and a clock that the test sets. */
export class PlayedSchedule {
  job: ScoringJob;
  now: Date;
  /** What was made, in order: a name stands there as often as its Job was made. */
  readonly made: string[] = [];
  readonly #jobs = new Map<string, Job>();
  readonly #pods = new Map<string, Pod>();

  /** Created at that time. */
  constructor(spec: Partial<ScoringJobSpec>, created: string) {
    this.now = new Date(created);
    this.job = aScoringJob(spec, { creationTimestamp: created });
  }

  get runs(): readonly RunStatus[] {
    return this.job.status?.runs ?? [];
  }

  /** Times of the runs that stand on record, newest first, each with its state: `0400 Running`. */
  get told(): string[] {
    return this.runs.map(({ name, state }) => `${/-\d{8}(\d{4})-/.exec(name)?.[1] ?? 'asked'} ${state}`);
  }

  get running(): string[] {
    return [...this.#jobs.values()].filter(isGoing).map(({ metadata }) => metadata.name);
  }

  /** The operator looks at that time, until there is nothing left to do. */
  at(time: string | Date): this {
    this.now = new Date(time);
    return this.settle();
  }

  settle(): this {
    for (let round = 0; round < 20; round++) if (!this.look()) return this;
    throw new Error(`the plans go round in circles: ${this.made.join(', ')}`);
  }

  /** One reconcile. @returns whether it changed anything */
  look(): boolean {
    const runs = [...this.#jobs].map(([name, job]) => {
      const pod = this.#pods.get(name);
      return runStateOf(job, pod === undefined ? [] : [pod]);
    });
    const observed = { job: this.job, model, runs, atWork: new Set(this.#podsAtWork()) };
    const plan = planScoringJob(observed, SETTINGS, this.now);
    for (const { verb, object } of plan.actions) {
      const { name } = object.metadata;
      if (verb === 'delete') this.#jobs.delete(name);
      else if (!this.#jobs.has(name)) this.#make(object as Job);
    }
    const status = scoringStatusOf(observed, plan, undefined, this.now);
    const changed = JSON.stringify(status) !== JSON.stringify(this.job.status);
    this.job = { ...this.job, status };
    return changed || plan.actions.length > 0;
  }

  /** The Job's pod ends, well or not. */
  end(name: string, exitCode = 0): this {
    const job = this.#jobs.get(name);
    if (job === undefined) throw new Error(`no Job ${name}`);
    const result = {
      kind: 'score',
      run: name,
      version: 'v2',
      rows: 1,
      atRisk: 0,
      tableVersion: 1,
      seconds: 1,
    };
    const failure = { kind: 'failure', exitCode, message: 'it broke' };
    this.#pods.set(name, podOf(job, exitCode, JSON.stringify(exitCode === 0 ? result : failure)));
    const type = exitCode === 0 ? 'Complete' : 'Failed';
    const condition = { type, status: 'True', lastTransitionTime: this.now.toISOString() };
    this.#jobs.set(name, { ...job, status: { conditions: [condition] } });
    return this;
  }

  argsOf(name: string): string[] {
    return this.#jobs.get(name)?.spec.template.spec.containers[0]?.args ?? [];
  }

  /** What is left of a deleted Job's pod is gone. */
  endPods(): this {
    for (const name of this.#pods.keys()) if (!this.#jobs.has(name)) this.#pods.delete(name);
    return this;
  }

  annotate(value: string): this {
    const annotations = { 'stockout.dev/run-requested-at': value };
    this.job = { ...this.job, metadata: { ...this.job.metadata, annotations } };
    return this.settle();
  }

  change(spec: Partial<ScoringJobSpec>): this {
    this.job = { ...this.job, spec: { ...this.job.spec, ...spec } };
    return this.settle();
  }

  #make(job: Job): void {
    const { name } = job.metadata;
    this.made.push(name);
    this.#jobs.set(name, job);
    this.#pods.set(name, { ...podOf(job, 0, ''), status: { phase: 'Running' } });
  }

  #podsAtWork(): string[] {
    return [...this.#pods].filter(([, { status }]) => status?.phase === 'Running').map(([name]) => name);
  }
}

function isGoing({ status }: Job): boolean {
  return status?.conditions === undefined;
}
