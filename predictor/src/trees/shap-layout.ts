import type { Tree } from './parse-ubj.ts';
import { type Branch, type Split, splitsOf } from './shap-splits.ts';
import { isLast, numbersOf, POINTS, sizeOf, type Walk, walksOf } from './shap-table.ts';
import { slotOf } from './slots.ts';

/** The branch that splits look at which have none above on the same feature: every row follows it. */
export const ROOT = 0;

/** One walk of one tree at POINTS points: its splits are `first` to `end`, those from `last` on with two leaves. */
export interface TreeWalk {
  first: number;
  last: number;
  end: number;
  /** What is added to a split's offset to find its numbers. */
  shift: number;
  weights: number[];
}

/**
 * Trees in flat typed arrays, for explanations. A tree's splits that lead on come first, each behind its parent, then
 * those with two leaves. Within the tree, node 0 is the root, and the nodes 2i + 1 and 2i + 2 are the children of split i.
 * Branch 2s + 1 is the left one of split s among all, 2s + 2 the right one.
 */
export interface ShapLayout {
  feature: Uint16Array;
  slot: Uint16Array;
  threshold: Float32Array;
  /** The nearest branch above that a split on the same feature made, or ROOT. */
  above: Int32Array;
  /** The split's node, times POINTS. */
  place: Int32Array;
  /** Where the split's numbers begin in the table. */
  offset: Uint32Array;
  table: Float32Array;
  walks: TreeWalk[];
  /** In each tree at the most. */
  nodes: number;
}

interface Planned {
  splits: Split[];
  inner: number;
  walks: Walk[];
  /** Numbers of one walk. */
  size: number;
}

export function layOut(trees: readonly Tree[]): ShapLayout {
  const plans = trees.map(plan).filter(({ splits }) => splits.length > 0);
  const splits = plans.flatMap((planned) => planned.splits);
  const branches = numberBranches(splits);
  const branchOf = (branch: Branch | undefined): number =>
    branch === undefined ? ROOT : branches.get(branch)!;
  return {
    feature: Uint16Array.from(splits, ({ feature }) => feature),
    slot: Uint16Array.from(splits, ({ feature, defaultLeft }) => slotOf(feature, defaultLeft)),
    threshold: Float32Array.from(splits, ({ threshold }) => threshold),
    above: Int32Array.from(splits, ({ above }) => branchOf(above)),
    place: placesOf(plans, branchOf),
    ...fillTable(plans),
    nodes: plans.reduce((most, { inner }) => Math.max(most, 2 * inner + 1), 0),
  };
}

function plan(tree: Tree): Planned {
  const all = splitsOf(tree);
  const inner = all.filter((split) => !isLast(split));
  const size = all.reduce((sum, split) => sum + sizeOf(split), 0);
  return { splits: [...inner, ...all.filter(isLast)], inner: inner.length, walks: walksOf(all), size };
}

function numberBranches(splits: readonly Split[]): Map<Branch, number> {
  const numbers = new Map<Branch, number>();
  for (const [index, { left, right }] of splits.entries()) {
    numbers.set(left, 2 * index + 1).set(right, 2 * index + 2);
  }
  return numbers;
}

function placesOf(plans: readonly Planned[], branchOf: (branch: Branch | undefined) => number): Int32Array {
  let first = 0;
  const places = plans.flatMap(({ splits }) => {
    // Branches are numbered throughout, nodes within the tree; above the root there is no branch, and it is node 0.
    const mine = splits.map(({ left }) =>
      left.parent === undefined ? 0 : branchOf(left.parent) - 2 * first,
    );
    first += splits.length;
    return mine;
  });
  return Int32Array.from(places, (node) => POINTS * node);
}

function fillTable(plans: readonly Planned[]): Pick<ShapLayout, 'offset' | 'table' | 'walks'> {
  const offset: number[] = [];
  const walks: TreeWalk[] = [];
  const table = new Float32Array(
    plans.reduce((sum, planned) => sum + planned.size * planned.walks.length, 0),
  );
  let next = 0;
  for (const { splits, inner, walks: mine, size } of plans) {
    const first = offset.length;
    const span = { first, last: first + inner, end: first + splits.length };
    for (const [index, walk] of mine.entries()) {
      walks.push({ ...span, shift: index * size, weights: walk.weights });
      let at = next + index * size;
      for (const split of splits) {
        if (index === 0) offset.push(at);
        table.set(numbersOf(split, walk), at);
        at += sizeOf(split);
      }
    }
    next += size * mine.length;
  }
  return { offset: Uint32Array.from(offset), table, walks };
}
