import type { Standing } from '../lifecycle.ts';

/** Where the whole stands, before what its processes say. */
export interface Progress {
  /** All processes were ready at one time. */
  complete: boolean;
  stopping: boolean;
}

/**
 * Where several processes stand together. At first all have to be ready; from then on one that is ready is enough, for
 * the others are started again meanwhile, and who is sent away by us finds nobody else where there is but one pod.
 */
export function standingTogether(processes: readonly Standing[], { complete, stopping }: Progress): Standing {
  if (stopping) return { phase: 'draining', reason: 'the predictor is shutting down' };
  const ready = processes.filter(({ phase }) => phase === 'ready');
  if (ready.length === processes.length || (complete && ready.length > 0))
    return { phase: 'ready', reason: '' };
  const others = processes.filter(({ phase }) => phase !== 'ready');
  return others.find(({ phase }) => phase === 'failed') ?? (others[0] as Standing);
}
