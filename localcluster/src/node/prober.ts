import { setTimeout as delay } from 'node:timers/promises';
import { probeOnce, type ProbeSpec, type ProbeTarget } from './probe.ts';

export interface Probing {
  /** The startup probe has passed, or there is none. */
  started: () => void;
  ready: (ready: boolean) => void;
  /** A startup or liveness probe failed too often: the container is to be restarted. */
  failed: (kind: 'Liveness' | 'Startup') => void;
  unhealthy: (message: string) => void;
}

/** Probes a running container until the signal: the startup probe first, then liveness and readiness. */
export async function probe(target: ProbeTarget, probing: Probing, signal: AbortSignal): Promise<void> {
  const { startupProbe, livenessProbe, readinessProbe } = target.container;
  if (startupProbe && !(await passes('Startup', startupProbe, target, probing, signal))) return;
  if (signal.aborted) return;
  probing.started();
  if (!readinessProbe) probing.ready(true);
  await Promise.all([
    readinessProbe &&
      repeat('Readiness', readinessProbe, target, probing, signal, (ok) => {
        probing.ready(ok);
        return true;
      }),
    livenessProbe &&
      repeat('Liveness', livenessProbe, target, probing, signal, (ok) => {
        if (!ok) probing.failed('Liveness');
        return ok;
      }),
  ]);
}

async function passes(
  kind: 'Startup',
  spec: ProbeSpec,
  target: ProbeTarget,
  probing: Probing,
  signal: AbortSignal,
): Promise<boolean> {
  let passed = false;
  await repeat(kind, spec, target, probing, signal, (ok) => {
    passed = ok;
    if (!ok) probing.failed(kind);
    return false;
  });
  return passed;
}

/**
 * Asks again and again; `judged` hears when the thresholds are crossed, and says whether to go on.
 * The first question comes after initialDelaySeconds.
 */
async function repeat(
  kind: string,
  spec: ProbeSpec,
  target: ProbeTarget,
  { unhealthy }: Probing,
  signal: AbortSignal,
  judged: (ok: boolean) => boolean,
): Promise<void> {
  const { initialDelaySeconds = 0, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = spec;
  let run = 0;
  let last: boolean | undefined;
  for (let wait = initialDelaySeconds; await slept(wait, signal); wait = periodSeconds) {
    const failure = await probeOnce(spec, target, signal);
    if (signal.aborted) return;
    const ok = failure === undefined;
    if (!ok) unhealthy(`${kind} probe failed: ${failure}`);
    run = ok === last ? run + 1 : 1;
    last = ok;
    if (run === (ok ? successThreshold : failureThreshold) && !judged(ok)) return;
  }
}

async function slept(seconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  await delay(seconds * 1000, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}
