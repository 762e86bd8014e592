import type { Pod } from '../../localcluster/src/types.ts';
import { LABEL } from '../../operator/src/resources/names.ts';
import { aTrainResult, GOOD } from '../../operator/src/testing/builders.ts';
import type { Ending, PlayedWork } from './played-node.ts';
import { PlayedStorage } from './played-storage.ts';

const EXIT_KILLED = 137;

/** How the training of a model ends, by the model's name; undefined: it never does. */
export const ENDINGS = {
  'out-of-memory': () => ({ exitCode: EXIT_KILLED, reason: 'OOMKilled', message: '' }),
  hangs: () => undefined,
  // As the kubelet tells it: without the condition of a disruption, so that it counts as a failure.
  'too-much-disk': () => ({
    exitCode: EXIT_KILLED,
    reason: 'Error',
    message: '',
    pod: {
      reason: 'Evicted',
      message: 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ',
    },
  }),
  mute: () => well(''),
  'of-another': () => well(resultOf('other-train-0123456789')),
  'not-a-number': (run: string) => well(resultOf(run).replace(String(GOOD.auc), 'NaN')),
  'without-metrics': (run: string) => well(resultOf(run).replace(`"auc":${GOOD.auc},`, '')),
} satisfies Record<string, (run: string) => Ending | undefined>;

const EVICTED: Ending = {
  exitCode: EXIT_KILLED,
  reason: 'Error',
  message: '',
  pod: {
    reason: 'Evicted',
    message: 'The node was low on resource: memory.',
    conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' }],
  },
};

/** Pods that come to another end than they should. */
export class TroubledWork implements PlayedWork {
  readonly #storages = new Map<string, PlayedStorage>();
  /** By uid: the same pod may be looked at twice. */
  readonly #pods = new Map<string, Set<string>>();

  /** How many pods of a model's Jobs there were. */
  podsOf(model: string): number {
    return this.#pods.get(model)?.size ?? 0;
  }

  endingOf(pod: Pod): Ending | undefined {
    const model = modelOf(pod);
    const run = pod.metadata.labels?.[LABEL.run] ?? '';
    const pods = this.#pods.get(model) ?? new Set();
    this.#pods.set(model, pods.add(pod.metadata.uid));
    if (isTroubled(model)) return ENDINGS[model](run);
    if (model === 'evicted' && [...pods][0] === pod.metadata.uid) return EVICTED;
    if (model === 'unmeasured') return well(resultOf(run, null));
    const storage = this.#storages.get(model) ?? new PlayedStorage();
    this.#storages.set(model, storage);
    return storage.endingOf(pod);
  }

  crashOf(pod: Pod): string | undefined {
    const isCandidate = pod.metadata.labels?.[LABEL.version] === 'v2';
    return modelOf(pod) === 'crashes' && isCandidate ? 'OOMKilled' : undefined;
  }
}

function modelOf({ metadata }: Pod): string {
  return metadata.labels?.[LABEL.model] ?? '';
}

function isTroubled(model: string): model is keyof typeof ENDINGS {
  return Object.hasOwn(ENDINGS, model);
}

function well(message: string): Ending {
  return { exitCode: 0, reason: 'Completed', message };
}

/** Of a first version. */
function resultOf(run: string, auc: number | null = GOOD.auc): string {
  return JSON.stringify(aTrainResult('v1', { run, metrics: { ...GOOD, auc } }));
}
