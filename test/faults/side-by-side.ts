/** Lives that go on side by side: each waits more than it works. */
const SIDE_BY_SIDE = 4;

/** @throws the first failure once all have come to their end */
export async function sideBySide<C, T>(cases: readonly C[], live: (each: C) => Promise<T>): Promise<T[]> {
  const left = [...cases];
  const lived: PromiseSettledResult<T>[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      lived.push(...(await Promise.allSettled([live(next)])));
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return lived.map((each) => {
    if (each.status === 'rejected') throw each.reason;
    return each.value;
  });
}
