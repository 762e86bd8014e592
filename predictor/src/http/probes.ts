import type { Runtime } from '../runtime.ts';
import { PROBLEM_TYPE, unavailable } from './problem.ts';

export interface ProbeAnswer {
  status: number;
  type: string;
  body: string;
  headers: Record<string, string>;
}

/** What the probes' paths answer, on the public and on the admin port. */
export const PROBES: Readonly<Record<string, (runtime: Runtime) => ProbeAnswer>> = {
  /** Alive as long as it answers: a version that cannot be served is not mended by a restart. */
  '/livez': () => ok({ status: 'ok' }),
  '/readyz': (runtime) => (runtime.lifecycle.ready ? ok({ status: 'ok' }) : notReady(runtime)),
  '/health': (runtime) => (runtime.lifecycle.ready ? ok(describe(runtime)) : notReady(runtime)),
};

function describe({ serving }: Runtime): object {
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

function ok(content: object): ProbeAnswer {
  return { status: 200, type: 'application/json', body: JSON.stringify(content), headers: {} };
}

function notReady({ lifecycle }: Runtime): ProbeAnswer {
  const problem = unavailable(`${lifecycle.phase}: ${lifecycle.reason}`, 5);
  const { status, headers } = problem;
  return { status, type: PROBLEM_TYPE, body: JSON.stringify(problem.toProblem()), headers };
}
