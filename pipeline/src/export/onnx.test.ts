import protobuf from 'protobufjs';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exportOnnx } from './onnx.ts';
import { parseTreeModel, type TreeModel } from './tree-model.ts';

/** inventory < 10 (missing goes left) adds 1, else -1. */
const STUMP: TreeModel = {
  featureNames: ['price', 'inventory'],
  baseMargin: 0.25,
  trees: [
    { left: [1, -1, -1], right: [2, -1, -1], feature: [1, 0, 0], value: [10, 1, -1], missingLeft: [1, 0, 0] },
  ],
};

const proto = protobuf.parse(readFileSync(new URL('./onnx.proto', import.meta.url), 'utf8')).root;

interface Attribute {
  name: string;
  ints?: string[];
  floats?: number[];
  strings?: string[];
}

function attributesOf(bytes: Uint8Array): Record<string, unknown> {
  const type = proto.lookupType('onnx.ModelProto');
  const model = type.toObject(type.decode(bytes), { longs: String, bytes: String });
  const attributes = model.graph.node[0].attribute as Attribute[];
  return Object.fromEntries(
    attributes.map(({ name, ints, floats, strings }) => [
      name,
      floats ?? ints?.map(Number) ?? strings?.map((text) => Buffer.from(text, 'base64').toString()),
    ]),
  );
}

describe('ONNX export', () => {
  it('writes splits as "less than", with the way of missing values, and leaves as weights', () => {
    expect(attributesOf(exportOnnx(STUMP, 0.5))).toMatchObject({
      base_values: [0.25],
      nodes_modes: ['BRANCH_LT', 'LEAF', 'LEAF'],
      nodes_values: [10, 0, 0],
      nodes_featureids: [1, 0, 0],
      nodes_truenodeids: [1, 0, 0],
      nodes_falsenodeids: [2, 0, 0],
      nodes_missing_value_tracks_true: [1, 0, 0],
      target_nodeids: [1, 2],
      target_weights: [1, -1],
    });
  });

  it('gives the same bytes for the same model', () => {
    expect(exportOnnx(STUMP, 0.5)).toEqual(exportOnnx(STUMP, 0.5));
  });
});

function buildJson(baseScore: string, more: object = {}): Uint8Array {
  const [tree] = STUMP.trees;
  const learner = {
    feature_names: STUMP.featureNames,
    objective: { name: 'binary:logistic' },
    learner_model_param: { base_score: baseScore, num_feature: '2' },
    gradient_booster: {
      name: 'gbtree',
      model: {
        trees: [
          {
            left_children: tree?.left,
            right_children: tree?.right,
            split_indices: tree?.feature,
            split_conditions: tree?.value,
            default_left: tree?.missingLeft,
            categories_nodes: [],
          },
        ],
      },
    },
    ...more,
  };
  return Buffer.from(JSON.stringify({ learner }));
}

describe("XGBoost's JSON model", () => {
  it('is read with base_score as either version writes it', () => {
    expect(parseTreeModel(buildJson('[5E-1]')).baseMargin).toBe(0);
    expect(parseTreeModel(buildJson('7.310586E-1')).baseMargin).toBeCloseTo(1, 6);
    expect(parseTreeModel(buildJson('[5E-1]')).trees).toEqual(STUMP.trees);
  });

  it('is refused when it is of another kind, by the name of what is wrong', () => {
    const other = buildJson('5E-1', { objective: { name: 'reg:squarederror' } });
    expect(() => parseTreeModel(other)).toThrow('learner.objective.name');
  });
});
