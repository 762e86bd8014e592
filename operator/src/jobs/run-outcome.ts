import type { RunResult } from '@stockout/contracts';
import { foreignRunOf } from './foreign-result.ts';
import { failureOf, type RunState } from './run-state.ts';

/** A Job and its pod are watched apart: the pod's last state may come a little later than the Job's. */
const RESULT_GRACE_MS = 10_000;
/** A pod that does not come into sight for so long is gone with its result, or the list that was read is of old. */
const LOST_MS = 60_000;

/** What a run has come to. */
export type RunOutcome<Kind extends RunResult['kind']> =
  /** `but`: what stands in its way, or why the pod before failed. */
  | { is: 'running'; trouble: string | undefined; but: string }
  | { is: 'deleting' }
  /** It ended, and what its pod said has not been seen yet. */
  | { is: 'settling'; ms: number }
  /** It is done, but the pod is gone with its message: the same run, run again, prints its result again. */
  | { is: 'lost' }
  | { is: 'done'; result: Extract<RunResult, { kind: Kind }> }
  /** `isOfStorage`: the same may go well later. */
  | { is: 'failed'; message: string; isOfStorage: boolean };

export function outcomeOf<Kind extends RunResult['kind']>(
  state: RunState,
  kind: Kind,
  now: Date,
): RunOutcome<Kind> {
  if (state.phase === 'Running') return { is: 'running', trouble: state.trouble, but: hindranceOf(state) };
  if (state.phase === 'Deleting') return { is: 'deleting' };
  if (state.phase === 'Failed') {
    const ms = graceLeft(state, now, RESULT_GRACE_MS);
    const settling = state.lastWords === undefined && ms > 0;
    return settling
      ? { is: 'settling', ms }
      : { is: 'failed', message: failureOf(state), isOfStorage: state.isOfStorage };
  }
  if (state.result !== 'Pending') return judgeResult(state, state.result, kind);
  const ms = graceLeft(state, now, LOST_MS);
  return ms > 0 ? { is: 'settling', ms } : { is: 'lost' };
}

function judgeResult<Kind extends RunResult['kind']>(
  state: RunState,
  result: Exclude<RunState['result'], 'Pending'>,
  kind: Kind,
): RunOutcome<Kind> {
  const failed = (words: string) => ({
    is: 'failed' as const,
    message: `${state.run} left ${words}`,
    isOfStorage: false,
  });
  if (result.kind === 'unreadable') return failed(`no result that the operator can read: ${result.why}`);
  if (!isOfKind(result, kind)) return failed(`a result of the kind ${result.kind}, not ${kind}`);
  const foreign = foreignRunOf(state, result);
  return foreign === undefined
    ? { is: 'done', result }
    : failed(`the result of another run, ${foreign}, of which nothing goes on record`);
}

/** Empty where there is none. */
function hindranceOf({ trouble, lastWords }: RunState): string {
  if (trouble !== undefined) return `, but its pod does not start: ${trouble}`;
  return lastWords === undefined ? '' : `, after a pod of it failed: ${lastWords}`;
}

function isOfKind<Kind extends RunResult['kind']>(
  result: RunResult,
  kind: Kind,
): result is Extract<RunResult, { kind: Kind }> {
  return result.kind === kind;
}

function graceLeft({ finishedAt }: RunState, now: Date, grace: number): number {
  const finished = Date.parse(finishedAt ?? '');
  return Number.isNaN(finished) ? 0 : finished + grace - now.getTime();
}
