import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../conformance/until.ts';
import type { Fault } from '../faults/fault.ts';
import type { FaultTier } from '../faults/lives.ts';
import { PlayedStorage } from '../faults/played-storage.ts';
import { sideBySide } from '../faults/side-by-side.ts';
import { edit, type Told } from '../faults/told.ts';
import { OF_FEWER_RIGHTS } from './audit.ts';
import { BoundedOperator } from './bounded-operator.ts';
import { liveBusily, MODEL } from './busy-life.ts';
import { grantedRights, type Right } from './granted.ts';
import { startRealPlayedTier } from './played-tier.ts';

/** The one right to try again, as a failure names it: `get jobs.batch`. */
const ONLY = process.env.RIGHT;
const MINUTES = 60_000;

describe('the rights of config/base are the fewest', () => {
  let tier: FaultTier;
  let rights: Right[];

  beforeAll(async () => {
    tier = await startRealPlayedTier();
    rights = await grantedRights();
  });
  afterAll(() => tier?.stop());

  it(
    'with all of them a busy life comes to its end, and nothing is refused',
    async () => {
      const refusals = await live(rights, async (told, operator) => {
        await liveBusily(told);
        return operator.refusals;
      });
      expect(refusals).toEqual([]);
    },
    2 * MINUTES,
  );

  it(
    'without any one of them, verb by verb, the operator is refused in that life',
    async () => {
      const tried = rights.filter(({ name }) => ONLY === undefined || name === ONLY);
      expect(tried).not.toEqual([]);
      const needless = await sideBySide(tried, async (missing) => {
        const others = rights.filter((right) => right !== missing);
        const isMissed = await live(
          others,
          (told, operator) => isRefused(told, operator, missing),
          isToList(missing) ? { refusesStreams: true } : {},
        );
        return isMissed ? [] : [missing.name];
      });
      expect(needless.flat()).toEqual([]);
    },
    6 * MINUTES,
  );

  /** In a namespace of its own. */
  async function live<T>(
    granted: readonly Right[],
    play: (told: Told, operator: BoundedOperator) => Promise<T>,
    fault: Fault = {},
  ): Promise<T> {
    const { client, node } = tier;
    const namespace = `${OF_FEWER_RIGHTS}${++count}-${Date.now().toString(36)}`;
    const told = { client, namespace };
    await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
    node.mount(namespace, new PlayedStorage());
    const operator = await BoundedOperator.start(tier, told, granted, fault);
    try {
      return await play(told, operator);
    } finally {
      await operator.stop();
      await leave(told);
    }
  }
});

let count = 0;

/** Whether it came to a refusal for want of this right before the life was over. */
async function isRefused(told: Told, operator: BoundedOperator, missing: Right): Promise<boolean> {
  const isTold = (): boolean => operator.refusals.some((line) => isAbout(line, missing));
  let isOver = false;
  // Where the life is stuck does not matter: each of its steps has a while, and the refusal comes within it.
  const end = (): void => void (isOver = true);
  liveBusily(told).then(end, end);
  await until(`${missing.name} is refused, or all is over`, () => isTold() || isOver, 5 * 60);
  return isTold();
}

/** A server that streams what is there is not asked for lists: it takes one that does not. */
function isToList({ rule }: Right): boolean {
  return rule.verbs[0] === 'list';
}

function isAbout(line: string, { rule }: Right): boolean {
  const [resource = '', verb = ''] = [rule.resources[0], rule.verbs[0]];
  // Asked for by an admission plugin, which names the right otherwise.
  if (resource.endsWith('/finalizers')) return line.includes('cannot set blockOwnerDeletion');
  return line.replaceAll('\\', '').includes(`cannot ${verb} resource "${resource}"`);
}

/** A life that broke off may leave a model that waits for its versions to be removed. */
async function leave(told: Told): Promise<void> {
  await edit(told, 'stockoutmodels', MODEL, { metadata: { finalizers: null } }).catch(() => {});
  await told.client.delete(`/api/v1/namespaces/${told.namespace}`);
}
