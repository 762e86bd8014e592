import type { Runtime } from '../runtime.ts';
import { PROBES } from './probes.ts';
import type { OpenRoute } from './scoring-route.ts';

const UNSTORED = ['Cache-Control', 'no-store'];

/** The probes on the public port. Ahead of the pages: a load balancer that asks every second needs no Express for it. */
export function probeRoutes(runtime: Runtime): OpenRoute[] {
  return Object.entries(PROBES).map(([path, probe]) => ({
    paths: [path],
    method: 'GET',
    open: true,
    anyQuery: true,
    answer: (exchange) => exchange.send('application/json', JSON.stringify(probe(runtime)), UNSTORED),
  }));
}
