import { gaussLegendre, type Quadrature } from './gauss-legendre.ts';
import type { Branch, Split } from './shap-splits.ts';

/** Quadrature points that are walked together, unrolled. They are enough for six features on a path. */
export const POINTS = 3;
/** Numbers that a state takes: of a split whose paths go on, and of one with two leaves. */
export const [INNER, LAST] = [4 * POINTS, 2 * POINTS];

/** Where the row goes at a split; off when it has left the feature's path above, so that neither way counts for it. */
type State = 'goes left' | 'goes right' | 'is off';
const STATES: readonly State[] = ['goes left', 'goes right', 'is off'];

/** Quadrature points of one walk, and their weights. */
export interface Walk {
  points: number[];
  weights: number[];
}

const rules = new Map<number, Quadrature>();

/** The walks that a tree takes, POINTS at a time: so many that the paths of the most features are exact. */
export function walksOf(splits: readonly Split[]): Walk[] {
  const features = splits.reduce((most, { left }) => Math.max(most, left.features), 0);
  // A path of m features has a polynomial of degree m - 1, and n points are exact up to degree 2n - 1.
  const walks = Math.ceil(features / (2 * POINTS));
  const rule = rules.get(walks) ?? gaussLegendre(POINTS * walks);
  rules.set(walks, rule);
  return Array.from({ length: walks }, (_, walk) => {
    const [from, to] = [POINTS * walk, POINTS * (walk + 1)];
    return { points: rule.points.slice(from, to), weights: rule.weights.slice(from, to) };
  });
}

export function isLast({ left, right }: Split): boolean {
  return left.leaf !== undefined && right.leaf !== undefined;
}

/** How many numbers a split takes at POINTS points. */
export function sizeOf(split: Split): number {
  return statesOf(split).length * (isLast(split) ? LAST : INNER);
}

/** The numbers of a split for all its states: off comes last, and only where there is a path above to leave. */
export function numbersOf(split: Split, { points }: Walk): number[] {
  return statesOf(split).flatMap((state) => numbersIn(state, split, points));
}

function statesOf({ above }: Split): readonly State[] {
  return above === undefined ? STATES.slice(0, 2) : STATES;
}

/**
 * Factors of the left child at each point, of the right, rates of the left, of the right; of a split with two leaves,
 * what both send back, and what both contribute.
 */
function numbersIn(state: State, split: Split, points: readonly number[]): number[] {
  const lefts = points.map((point) => stepOf(split.left, wayOf(state, 'goes left'), point));
  const rights = points.map((point) => stepOf(split.right, wayOf(state, 'goes right'), point));
  if (!isLast(split)) {
    const all = [...lefts, ...rights];
    return [...all.map(({ factor }) => factor), ...all.map(({ rate }) => rate)];
  }
  const both = (of: (step: Step) => number): number[] =>
    points.map((_, point) => of(lefts[point]!) + of(rights[point]!));
  return [...both(({ factor }) => factor), ...both(({ factor, rate }) => factor * rate)];
}

interface Step {
  /** By which the product of the path grows; with a leaf, times its value. */
  factor: number;
  /** At which what comes back from below contributes to the feature, less what the branch above has counted of it. */
  rate: number;
}

type Way = 'followed' | 'not followed' | 'off';

function wayOf(state: State, side: State): Way {
  if (state === 'is off') return 'off';
  return state === side ? 'followed' : 'not followed';
}

function stepOf({ split: { above }, share, fraction, leaf = 1 }: Branch, way: Way, point: number): Step {
  // The branch above has counted the whole of it: what is below is only shared out.
  if (way === 'off') return { factor: leaf * share, rate: 0 };
  const before = above?.fraction ?? 1;
  const rest = 1 - point;
  const term = (way === 'followed' ? point : 0) + fraction * rest;
  const termAbove = point + before * rest;
  // (o - z) / term, which is -1 / rest for a branch that is not followed, however few rows took it.
  const rate = way === 'followed' ? (1 - fraction) / term : -1 / rest;
  return { factor: (leaf * term) / termAbove, rate: rate - (1 - before) / termAbove };
}
