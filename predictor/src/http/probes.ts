import type { Manifest } from '@stockout/contracts';
import type { Standing } from '../lifecycle.ts';
import { unavailable } from './problem.ts';

/** What a probe asks about: one process, or several that serve together. */
export interface Probed {
  readonly lifecycle: Standing;
  readonly serving: { readonly model: { readonly manifest: Manifest } } | undefined;
}

/**
 * What the probes' paths answer, on the public and on the admin port.
 * @throws {ProblemError} 503, which says why
 */
export const PROBES: Readonly<Record<string, (probed: Probed) => object>> = {
  /** Alive as long as it answers: a version that cannot be served is not mended by a restart. */
  '/livez': () => ({ status: 'ok' }),
  '/readyz': (probed) => {
    expectReady(probed);
    return { status: 'ok' };
  },
  '/health': (probed) => {
    expectReady(probed);
    return describe(probed);
  },
};

function expectReady({ lifecycle: { phase, reason } }: Probed): void {
  if (phase !== 'ready') throw unavailable(`${phase}: ${reason}`, 5);
}

function describe({ serving }: Probed): object {
  const manifest = serving?.model.manifest;
  return {
    status: 'ok',
    model: `${manifest?.namespace}/${manifest?.model}`,
    version: manifest?.version,
    digest: manifest?.digest,
    trainedAt: manifest?.trainedAt,
    threshold: manifest?.threshold.value,
    horizonDays: manifest?.horizonDays,
  };
}
