import { digestOfTarget, type TrackingRecord } from '@stockout/contracts';
import type { Action } from '../../actions.ts';
import { isFalse, isTrue, REASON, type Verdict } from '../../conditions.ts';
import { outcomeOf } from '../../jobs/run-outcome.ts';
import { rerunLost, type RunState } from '../../jobs/run-state.ts';
import { modelOfManifest } from '../../resources/manifest-file.ts';
import {
  buildRegisterJob,
  registerRunName,
  RETRY_SECONDS,
  type Untold,
} from '../../resources/register-job.ts';
import { buildTrackingRecord } from '../../resources/tracking-record.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';
import { type AliasTargets, isNothing, knownOf, recordResult, untoldOf } from './tracking-state.ts';

export interface TrackingPlan {
  verdict: Verdict;
  actions: Action[];
  requeueAfterMs?: number;
  /** What MLflow shows, for the status. */
  known: TrackingRecord;
}

interface Context {
  observed: ObservedModel;
  known: TrackingRecord;
  untold: Untold;
  now: Date;
  image: string;
}

/**
 * What to do so that MLflow shows what Kubernetes has decided. One Job at a time: of two, an older one could move an
 * alias back. A Job that failed is the record of it, and once its time to live is over it is made again.
 * @returns undefined where no MLflow is asked for
 */
export function planTracking(
  observed: ObservedModel,
  wanted: AliasTargets,
  input: { now: Date; image: string },
): TrackingPlan | undefined {
  if (observed.model.spec.tracking?.mlflow === undefined) return undefined;
  const known = knownOf(observed);
  const context = { observed, known, untold: untoldOf(observed, known, wanted), ...input };
  const plan = recordEnded(context) ?? awaitRunning(context) ?? told(context) ?? tell(context);
  return { ...plan, known };
}

type Step = Omit<TrackingPlan, 'known'>;

/** Newer than what is on record, and of the server that is asked for today. */
function recordEnded({ observed, known, now }: Context): Step | undefined {
  for (const state of observed.trackingRuns) {
    const outcome = outcomeOf(state, 'register', now);
    const { finishedAt = '' } = state;
    if (outcome.is !== 'done' || finishedAt <= known.finishedAt || targetOf(state) !== known.target) continue;
    const record = recordResult(observed, known, outcome.result, finishedAt);
    const object = buildTrackingRecord(observed.model, record);
    const onto = observed.tracking?.resourceVersion;
    return tracking(`${state.run} is done, it goes on record`, [
      { verb: 'apply', object, onto, why: 'MLflow was told' },
    ]);
  }
  return undefined;
}

function targetOf({ job }: RunState): string | undefined {
  const { mlflow } = modelOfManifest(job.spec.template).spec.tracking ?? {};
  return mlflow && digestOfTarget(mlflow);
}

function awaitRunning(context: Context): Step | undefined {
  const { observed, untold, now } = context;
  for (const state of observed.trackingRuns) {
    const outcome = outcomeOf(state, 'register', now);
    if (outcome.is === 'deleting') return tracking(`${state.run} ends`, []);
    if (outcome.is === 'settling')
      return { ...tracking(`${state.run} ended`, []), requeueAfterMs: outcome.ms };
    if (outcome.is !== 'running') continue;
    const isWanted = state.run === registerRunName(observed.model, untold);
    if (outcome.trouble === undefined || isWanted) return follow(state.run, outcome.but);
    const why = 'its pod does not start, and the spec asks for another by now';
    return tracking(`${state.run} is run otherwise`, [{ verb: 'delete', object: state.job, why }]);
  }
  return undefined;
}

function follow(run: string, but: string): Step {
  return tracking(`${run} tells MLflow${but}`, []);
}

function told({ observed, known, untold }: Context): Step | undefined {
  if (!isNothing(untold)) return undefined;
  const { mlflow } = observed.model.spec.tracking ?? {};
  const [latest] = observed.versions;
  if (latest === undefined) return tracking('there is no version yet', []);
  const { runId } = known.versions[latest.version] ?? {};
  const aliases = Object.entries(known.aliases).flatMap(([alias, version]) =>
    version === null ? [] : [`${alias} is ${version}`],
  );
  const skipped = Object.entries(known.skipped).map(([version, why]) => `${version} is passed over: ${why}`);
  const shown = runId === undefined ? [] : [`${latest.version} is run ${runId}`];
  const words = [...shown, ...aliases, ...skipped].join('; ');
  return {
    verdict: isTrue(REASON.tracked, `${mlflow?.trackingUri} shows what is decided: ${words}`),
    actions: [],
  };
}

/** What is told is the same as before only after a Job that failed, or whose result was lost. */
function tell(context: Context): Step {
  const { observed, untold, now, image } = context;
  const { model } = observed;
  const run = registerRunName(model, untold);
  const state = observed.trackingRuns.find((each) => each.run === run);
  const what = describe(untold);
  if (state === undefined) {
    const object = buildRegisterJob(model, untold, image);
    return tracking(`${run} starts: ${what}`, [{ verb: 'create', object, why: `tells MLflow: ${what}` }]);
  }
  const outcome = outcomeOf(state, 'register', now);
  if (outcome.is !== 'failed')
    return tracking(`${run} is run again, its result was lost`, [rerunLost(state)]);
  const again = `it is tried again ${RETRY_SECONDS} s after it failed, or once the Job is deleted`;
  return { verdict: isFalse(REASON.trackingFailed, `${outcome.message} (${again})`), actions: [] };
}

function describe({ versions, aliases }: Untold): string {
  const moved = Object.entries(aliases).map(([alias, version]) => `${alias} is ${version ?? 'nothing'}`);
  return [...versions, ...moved].join(', ');
}

function tracking(message: string, actions: Action[]): Step {
  return { verdict: isFalse(REASON.tracking, message), actions };
}
