import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MODULE = new URL('collect-sooner.ts', import.meta.url).href;
/** Leaves 40 MB of objects that have grown old behind, and tells how often they were collected, and whether `gc` is there. */
const PROGRAM = (before: string): string => `
  import { PerformanceObserver, constants } from 'node:perf_hooks';
  import { setImmediate as turn } from 'node:timers/promises';
  import { collectSooner } from '${MODULE}';
  ${before}
  let majors = 0;
  new PerformanceObserver((list) => {
    majors += list.getEntries().filter(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR).length;
  }).observe({ entryTypes: ['gc'] });
  let kept = [];
  for (let part = 0; part < 400; part++) {
    kept.push(Array.from({ length: 1500 }, (_, index) => ({ index, part })));
    if (kept.length === 80) kept = [];
    await turn();
  }
  console.log(JSON.stringify({ majors, gc: typeof globalThis.gc }));
`;

it('old objects are collected more often, and nobody else can ask for that', async () => {
  const [lazy, soon] = await Promise.all([told(''), told('collectSooner();')]);
  expect(soon.majors).toBeGreaterThan(lazy.majors);
  expect(soon.gc).toBe('undefined');
});

/** Flags are a whole process's. */
async function told(before: string): Promise<{ majors: number; gc: string }> {
  const args = ['--max-semi-space-size=4', '--input-type=module', '--eval', PROGRAM(before)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as { majors: number; gc: string };
}
