import type { Tree } from '../trees/parse-ubj.ts';

type GrownTree = Record<keyof Tree, number[]>;

/** A chain of `splits` thresholds 0, 1, 2, ... of the first feature, each with a leaf on its left. */
export function combTree(splits: number): Tree {
  const grown: GrownTree = { left: [], right: [], feature: [], condition: [], defaultLeft: [], cover: [] };
  for (let index = 0; index < splits; index++) {
    grown.left.push(2 * index + 1, -1);
    grown.right.push(2 * index + 2, -1);
    grown.condition.push(index, index);
  }
  grown.left.push(-1);
  grown.right.push(-1);
  grown.condition.push(-7);
  return filledUp(grown);
}

/** All levels full: splits of one feature that tell 2^depth stretches apart, each with a leaf of its own. */
export function fullTree(depth: number, feature = 0): Tree {
  const splits = 2 ** depth - 1;
  const grown: GrownTree = { left: [], right: [], feature: [], condition: [], defaultLeft: [], cover: [] };
  for (let node = 0; node < 2 * splits + 1; node++) {
    const isLeaf = node >= splits;
    grown.left.push(isLeaf ? -1 : 2 * node + 1);
    grown.right.push(isLeaf ? -1 : 2 * node + 2);
    // Of level l the k-th node splits the k-th of 2^l stretches of [0, 1) in the middle.
    const width = 2 ** Math.floor(Math.log2(node + 1));
    const middle = (node + 1 - width + 0.5) / width;
    grown.condition.push(Math.fround(isLeaf ? Math.sin(node) : middle));
    grown.defaultLeft.push(node % 2);
  }
  return { ...filledUp(grown), feature: grown.left.map(() => feature), defaultLeft: grown.defaultLeft };
}

function filledUp(grown: GrownTree): Tree {
  const zeros = grown.left.map(() => 0);
  return { ...grown, feature: zeros, defaultLeft: zeros, cover: grown.left.map(() => 1) };
}
