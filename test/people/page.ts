import type { Condition, StockoutModel } from '@stockout/crds';
import { describeModel } from '../../cli/src/status/describe-model.ts';
import { reportOf } from '../../cli/src/status/report.ts';
import { sightOf } from '../../cli/src/status/sight.ts';
import { printedRow } from './printed-row.ts';
import { rolloutStatus } from './rollout-status.ts';
import { nightly } from './nightly.ts';
import type { ToldCluster, ToldEvent } from './told-cluster.ts';

/** What each command says at one moment. */
export interface Page {
  get: string;
  conditions: string[];
  events: string[];
  wait: string;
  /** Of each Deployment, by its name. */
  rollouts: ReadonlyMap<string, string>;
  status: string;
}

/** @param since how many Events were told on the pages before */
export function pageOf(cluster: ToldCluster, since: number): Page {
  const { model, now } = cluster;
  return {
    get: printedRow(model),
    conditions: (model.status?.conditions ?? []).map(conditionLine),
    events: cluster.events.slice(since).map(eventLine),
    wait: waited(model),
    rollouts: rolloutsOf(cluster),
    status: statusOf(cluster, now),
  };
}

/** As a person reads it. */
export function printPage(title: string, { get, conditions, events, wait, rollouts, status }: Page): string {
  return [
    `##### ${title}`,
    `$ kubectl get som\n${get}`,
    `$ kubectl wait som/retail --for=condition=Ready --timeout=0\n${wait}`,
    ...Array.from(
      rollouts,
      ([name, said]) => `$ kubectl rollout status deployment/${name} --watch=false\n${said}`,
    ),
    `$ kubectl describe som retail\nConditions:\n${lines(conditions)}\nEvents, since the page before:\n${lines(events)}`,
    `$ stockout status retail\n${status}`,
  ].join('\n\n');
}

function lines(texts: readonly string[]): string {
  return texts.length === 0 ? '  <none>' : texts.map((text) => `  ${text}`).join('\n');
}

export function conditionLine({
  type,
  status,
  reason,
  message,
}: Omit<Condition, 'lastTransitionTime'>): string {
  return `${type}=${status} ${reason}: ${message}`;
}

export function eventLine({ type, reason, message }: Pick<ToldEvent, 'type' | 'reason' | 'message'>): string {
  return `${type} ${reason}: ${message}`;
}

/** What kubectl 1.35 says, whose word test/api has. */
function waited({ metadata, status }: StockoutModel): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const isCurrent = (ready?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return ready?.status === 'True' && isCurrent
    ? `stockoutmodel.stockout.dev/${metadata.name} condition met`
    : `error: condition not met for stockoutmodels/${metadata.name}`;
}

function rolloutsOf({ stores }: ToldCluster): Map<string, string> {
  const deployments = [...stores.deployments.values()];
  return new Map(deployments.map((each) => [each.metadata.name, rolloutStatus(each)] as const).toSorted());
}

function statusOf(cluster: ToldCluster, now: Date): string {
  const { pods, deployments, services, jobs } = cluster.stores;
  const sight = sightOf(cluster.model, {
    scoringJobs: [nightly(cluster.model, now)],
    pods: [...pods.values()],
    deployments: [...deployments.values()],
    services: [...services.values()],
    jobs: [...jobs.values()],
    hidden: [],
  });
  return describeModel(reportOf(sight, now), now);
}
