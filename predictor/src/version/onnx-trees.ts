import type protobuf from 'protobufjs/minimal.js';
import type { BoostedTrees, Tree } from '../trees/parse-ubj.ts';
import type { Operator } from './onnx-graph.ts';
import {
  DELIMITED,
  FIXED32,
  numbersAt,
  readCount,
  readFloat,
  readMessage,
  tagOf,
  VARINT,
} from './onnx-wire.ts';
import { type Expected, NodeColumn, SingleValue } from './tree-columns.ts';

const BASE_TOLERANCE = 1e-6;
/** The texts that attributes may hold; they are compared by their numbers here. */
const WORDS = ['LEAF', 'BRANCH_LT', 'NONE'].map((word) => Buffer.from(word));
const [LEAF, BRANCH_LT, NONE] = [0, 1, 2];

/**
 * Whether the operator is the ensemble of these very trees, as our export writes it: every split, threshold and leaf in its
 * place. It answers no, at the first difference, for whatever else computes the same. Nothing is copied.
 * @throws for attributes that are none
 */
export function holdsTrees({ domain, type, attributes }: Operator, boosted: BoostedTrees): boolean {
  if (domain !== 'ai.onnx.ml' || type !== 'TreeEnsembleRegressor') return false;
  const expected = attributesOf(boosted);
  return (
    attributes.every((attribute) => isExpected(attribute, expected)) &&
    [...expected.values()].every(({ isWhole }) => isWhole)
  );
}

function attributesOf({ trees, baseMargin }: BoostedTrees): Map<string, Expected> {
  const ofNodes = (valueOf: (tree: Tree, node: number, id: number) => number | undefined): Expected =>
    new NodeColumn(trees, valueOf);
  const ofLeaves = (valueOf: (tree: Tree, node: number, id: number) => number): Expected =>
    new NodeColumn(trees, valueOf, true);
  const ofSplits = (name: 'feature' | 'left' | 'right' | 'defaultLeft'): Expected =>
    ofNodes((tree, node) => (isLeaf(tree, node) ? 0 : Number(tree[name][node])));
  return new Map<string, Expected>([
    // It comes from a probability in decimals: its last bit is a matter of rounding.
    ['base_values', new SingleValue((value) => Math.abs(value - baseMargin) < BASE_TOLERANCE)],
    ['n_targets', new SingleValue((value) => value === 1)],
    ['nodes_treeids', ofNodes((_tree, _node, id) => id)],
    ['nodes_nodeids', ofNodes((_, node) => node)],
    ['nodes_featureids', ofSplits('feature')],
    ['nodes_modes', ofNodes((tree, node) => (isLeaf(tree, node) ? LEAF : BRANCH_LT))],
    // Leaves have their values below; some converters write them here too.
    [
      'nodes_values',
      ofNodes((tree, node) => (isLeaf(tree, node) ? undefined : Number(tree.condition[node]))),
    ],
    ['nodes_truenodeids', ofSplits('left')],
    ['nodes_falsenodeids', ofSplits('right')],
    ['nodes_missing_value_tracks_true', ofSplits('defaultLeft')],
    ['target_treeids', ofLeaves((_tree, _node, id) => id)],
    ['target_nodeids', ofLeaves((_, node) => node)],
    ['target_ids', ofLeaves(() => 0)],
    ['target_weights', ofLeaves((tree, node) => Number(tree.condition[node]))],
    // What it is where nothing is said.
    ['post_transform', new SingleValue((value) => value === NONE, true)],
  ]);
}

function isLeaf({ left }: Tree, node: number): boolean {
  return Number(left[node]) < 0;
}

/** The name stands in front, as protobuf's own writers put it. */
function isExpected(attribute: Uint8Array, attributes: Map<string, Expected>): boolean {
  let values: Expected | undefined;
  const take = (value: number): void => {
    if (values?.take(value) !== true) throw new AnotherValue();
  };
  try {
    readMessage(attribute, {
      [tagOf(1, DELIMITED)]: (reader) => {
        if (values !== undefined) throw new AnotherValue();
        values = attributes.get(reader.string());
      },
      [tagOf(3, VARINT)]: (reader) => take(readCount(reader)),
      [tagOf(4, DELIMITED)]: (reader) => take(readWord(reader)),
      ...numbersAt(7, FIXED32, readFloat, take),
      ...numbersAt(8, VARINT, readCount, take),
      [tagOf(9, DELIMITED)]: (reader) => take(readWord(reader)),
    });
  } catch (error) {
    if (error instanceof AnotherValue) return false;
    throw error;
  }
  return values !== undefined;
}

/** Ends the reading of millions of values at the first that differs. */
class AnotherValue extends Error {
  override name = 'AnotherValue';
}

/** @returns -1 for another text. None is made: there is one a node. */
function readWord(reader: protobuf.Reader): number {
  const length = reader.uint32();
  const start = reader.pos;
  reader.skip(length);
  for (let word = 0; word < WORDS.length; word++)
    if (isWord(WORDS[word]!, reader.buf, start, length)) return word;
  return -1;
}

function isWord(word: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  let at = 0;
  while (at < word.length && word[at] === bytes[start + at]) at++;
  return at === word.length && at === length;
}
