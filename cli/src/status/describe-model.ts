import { CONDITION } from '@stockout/operator/outlook';
import { instant, duration } from '../print/duration.ts';
import { drawTree, type Tree } from '../print/tree.ts';
import type { ColorReport } from './colors.ts';
import { versionBranches } from './describe-versions.ts';
import type { Matter } from './matters.ts';
import type { ModelReport } from './report.ts';
import type { ScoringReport } from './scoring.ts';

/** A model as a tree for a terminal. */
export function describeModel(report: ModelReport, now: Date): string {
  const { namespace, name, ready, reason, message, todo, status } = report;
  const state = ready ? 'Ready' : `not Ready, ${reason}`;
  return drawTree({
    text: `${namespace}/${name}: ${state}: ${message}`,
    branches: [
      ...(todo === undefined ? [] : [{ text: `to do: ${todo}` }]),
      ...group('now', report.now.map(matterTree)),
      ...nextBranches(report, now),
      ...(status.endpoint === undefined ? [] : [{ text: `endpoint ${status.endpoint}` }]),
      ...group('versions', versionBranches(report, now)),
      ...group('pods', report.colors.map(colorTree)),
      ...group(
        'jobs',
        report.jobs.map((job) => jobTree(job, now)),
      ),
      ...group(
        'scoring',
        report.scoringJobs.map((job) => scoringTree(job, now)),
      ),
      ...report.hidden.map((kind) => ({ text: `you may not read ${kind} here: they are not shown` })),
    ],
  }).join('\n');
}

/** While something goes on, or is yet to be seen, what comes after it may be nobody's to foresee. */
function nextBranches({ next, status, isBehind, hidden }: ModelReport, now: Date): Tree[] {
  const isAtWork = status.conditions?.some(({ type }) => type === CONDITION.reconciling);
  if (next.length === 0 && hidden.length > 0) return [{ text: 'next: not known' }];
  if (next.length === 0 && !isAtWork && !isBehind) return [{ text: 'next: nothing by itself' }];
  return group(
    'next',
    next.map(({ at, what }) => ({ text: `${instant(new Date(at), now)}: ${what}` })),
  );
}

/** What holds nothing is left out. */
function group(text: string, branches: readonly Tree[]): Tree[] {
  return branches.length === 0 ? [] : [{ text, branches }];
}

function matterTree({ reason, message, todo }: Matter): Tree {
  return { text: `${reason}: ${message}`, branches: todo === undefined ? [] : [{ text: `to do: ${todo}` }] };
}

function colorTree({ color, version, serves, givenUp, replicas, pods }: ColorReport): Tree {
  const ready = pods.filter((pod) => pod.ready).length;
  const count = replicas === 0 && pods.length === 0 ? 'no pods' : `${ready} of ${replicas} ready`;
  const role = serves ? ', serves' : '';
  const fate = givenUp === undefined ? '' : ', given up';
  return {
    text: `${color}: ${version}${role}${fate}, ${count}`,
    branches: pods.map((pod) => {
      const own = pod.version === version ? '' : `${pod.version}, `;
      const state = pod.ready ? 'ready' : 'not ready';
      const restarts = pod.restarts === 1 ? '1 restart' : `${pod.restarts} restarts`;
      return { text: `${pod.name}: ${own}${state}, ${restarts}${pod.trouble ? `: ${pod.trouble}` : ''}` };
    }),
  };
}

function jobTree({ name, startedAt }: ModelReport['jobs'][number], now: Date): Tree {
  const since =
    startedAt === undefined
      ? 'waits to start'
      : `runs, for ${duration(now.getTime() - Date.parse(startedAt))}`;
  return { text: `${name}: ${since}` };
}

function scoringTree({ name, ready, reason, message, lastRun, nextRunTime }: ScoringReport, now: Date): Tree {
  const { startedAt, finishedAt } = lastRun ?? {};
  const last = finishedAt ?? startedAt;
  const branches = [
    ...(last === undefined
      ? []
      : [{ text: `last ${finishedAt ? 'run' : 'begun'} ${instant(new Date(last), now)}` }]),
    ...(nextRunTime === undefined || message.includes(nextRunTime)
      ? []
      : [{ text: `next run ${instant(new Date(nextRunTime), now)}` }]),
  ];
  return { text: `${name}: ${ready ? '' : `not Ready, `}${reason}: ${message}`, branches };
}
