import { readFileSync } from 'node:fs';
import type { Calibration } from '@stockout/contracts';
import protobuf from 'protobufjs';
import { calibrate } from './onnx-calibration.ts';
import { FLOAT, INT64, int, operator } from './onnx-parts.ts';
import type { Tree, TreeModel } from './tree-model.ts';

const proto = protobuf.parse(readFileSync(new URL('./onnx.proto', import.meta.url), 'utf8')).root;

/**
 * Writes the trees as ONNX, with the names and shapes that other converters' binary classifiers have:
 * `features` float [N, F] (NaN is missing) -> `label` int64 [N], `probabilities` float [N, 2] (of class 0 and of class 1).
 *
 * It is a TreeEnsembleRegressor that yields the margin, with the calibration and a comparison after it: TreeEnsembleClassifier
 * leaves its post transform out where all leaves are positive, and its labels know no threshold but 0.5.
 * @param threshold from which probability on `label` is 1
 * @param calibration how margins become probabilities; default: by the logistic function
 * @returns the file's bytes; the same model gives the same bytes
 */
export function exportOnnx(model: TreeModel, threshold: number, calibration?: Calibration): Uint8Array {
  const type = proto.lookupType('onnx.ModelProto');
  return type.encode(type.fromObject(buildModel(model, threshold, calibration))).finish();
}

function buildModel(model: TreeModel, threshold: number, calibration: Calibration | undefined): object {
  return {
    irVersion: 8,
    producerName: 'stockout',
    opsetImport: [
      { domain: '', version: 13 },
      { domain: 'ai.onnx.ml', version: 1 },
    ],
    metadataProps: [
      { key: 'features', value: JSON.stringify(model.featureNames) },
      { key: 'threshold', value: String(threshold) },
    ],
    graph: buildGraph(model, threshold, calibration),
  };
}

function buildGraph(model: TreeModel, threshold: number, calibration: Calibration | undefined): object {
  const calibrated = calibrate('margin', 'risk', calibration);
  return {
    name: 'stockout',
    input: [tensorInfo('features', FLOAT, [{ dimParam: 'N' }, { dimValue: model.featureNames.length }])],
    output: [
      tensorInfo('label', INT64, [{ dimParam: 'N' }]),
      tensorInfo('probabilities', FLOAT, [{ dimParam: 'N' }, { dimValue: 2 }]),
    ],
    initializer: [
      { name: 'one', dims: [1], dataType: FLOAT, floatData: [1] },
      { name: 'threshold', dims: [1], dataType: FLOAT, floatData: [smallestFloatFrom(threshold)] },
      { name: 'flat', dims: [1], dataType: INT64, int64Data: [-1] },
      ...calibrated.initializer,
    ],
    node: [
      {
        ...operator('TreeEnsembleRegressor', ['features'], 'margin', ensembleAttributes(model)),
        domain: 'ai.onnx.ml',
      },
      ...calibrated.node,
      operator('Sub', ['one', 'risk'], 'rest'),
      operator('Concat', ['rest', 'risk'], 'probabilities', [int('axis', 1)]),
      operator('Less', ['risk', 'threshold'], 'safe'),
      operator('Not', ['safe'], 'risky'),
      operator('Cast', ['risky'], 'column', [int('to', INT64)]),
      operator('Reshape', ['column', 'flat'], 'label'),
    ],
  };
}

function ensembleAttributes({ trees, baseMargin }: TreeModel): object[] {
  const nodes = trees.flatMap((tree, id) => tree.left.map((_, node) => nodeOf(tree, id, node)));
  const leaves = nodes.filter((node) => node.leaf);
  return [
    floats('base_values', [baseMargin]),
    int('n_targets', 1),
    ints('nodes_treeids', column(nodes, 'tree')),
    ints('nodes_nodeids', column(nodes, 'node')),
    ints('nodes_featureids', column(nodes, 'feature')),
    // XGBoost goes left where value < threshold; with "less or equal" scores were off by up to 0.48.
    strings(
      'nodes_modes',
      nodes.map((node) => (node.leaf ? 'LEAF' : 'BRANCH_LT')),
    ),
    floats(
      'nodes_values',
      nodes.map((node) => (node.leaf ? 0 : node.value)),
    ),
    ints('nodes_truenodeids', column(nodes, 'left')),
    ints('nodes_falsenodeids', column(nodes, 'right')),
    ints('nodes_missing_value_tracks_true', column(nodes, 'missingLeft')),
    ints('target_treeids', column(leaves, 'tree')),
    ints('target_nodeids', column(leaves, 'node')),
    ints(
      'target_ids',
      leaves.map(() => 0),
    ),
    floats('target_weights', column(leaves, 'value')),
  ];
}

interface EnsembleNode {
  tree: number;
  node: number;
  leaf: boolean;
  feature: number;
  value: number;
  left: number;
  right: number;
  missingLeft: number;
}

function nodeOf(tree: Tree, id: number, node: number): EnsembleNode {
  const leaf = tree.left[node] === -1;
  const of = (values: readonly number[]): number => (leaf ? 0 : (values[node] as number));
  return {
    tree: id,
    node,
    leaf,
    feature: of(tree.feature),
    value: tree.value[node] as number,
    left: of(tree.left),
    right: of(tree.right),
    missingLeft: of(tree.missingLeft),
  };
}

function column(nodes: readonly EnsembleNode[], key: Exclude<keyof EnsembleNode, 'leaf'>): number[] {
  return nodes.map((node) => node[key]);
}

/** `score >= threshold` in 64 bits and in 32 must be the same: the bound is the first 32-bit float not below it. */
function smallestFloatFrom(threshold: number): number {
  const near = Math.fround(threshold);
  if (near >= threshold) return near;
  const bits = new Int32Array(new Float32Array([near]).buffer);
  bits[0] = (bits[0] as number) + 1;
  return new Float32Array(bits.buffer)[0] as number;
}

function tensorInfo(name: string, elemType: number, dim: object[]): object {
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

function ints(name: string, values: number[]): object {
  return { name, type: 'INTS', ints: values };
}

function floats(name: string, values: number[]): object {
  return { name, type: 'FLOATS', floats: values };
}

function strings(name: string, values: string[]): object {
  return { name, type: 'STRINGS', strings: values.map((value) => Buffer.from(value)) };
}
