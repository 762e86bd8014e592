import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { aModel, aTrainResult, GOOD, POOR } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import type { ObservedModel } from './observed.ts';

/** @param past what was observed before each step so far */
type Step = (cluster: FakeCluster, past: readonly ObservedModel[]) => void;

function edit(change: Parameters<FakeCluster['edit']>[1]): Step {
  return (cluster) => cluster.edit('an edit', change);
}

function finishTraining(metrics: typeof GOOD): Step {
  return (cluster) => {
    const job = [...cluster.stores.jobs.values()].find(({ status }) => status === undefined);
    if (job === undefined) return;
    const done = cluster.log.filter((line) => line.endsWith(' is done')).length + 1;
    const champion =
      cluster.serving === undefined ? {} : { champion: { version: cluster.serving, metrics: GOOD } };
    const run = job.metadata.name;
    cluster.finishJob(job, aTrainResult(`v${done}`, { run, metrics, ...champion }));
  };
}

function whenThere(cluster: FakeCluster, color: string, what: 'bringUp' | 'stall'): void {
  const name = `retail-${color}`;
  if (cluster.stores.deployments.get(`shop/${name}`) !== undefined) cluster[what](name);
}

const AUTOSCALING = { minReplicas: 2, maxReplicas: 9, targetCPUUtilizationPercentage: 70 };

/** What an autoscaler does to the Deployment that it is pointed at, if it is still there. */
function autoscale(cluster: FakeCluster, replicas: number): void {
  const [autoscaler] = cluster.stores.autoscalers.values();
  const name = autoscaler?.spec.scaleTargetRef.name;
  if (cluster.stores.deployments.get(`shop/${name}`) !== undefined) cluster.autoscale(name ?? '', replicas);
}

/** The cache of one kind is behind by some steps. */
function seeOld(what: 'service' | 'predictors' | 'runs' | 'versions', by: number): Step {
  return (cluster, past) => {
    const old = past.at(-by);
    if (old !== undefined) cluster.stepSeeing({ [what]: old[what] });
  };
}

const settle: Step = (cluster) => void cluster.settle();
const bringUp =
  (color: string): Step =>
  (cluster) =>
    whenThere(cluster, color, 'bringUp');
/** Where every story begins: v1 serves, blue. */
const SERVED: readonly Step[] = [settle, finishTraining(GOOD), settle, bringUp('blue'), settle];

/** What people, kubelets and controllers may do, and an operator that dies or sees what is old, in any order. */
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 1, max: 3 }).map((n) => edit((spec) => (spec.training!.params.rounds = n * 100))),
  fc.integer({ min: 1, max: 3 }).map((n) => edit((spec) => (spec.serving.replicas = n))),
  fc
    .constantFrom('1Gi', '2Gi')
    .map((memory) => edit((spec) => (spec.serving.resources = { limits: { memory } }))),
  fc
    .constantFrom('BlueGreen' as const, 'RollingUpdate' as const)
    .map((strategy) => edit((spec) => (spec.serving.rollout.strategy = strategy))),
  fc
    .constantFrom(undefined, AUTOSCALING)
    .map((autoscaling) => edit((spec) => Object.assign(spec.serving, { autoscaling }))),
  fc.integer({ min: 2, max: 9 }).map((n) => (cluster: FakeCluster) => autoscale(cluster, n)),
  fc.constantFrom('v1', 'v2', 'v9').map((pin) => edit((spec) => (spec.promotion.version = pin))),
  fc.constant(edit((spec) => delete spec.promotion.version)),
  fc.constantFrom(GOOD, POOR).map((metrics) => finishTraining(metrics)),
  fc.constantFrom('blue', 'green').map(bringUp),
  fc
    .constantFrom('blue', 'green')
    .map((color) => (cluster: FakeCluster) => whenThere(cluster, color, 'stall')),
  fc.constant((cluster: FakeCluster) => cluster.pass(601)),
  fc.integer({ min: 0, max: 3 }).map((limit) => (cluster: FakeCluster) => void cluster.step(limit)),
  fc
    .tuple(
      fc.constantFrom('service' as const, 'predictors' as const, 'runs' as const, 'versions' as const),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([what, by]) => seeOld(what, by)),
  fc.constant(settle),
);

/** Whoever gets the traffic has pods. */
function expectServed(cluster: FakeCluster): void {
  const color = cluster.stores.services.get('shop/retail')?.spec.selector['stockout.dev/color'] ?? 'none';
  if (color === 'none') return;
  const deployment = cluster.stores.deployments.get(`shop/retail-${color}`);
  expect(deployment?.spec.replicas, cluster.log.slice(-30).join('\n')).toBeGreaterThan(0);
}

test('in whatever order things happen, traffic goes to pods, and the plans come to rest', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 10, maxLength: 60 }), (story) => {
      const cluster = new FakeCluster(aModel({ serving: { service: { type: 'ClusterIP' } } }));
      const past: ObservedModel[] = [];
      for (const step of [...SERVED, ...story]) {
        const seen = cluster.observe();
        step(cluster, past);
        past.push(seen);
        expectServed(cluster);
      }
      cluster.settle();
      expectServed(cluster);
      expect(cluster.model.status?.conditions?.map(({ type }) => type)).toContain('Ready');
    }),
    { numRuns: 200 },
  );
});
