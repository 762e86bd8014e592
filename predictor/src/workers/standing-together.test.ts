import { expect, it } from 'vitest';
import type { Phase, Standing } from '../lifecycle.ts';
import { standingTogether } from './standing-together.ts';

const at = (phase: Phase): Standing => ({ phase, reason: `is ${phase}` });
const STARTING = { complete: false, stopping: false };

it.each<[what: string, processes: Phase[], progress: typeof STARTING, together: Phase]>([
  ['not ready while one of them loads, at the start', ['ready', 'loading'], STARTING, 'loading'],
  ['ready when all are', ['ready', 'ready'], STARTING, 'ready'],
  ['ready while one is started again', ['loading', 'ready'], { complete: true, stopping: false }, 'ready'],
  ['not ready when none is', ['loading', 'loading'], { complete: true, stopping: false }, 'loading'],
  ['failed when one cannot serve the version', ['loading', 'failed'], STARTING, 'failed'],
  ['draining once they are told to stop', ['ready', 'ready'], { complete: true, stopping: true }, 'draining'],
])('processes are %s', (_, processes, progress, together) => {
  expect(standingTogether(processes.map(at), progress).phase).toBe(together);
});
