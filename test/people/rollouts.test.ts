import { expect, test } from 'vitest';
import { pageOf, printPage } from './page.ts';
import { aToldCluster, ROLLOUTS } from './story.ts';

test('what people read of a model, from its first version to a pin that is refused, is what the golden file says', async () => {
  const cluster = aToldCluster();
  const pages: string[] = [];
  for (const { title, act } of ROLLOUTS) {
    const since = cluster.events.length;
    act(cluster);
    cluster.runControllers();
    pages.push(printPage(title, pageOf(cluster, since)));
  }
  const statuses = pages.flatMap((page) => page.split('$ stockout status retail\n')[1]?.split('\n') ?? []);
  expect(statuses.filter((line) => line.length > 80)).toEqual([]);
  await expect(`${pages.join('\n\n\n')}\n`).toMatchFileSnapshot('rollouts.golden.txt');
});
