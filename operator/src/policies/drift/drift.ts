import { isDeepStrictEqual } from 'node:util';
import type { Condition } from '@stockout/crds';
import type { Action } from '../../actions.ts';
import type { Verdict } from '../../conditions.ts';
import type { QuestionOf } from '../../predictors/question.ts';
import type { DriftMark } from '../../resources/drift-mark.ts';
import { buildMarkedRecord, type VersionRecord } from '../../resources/version-record.ts';
import { championOf, type ObservedModel, servingOf } from '../../stockoutmodel/observed.ts';
import { type AskedPredictor, driftQuestions, seeDrift } from './drift-seen.ts';
import { driftVerdict, unknown } from './drift-verdict.ts';
import { boundOf, nextMark } from './next-mark.ts';
import { retrainingTime } from './retraining.ts';

export interface DriftPlan {
  /** Of the condition DriftDetected; undefined where it is not asked for. */
  verdict: Verdict | Condition | undefined;
  actions: Action[];
  questions: readonly QuestionOf<'drift'>[];
  /** When it last asked for a training; undefined where it asks for none. */
  retrainAt?: string | undefined;
}

/** Whether what serves is asked about other rows than it learned from; since when stands on the record of its version. */
export function planDrift(observed: ObservedModel, now: Date): DriftPlan {
  const { drift } = observed.model.spec.monitoring ?? {};
  if (drift === undefined) return { verdict: undefined, actions: unmark(observed, undefined), questions: [] };
  const serving = servingOf(observed) ?? withoutPods(observed);
  if (serving === undefined) return { verdict: unknown('nothing serves yet'), actions: [], questions: [] };
  const questions = driftQuestions(serving);
  const others = unmark(observed, serving.version);
  const record = observed.versions.find(({ version }) => version === serving.version);
  if (record === undefined) {
    return { verdict: unknown(`${serving.version} is not on record`), actions: others, questions };
  }
  const threshold = Number(drift.psiThreshold);
  const seen = seeDrift(observed, serving, boundOf(threshold, record.drift), now);
  const mark = nextMark(record.drift, seen, now);
  return {
    verdict: driftVerdict(observed.model, serving.version, seen, mark),
    actions: [...others, ...markRecord(observed, record, mark, whyOf(record, mark))],
    questions,
    // It is asked for as long as the condition tells of drift: while nobody can tell, a training that failed stays failed.
    retrainAt: seen.is === 'alike' ? undefined : retrainingTime(observed.model, record.drift, now),
  };
}

/** What serves though someone deleted its Deployment: what was found of it stays found until that is there again. */
function withoutPods(observed: ObservedModel): AskedPredictor | undefined {
  const version = championOf(observed);
  return version === undefined ? undefined : { version, pods: [] };
}

function markRecord(
  { model }: ObservedModel,
  record: VersionRecord,
  mark: DriftMark | undefined,
  why: string,
): Action[] {
  if (isDeepStrictEqual(mark, record.drift)) return [];
  const object = buildMarkedRecord(model, { ...record, drift: mark });
  return [{ verb: 'apply', object, onto: record.resourceVersion, why }];
}

function whyOf({ version }: VersionRecord, mark: DriftMark | undefined): string {
  if (mark === undefined) return `${version} is asked about rows like those that it learned from, or too few`;
  const what = mark.found === undefined ? 'may be asked' : 'is asked';
  return `${version} ${what} about other rows than it learned from: ${mark.figures}`;
}

/** A version that is not asked: what it was asked once says nothing of today. @param serving the one that is */
function unmark(observed: ObservedModel, serving: string | undefined): Action[] {
  return observed.versions
    .filter(({ version }) => version !== serving)
    .flatMap((record) =>
      markRecord(observed, record, undefined, `${record.version} is not asked about any rows any more`),
    );
}
