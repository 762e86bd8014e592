import type { Runtime } from '../runtime.ts';
import { unavailable } from './problem.ts';
import type { OpenRoute } from './scoring-route.ts';

/** The release of MLflow whose scoring protocol this is, and whose client it is tested with. */
const MLFLOW_VERSION = '3.17.2';

/** What MLflow's clients ask a scoring server before they use it. */
export function mlflowProbes({ lifecycle }: Runtime): OpenRoute[] {
  return [
    {
      paths: ['/ping'],
      method: 'GET',
      open: true,
      answer: (exchange) => {
        if (!lifecycle.ready) throw unavailable(`${lifecycle.phase}: ${lifecycle.reason}`, 5);
        exchange.json('{"status":"ok"}');
      },
    },
    {
      paths: ['/version'],
      method: 'GET',
      open: true,
      answer: (exchange) => exchange.send('text/plain', MLFLOW_VERSION),
    },
  ];
}
