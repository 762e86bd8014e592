import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import type { Pod } from '../types.ts';
import type { NodeContext } from './context.ts';
import { StatusWriter } from './status-writer.ts';

const POD = { metadata: { name: 'p', namespace: 'default', uid: 'u' } } as Pod;

interface Patch {
  status: { count: number };
}

/** A writer of a counter; `answer` is asked for the outcome of each write. */
function writerOf(answer: (written: number) => Promise<void> | void) {
  const world = { count: 0, written: [] as number[], log: [] as string[] };
  const client = {
    patch: async (_path: string, { status }: Patch) => {
      await answer(status.count);
      world.written.push(status.count);
    },
  };
  const context = { client, log: (line: string) => world.log.push(line) } as unknown as NodeContext;
  const writer = new StatusWriter(context, () => [POD, { count: world.count }]);
  const change = (): void => {
    world.count += 1;
    writer.changed();
  };
  return { world, writer, change };
}

describe('StatusWriter', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])(
    'loses no change that comes %i turns after a write was answered',
    async (turns) => {
      const { promise: changed, resolve } = Promise.withResolvers<void>();
      const { world, writer, change } = writerOf((count) => {
        if (count === 1) void changeLater();
      });
      const changeLater = async (): Promise<void> => {
        for (let turn = 0; turn < turns; turn++) await undefined;
        change();
        resolve();
      };
      change();
      await changed;
      await writer.written();
      expect(world.written).toEqual([1, 2]);
    },
  );

  it('writes changes that come together once, and nothing where nothing changed', async () => {
    const { world, writer, change } = writerOf(() => {});
    change();
    change();
    await writer.written();
    writer.changed();
    await writer.written();
    expect(world.written).toEqual([2]);
  });

  it('tries again after an error, and tells it', async () => {
    let failures = 1;
    const { world, writer, change } = writerOf(() => {
      if (failures-- > 0) throw new ApiError(500, 'InternalError', 'no luck');
    });
    change();
    await writer.written();
    expect(world).toMatchObject({ written: [1], log: ['status of pod p: ApiError: no luck'] });
  });

  it.each([
    ['was deleted', new ApiError(404, 'NotFound', 'pods "p" not found')],
    ['is another now', new ApiError(409, 'Conflict', 'Precondition failed: UID in precondition: u')],
  ])('is silent about a pod that %s', async (_what, error) => {
    const { world, writer, change } = writerOf(() => {
      throw error;
    });
    change();
    await writer.written();
    expect(world).toMatchObject({ written: [], log: [] });
  });
});
