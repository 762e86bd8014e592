import type { RunResult } from '@stockout/contracts';
import { failureOf, type RunState } from './run-state.ts';

/** A Job and its pod are watched apart: the pod's last state may come a little later than the Job's. */
const RESULT_GRACE_MS = 10_000;

/** What a run has come to. */
export type RunOutcome<Kind extends RunResult['kind']> =
  | { is: 'running'; trouble: string | undefined }
  | { is: 'deleting' }
  /** It ended, and what its pod said has not been seen yet. */
  | { is: 'settling'; ms: number }
  /** It is done, but the pod is gone with its message: the same run, run again, prints its result again. */
  | { is: 'lost' }
  | { is: 'done'; result: Extract<RunResult, { kind: Kind }> }
  | { is: 'failed'; message: string };

export function outcomeOf<Kind extends RunResult['kind']>(
  state: RunState,
  kind: Kind,
  now: Date,
): RunOutcome<Kind> {
  if (state.phase === 'Running') return { is: 'running', trouble: state.trouble };
  if (state.phase === 'Deleting') return { is: 'deleting' };
  const ms = graceLeft(state, now);
  if (state.phase === 'Failed') {
    const settling = state.lastWords === undefined && ms > 0;
    return settling ? { is: 'settling', ms } : { is: 'failed', message: failureOf(state) };
  }
  const { result, run } = state;
  if (result === 'Pending') return ms > 0 ? { is: 'settling', ms } : { is: 'lost' };
  if (isOfKind(result, kind)) return { is: 'done', result };
  return { is: 'failed', message: `${run} left no result that the operator can read` };
}

function isOfKind<Kind extends RunResult['kind']>(
  result: RunState['result'],
  kind: Kind,
): result is Extract<RunResult, { kind: Kind }> {
  return typeof result === 'object' && result.kind === kind;
}

function graceLeft({ finishedAt }: RunState, now: Date): number {
  const finished = Date.parse(finishedAt ?? '');
  return Number.isNaN(finished) ? 0 : finished + RESULT_GRACE_MS - now.getTime();
}
