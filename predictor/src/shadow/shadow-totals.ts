import type { Manifest, ShadowReport, ShadowRequest } from '@stockout/contracts';
import { type ComparisonTotals, figuresOf, sumComparisons } from './comparison.ts';

/** How a comparison stands, in figures that several processes can add up. */
export interface ShadowTotals {
  request: ShadowRequest;
  /** Milliseconds since 1970. */
  since: number;
  replay: { taken: number; done: number };
  answering: boolean;
  comparison: ComparisonTotals;
}

/** @param request what was asked of them all; at least one of them compares */
export function sumShadows(all: readonly ShadowTotals[], request: ShadowRequest): ShadowTotals {
  return {
    request,
    since: Math.min(...all.map(({ since }) => since)),
    replay: {
      taken: all.reduce((sum, { replay }) => sum + replay.taken, 0),
      done: all.reduce((sum, { replay }) => sum + replay.done, 0),
    },
    answering: all.some(({ answering }) => answering),
    comparison: sumComparisons(all.map(({ comparison }) => comparison)),
  };
}

export function reportShadow(totals: ShadowTotals, manifest: Manifest): ShadowReport {
  const { request, since, replay, answering, comparison } = totals;
  const { namespace, model, version } = manifest;
  return {
    id: request.id,
    url: request.url,
    model: `${namespace}/${model}`,
    version,
    since: new Date(since).toISOString(),
    percent: request.percent,
    replay: { asked: request.replay, ...replay },
    answering,
    ...figuresOf(comparison),
  };
}
