import type { Tree } from './parse-ubj.ts';

/** A split, with what an explanation has to know of the path that leads to it. */
export interface Split {
  feature: number;
  threshold: number;
  defaultLeft: boolean;
  left: Branch;
  right: Branch;
  /** The nearest branch above that a split on the same feature made. */
  above: Branch | undefined;
}

/** One of a split's two ways on. */
export interface Branch {
  split: Split;
  /** Share of the split's cover that came this way. */
  share: number;
  /** Product of the shares of all the path's branches of this feature: how often a row of unknown value follows them. */
  fraction: number;
  /** Different features on the path down to here, this one included. */
  features: number;
  /** The stored node that it leads to. */
  node: number;
  /** Where the path ends here: the leaf's value. */
  leaf: number | undefined;
  parent: Branch | undefined;
}

/** The splits of a tree, each behind its parent. Empty for a tree that is one leaf. */
export function splitsOf(tree: Tree): Split[] {
  const splits: Split[] = [];
  const open: [node: number, parent: Branch | undefined][] = [[0, undefined]];
  for (const [node, parent] of open) {
    if (isLeaf(tree, node)) continue;
    const split = splitAt(tree, node, parent);
    splits.push(split);
    open.push([split.left.node, split.left], [split.right.node, split.right]);
  }
  return splits;
}

/** The mean of a tree's leaves, weighed as the training rows were: what it says of a row of which nothing is known. */
export function meanOf(tree: Tree): number {
  const means = Float64Array.from(tree.condition);
  // Children lie behind their parent.
  for (let node = means.length - 1; node >= 0; node--) {
    if (isLeaf(tree, node)) continue;
    const [left, right] = childrenOf(tree, node);
    means[node] = shareOf(tree, left, node) * means[left]! + shareOf(tree, right, node) * means[right]!;
  }
  return means[0]!;
}

function splitAt(tree: Tree, node: number, parent: Branch | undefined): Split {
  const feature = Number(tree.feature[node]);
  const above = nearest(parent, feature);
  const split = {
    feature,
    threshold: Number(tree.condition[node]),
    defaultLeft: Number(tree.defaultLeft[node]) === 1,
    above,
  } as Split;
  const features = (parent?.features ?? 0) + (above === undefined ? 1 : 0);
  const [left, right] = childrenOf(tree, node).map((child) => {
    const share = shareOf(tree, child, node);
    const leaf = isLeaf(tree, child) ? Number(tree.condition[child]) : undefined;
    return { split, share, fraction: (above?.fraction ?? 1) * share, features, node: child, leaf, parent };
  }) as [Branch, Branch];
  return Object.assign(split, { left, right });
}

function nearest(branch: Branch | undefined, feature: number): Branch | undefined {
  let at = branch;
  while (at !== undefined && at.split.feature !== feature) at = at.parent;
  return at;
}

/** Where no training row came by (the hessian of a row can vanish), both ways count alike. */
function shareOf(tree: Tree, child: number, node: number): number {
  const cover = Number(tree.cover[node]);
  return cover > 0 ? Number(tree.cover[child]) / cover : 0.5;
}

function childrenOf(tree: Tree, node: number): [left: number, right: number] {
  return [Number(tree.left[node]), Number(tree.right[node])];
}

function isLeaf(tree: Tree, node: number): boolean {
  return Number(tree.left[node]) < 0;
}
