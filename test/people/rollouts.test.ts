import { expect, test } from 'vitest';
import { pageOf, printPage } from './page.ts';
import { aToldCluster, ROLLOUTS, type Step } from './story.ts';
import { TROUBLES } from './troubles.ts';

/** What people read of a model after each step. */
function tell(steps: readonly Step[]): string[] {
  const cluster = aToldCluster();
  return steps.map(({ title, act }) => {
    const since = cluster.events.length;
    act(cluster);
    cluster.runControllers();
    return printPage(title, pageOf(cluster, since));
  });
}

test.each([
  ['from a first version to one that is paused', ROLLOUTS, 'rollouts.golden.txt'],
  ['with whatever goes wrong on the way to a first version', TROUBLES, 'troubles.golden.txt'],
])('what people read of a model, %s, is what the golden file says', async (_, steps, file) => {
  const pages = tell(steps);
  const statuses = pages.flatMap((page) => page.split('$ stockout status retail\n')[1]?.split('\n') ?? []);
  expect(statuses.filter((line) => line.length > 80)).toEqual([]);
  await expect(`${pages.join('\n\n\n')}\n`).toMatchFileSnapshot(file);
});
