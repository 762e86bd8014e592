import { isDeepStrictEqual } from 'node:util';
import type { Action } from '../../actions.ts';
import { isFalse, isTrue, REASON, type Verdict } from '../../conditions.ts';
import { outcomeOf } from '../../jobs/run-outcome.ts';
import { rerunLost, type RunState } from '../../jobs/run-state.ts';
import { modelOfManifest } from '../../resources/manifest-file.ts';
import {
  buildRecoverJob,
  RECOVER_RETRY_SECONDS,
  recoverRunName,
  type Sought,
} from '../../resources/recover-job.ts';
import { buildRecoveryRecord } from '../../resources/recovery-record.ts';
import { buildVersionRecord } from '../../resources/version-record.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';
import { addFound, knownOfStorage, soughtOf } from './recovery-state.ts';

export interface RecoveryPlan {
  /** Of the condition that tells of it; undefined where nothing was lost. */
  verdict: Verdict | undefined;
  /** It is under way. */
  busy: boolean;
  /** So it is, but a pod of it does not get going, or failed: the verdict says why. */
  isHeldUp?: boolean;
  actions: Action[];
  requeueAfterMs?: number;
}

interface Context {
  observed: ObservedModel;
  now: Date;
  image: string;
}

/**
 * What to do so that versions are on record again which storage holds and the cluster has lost. A Job reads them, as the
 * operator has no key to any storage.
 */
export function planRecovery(observed: ObservedModel, input: { now: Date; image: string }): RecoveryPlan {
  const context = { observed, ...input };
  return recordEnded(context) ?? awaitRunning(context) ?? seek(context) ?? told(context);
}

/** Newer than what is known, and of today's storage; a first training may have found versions instead of making one. */
function recordEnded({ observed, now }: Context): RecoveryPlan | undefined {
  const known = knownOfStorage(observed);
  for (const state of [...observed.recoveryRuns, ...observed.runs]) {
    const outcome = outcomeOf(state, 'recover', now);
    const { finishedAt = '' } = state;
    if (outcome.is !== 'done' || finishedAt <= (known?.finishedAt ?? '')) continue;
    if (storageOf(state) !== observed.model.spec.storage.uri) continue;
    const { record, results } = addFound(observed, outcome.result, finishedAt);
    const onto = observed.recovery?.resourceVersion;
    const object = buildRecoveryRecord(observed.model, record);
    const records = results.map((result): Action => {
      const version = buildVersionRecord(observed.model, result, record.storage);
      return { verb: 'create', object: version, why: `${result.version} was found in storage` };
    });
    // Last: what is known was put on record.
    const why = 'storage was looked through';
    return busy(`${state.run} is done, what it found goes on record`, [
      ...records,
      { verb: 'apply', object, onto, why },
    ]);
  }
  return undefined;
}

function storageOf({ job }: RunState): string {
  return modelOfManifest(job.spec.template).spec.storage.uri;
}

function awaitRunning({ observed, now }: Context): RecoveryPlan | undefined {
  const sought = soughtOf(observed);
  for (const state of observed.recoveryRuns) {
    const outcome = outcomeOf(state, 'recover', now);
    if (outcome.is === 'deleting') return busy(`${state.run} ends`, []);
    if (outcome.is === 'settling') return { ...busy(`${state.run} ended`, []), requeueAfterMs: outcome.ms };
    if (outcome.is !== 'running') continue;
    const isWanted = sought !== undefined && state.run === recoverRunName(observed.model, sought);
    if (outcome.trouble === undefined || isWanted)
      return {
        ...busy(`${state.run} looks for versions in storage${outcome.but}`, []),
        isHeldUp: outcome.but !== '',
      };
    const why = 'its pod does not start, and something else is sought by now';
    return busy(`${state.run} ends`, [{ verb: 'delete', object: state.job, why }]);
  }
  return undefined;
}

function seek(context: Context): RecoveryPlan | undefined {
  const { observed, image } = context;
  const sought = soughtOf(observed);
  if (sought === undefined) return undefined;
  const { model } = observed;
  const run = recoverRunName(model, sought);
  const what = describe(sought);
  const failure = failureOf(context);
  if (failure !== undefined) return failed(failure);
  const state = observed.recoveryRuns.find((each) => each.run === run);
  if (state === undefined) {
    const object = buildRecoverJob(model, sought, image);
    return busy(`${run} starts: it looks in storage for ${what}`, [
      { verb: 'create', object, why: `looks in storage for ${what}` },
    ]);
  }
  if (state.result !== 'Pending') return failed(`${run} said nothing of ${what}`);
  return busy(`${run} is run again, its result was lost`, [rerunLost(state)]);
}

/** Of a Job that could not read today's storage, whatever it sought there. */
function failureOf({ observed, now }: Context): string | undefined {
  const { storage } = observed.model.spec;
  for (const state of observed.recoveryRuns) {
    const outcome = outcomeOf(state, 'recover', now);
    if (outcome.is !== 'failed') continue;
    if (isDeepStrictEqual(modelOfManifest(state.job.spec.template).spec.storage, storage))
      return outcome.message;
  }
  return undefined;
}

function failed(message: string): RecoveryPlan {
  const again = `it is tried again ${RECOVER_RETRY_SECONDS} s after it ended, or once the Job is deleted`;
  return { verdict: isFalse(REASON.recoveryFailed, `${message} (${again})`), busy: false, actions: [] };
}

function describe({ versions, newest }: Sought): string {
  const others = versions.length === 0 ? `the newest ${newest} versions` : `${newest} more`;
  return [...versions, ...(newest === 0 ? [] : [others])].join(', ');
}

function told({ observed }: Context): RecoveryPlan {
  const nothing: RecoveryPlan = { verdict: undefined, busy: false, actions: [] };
  const known = knownOfStorage(observed);
  if (known === undefined) return nothing;
  const recovered =
    known.recovered.length === 0
      ? []
      : [
          `${known.recovered.join(', ')} ${were(known.recovered)} found in ${known.storage} and put on record again`,
        ];
  const skipped = Object.entries(known.passedOver).map(([name, why]) => `${name} is passed over: ${why}`);
  const words = [...recovered, ...skipped].join('; ');
  if (words === '') return nothing;
  const reason = skipped.length === 0 ? REASON.recovered : REASON.recoveredInPart;
  return { ...nothing, verdict: isTrue(reason, words) };
}

function were(names: readonly string[]): string {
  return names.length === 1 ? 'was' : 'were';
}

function busy(message: string, actions: Action[]): RecoveryPlan {
  return { verdict: isFalse(REASON.recovering, message), busy: true, actions };
}
