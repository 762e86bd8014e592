import type { MemoryImage } from './memory-image.ts';
import type { BoostedTrees, Tree } from './parse-ubj.ts';
import type { FeatureTests, SplitTests } from './split-tests.ts';

/** Rows at a time: a bit each in a vector of the machine. */
export const BLOCK_ROWS = 128;
/** Bytes of the answers to one test: a bit a row. */
const ANSWER_BYTES = BLOCK_ROWS / 8;
/** Trees up to here are laid out with all their levels full: 255 tests, and a byte says which leaf. */
const MOST_LEVELS = 8;
const WALKED = -1;

/** Where the kernel finds its forest, takes rows from and leaves margins at. */
export interface BlockAddresses {
  forest: number;
  rows: number;
  margins: number;
}

/**
 * Lays a model out as predictor/wasm/block-kernel.ts reads it: the words of its classes, in their order.
 * @param tests at most 2^16, with the one that nothing passes
 */
export function layOutForest(
  image: MemoryImage,
  { trees, baseMargin, featureCount }: BoostedTrees,
  tests: SplitTests,
): BlockAddresses {
  const rows = image.reserve(BLOCK_ROWS * featureCount * 4);
  const margins = image.reserve(BLOCK_ROWS * 4);
  const answers = image.reserve(tests.count * ANSWER_BYTES);
  const most = Math.max(0, ...tests.features.map(({ thresholds }) => thresholds.length));
  // Rows without a value, then one set for each rank from 0 on.
  const ranks = image.reserve((most + 2) * ANSWER_BYTES) + ANSWER_BYTES;
  const leafOfRow = image.reserve(BLOCK_ROWS);
  const features = tests.features.flatMap((each) => layOutFeature(image, each, answers));
  const laidOut = trees.flatMap((tree) => layOutTree(image, tree, tests));
  const forest = [
    [rows, featureCount, margins, bitsOf(baseMargin)],
    [image.put(Uint32Array.from(features)), tests.features.length],
    [image.put(Uint32Array.from(laidOut)), trees.length],
    [ranks, leafOfRow, answers],
  ];
  return { forest: image.put(Uint32Array.from(forest.flat())), rows, margins };
}

/** Its thresholds are filled up, so that every search takes the same steps. */
function layOutFeature(image: MemoryImage, tests: FeatureTests, answers: number): number[] {
  const { column, thresholds, left, right } = tests;
  const levels = Math.ceil(Math.log2(thresholds.length + 1));
  const filled = new Float32Array(2 ** levels - 1).fill(Number.NaN);
  filled.set(thresholds);
  const place = (first: number): number => (first === 0 ? 0 : answers + first * ANSWER_BYTES);
  return [column, image.put(filled), 2 ** (levels - 1), thresholds.length, place(left), place(right)];
}

function layOutTree(image: MemoryImage, tree: Tree, tests: SplitTests): number[] {
  const depth = depthOf(tree);
  if (depth > MOST_LEVELS) return [WALKED, image.put(chain(tree, tests)), 0];
  const { nodes, leaves } = fillLevels(tree, Math.max(1, depth), tests);
  return [Math.max(1, depth), image.put(nodes), image.put(leaves)];
}

/** Children lie behind their parents. */
function depthOf({ left, right }: Tree): number {
  const depths = new Uint32Array(left.length);
  let deepest = 0;
  for (let node = 0; node < left.length; node++) {
    deepest = Math.max(deepest, depths[node]!);
    if (Number(left[node]) < 0) continue;
    depths[Number(left[node])] = depths[Number(right[node])] = depths[node]! + 1;
  }
  return deepest;
}

/**
 * A node of level l, and a leaf, is numbered by the steps that lead to it: s0 + 2 s1 + 4 s2 + ..., 1 for a step to the right.
 * Below a leaf that lies higher up nothing passes a test, and every leaf has its value.
 */
function fillLevels(
  tree: Tree,
  depth: number,
  tests: SplitTests,
): { nodes: Uint16Array; leaves: Float32Array } {
  const nodes = new Uint16Array(2 ** depth - 1);
  const leaves = new Float32Array(2 ** depth);
  const fill = (stored: number, level: number, number: number): void => {
    const width = 2 ** level;
    if (Number(tree.left[stored]) < 0) {
      for (let leaf = number; leaf < leaves.length; leaf += width)
        leaves[leaf] = Number(tree.condition[stored]);
      return;
    }
    nodes[width - 1 + number] = tests.numberOf(tree, stored);
    fill(Number(tree.left[stored]), level + 1, number);
    fill(Number(tree.right[stored]), level + 1, number + width);
  };
  fill(0, 0, 0);
  return { nodes, leaves };
}

/** Two words a node: how many bytes ahead its left child lies (the right one behind it) and its test; 0 and a leaf's value. */
function chain(tree: Tree, tests: SplitTests): Uint32Array {
  const words = new Uint32Array(2 * tree.left.length);
  const order = [0];
  for (let index = 0; index < order.length; index++) {
    const stored = order[index]!;
    if (Number(tree.left[stored]) < 0) {
      words[2 * index + 1] = bitsOf(Number(tree.condition[stored]));
      continue;
    }
    words[2 * index] = 8 * (order.length - index);
    words[2 * index + 1] = tests.numberOf(tree, stored);
    order.push(Number(tree.left[stored]), Number(tree.right[stored]));
  }
  return words;
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}
