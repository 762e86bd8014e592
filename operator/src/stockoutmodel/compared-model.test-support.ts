import type { EvaluateResult } from '@stockout/contracts';
import { expect } from 'vitest';
import type { Job } from '../api/kubernetes.ts';
import { aModel, aTrainResult, GOOD } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';

export const RELATIVE = { metric: 'auc', maxDropFromServing: '0.005' } as const;
const GATES = [{ metric: 'auc' as const, min: '0.95' }, RELATIVE];
const SERVING = { service: { type: 'ClusterIP' as const }, rollout: { rollbackWindowSeconds: 0 } };

type Changes = Parameters<typeof aTrainResult>[1];

/** A model whose gates ask how a version does beside the one that serves; a person says what serves. */
export class ComparedModel extends FakeCluster {
  constructor() {
    super(aModel({ gates: GATES, serving: SERVING, promotion: { policy: 'Manual' } }));
    this.settle();
  }

  train(version: string, changes: Changes = {}): void {
    this.finishJob(this.runningJob('retail-train'), aTrainResult(version, changes));
    this.settle();
  }

  /** Other rounds than any before: another version. */
  ask(version: string): void {
    const rounds = 10 * Number(version.slice(1));
    this.edit(`${version} is asked for`, (spec) => (spec.training!.params.rounds = rounds));
    this.settle();
  }

  trainNext(version: string, changes: Changes = {}): void {
    this.ask(version);
    this.train(version, changes);
  }

  pin(version: string | undefined): void {
    this.edit(`${version ?? 'nothing'} is pinned`, (spec) => {
      delete spec.promotion.version;
      if (version !== undefined) spec.promotion.version = version;
    });
    this.settle();
  }

  automatic(): void {
    this.edit('what passes is promoted by itself', (spec) => {
      delete spec.promotion.version;
      spec.promotion.policy = 'Automatic';
    });
    this.settle();
  }

  /** Whoever comes up is up. */
  bringAllUp(): void {
    for (const color of ['blue', 'green']) {
      const name = `retail-${color}`;
      if (this.stores.deployments.get(`shop/${name}`) !== undefined) this.bringUp(name);
    }
    this.settle();
  }

  /** v1 serves, v2 was trained while v1 did, and v3 while v1 did: now v2 serves. */
  v3MissedV2(changes: Changes = {}): void {
    this.train('v1');
    this.pin('v1');
    this.bringAllUp();
    this.trainNext('v2', { champion: { version: 'v1', metrics: GOOD } });
    this.trainNext('v3', { champion: { version: 'v1', metrics: GOOD }, ...changes });
    this.pin('v2');
    this.bringAllUp();
    expect(this.serving).toBe('v2');
  }

  running(): Job {
    return this.runningJob('retail-evaluate');
  }

  evaluateJobs(): string[] {
    const names = [...this.stores.jobs.values()].map(({ metadata }) => metadata.name);
    return names.filter((name) => name.includes('evaluate'));
  }

  records(): string[] {
    const names = [...this.stores.configMaps.values()].map(({ metadata }) => metadata.name);
    return names.filter((name) => /^retail-v\d+-against/.test(name));
  }

  failures(): string[] {
    return this.observe().comparisonFailures.map(({ run }) => run);
  }

  failForGood(): void {
    this.finishJob(this.running(), { kind: 'failure', exitCode: 2, message: 'no such file' });
    this.settle();
  }

  /** As Kubernetes does with the Jobs that ended. */
  forgetComparisons(): void {
    const { jobs } = this.stores;
    const ended = [...jobs.values()].filter(({ metadata }) => metadata.name.includes('evaluate'));
    for (const job of ended) jobs.delete(job);
  }

  told(type: string): string | undefined {
    const condition = this.condition(type);
    return condition && `${condition.status} ${condition.reason}: ${condition.message}`;
  }
}

/** What a comparison found. */
export function compared(version: string, champion: string, ours = GOOD, theirs = GOOD): EvaluateResult {
  return { kind: 'evaluate', version, metrics: ours, champion: { version: champion, metrics: theirs } };
}
