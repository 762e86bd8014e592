import type { VersionStatus } from '@stockout/crds';
import { duration } from '../print/duration.ts';
import type { Tree } from '../print/tree.ts';
import type { ModelReport } from './report.ts';

/** A line a version, newest first, in columns; below it the gates that it does not pass, and why else it was refused. */
export function versionBranches({ status, pinned }: ModelReport, now: Date): Tree[] {
  const versions = status.versions ?? [];
  const width = Math.max(...versions.map(({ state }) => state.length));
  return versions.map((version) => {
    const { name, state, trainedAt } = version;
    const age = trainedAt === undefined ? '' : `, ${duration(now.getTime() - Date.parse(trainedAt))} old`;
    const marks = marksOf(name, status, pinned).map((mark) => `, ${mark}`);
    const metrics = metricsOf(version);
    const text = `${name.padEnd(4)} ${state.padEnd(width)}  ${metrics}${gatesOf(version)}${age}${marks.join('')}`;
    return { text, branches: whyRefused(version).map((message) => ({ text: message })) };
  });
}

function marksOf(
  name: string,
  { servingVersion, candidateVersion }: ModelReport['status'],
  pinned: string | undefined,
): string[] {
  return [
    ...(name === servingVersion ? ['serves'] : []),
    ...(name === candidateVersion ? ['on its way'] : []),
    ...(name === pinned ? ['pinned'] : []),
  ];
}

function metricsOf({ metrics = {} }: VersionStatus): string {
  return `AUC ${rounded(metrics.auc)} F1 ${rounded(metrics.f1)}`;
}

function rounded(metric: string | undefined): string {
  return metric === undefined ? '-' : Number(metric).toFixed(4);
}

function gatesOf({ gates = [] }: VersionStatus): string {
  return `, gates ${gates.filter(({ passed }) => passed).length}/${gates.length}`;
}

function whyRefused({ gates = [], message }: VersionStatus): string[] {
  const failed = gates
    .filter(({ passed }) => !passed)
    .map(({ metric, message: text }) => text ?? `${metric} fails its gate`);
  return message === undefined ? failed : [...failed, message];
}
