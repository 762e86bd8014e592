import type { Tree } from '../trees/parse-ubj.ts';

/** A tree of up to 31 nodes over `features` features, grown from a seed. Its covers are those of rows sent at random. */
export function growTree(seed: number, features = 3): Tree {
  let state = seed >>> 0;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const grown = { left: [-1], right: [-1], feature: [0], condition: [0], defaultLeft: [0], cover: [64] };
  for (let node = 0; node < grown.left.length; node++) {
    grown.condition[node] = Math.fround(Math.round(4 * next() - 2) / 2);
    if (grown.left.length > 29 || next() < 0.3) continue;
    grown.feature[node] = Math.floor(features * next());
    grown.defaultLeft[node] = next() < 0.5 ? 1 : 0;
    grown.left[node] = grown.left.push(-1) - 1;
    grown.right[node] = grown.left.push(-1) - 1;
    for (const column of [grown.right, grown.feature, grown.condition, grown.defaultLeft]) {
      while (column.length < grown.left.length) column.push(column === grown.right ? -1 : 0);
    }
    // Also none at all, as where hessians vanish.
    const share = Math.floor(5 * next()) / 4;
    grown.cover.push(share * grown.cover[node]!, (1 - share) * grown.cover[node]!);
  }
  return grown;
}
