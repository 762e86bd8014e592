import type { Calibration } from '@stockout/contracts';
import type { BoostedTrees } from '../trees/parse-ubj.ts';
import { calibratesAs } from './onnx-calibration.ts';
import { readGraph } from './onnx-graph.ts';
import { holdsTrees } from './onnx-trees.ts';

/**
 * Whether model.onnx scores as these trees with this calibration do, for it holds nothing else: the ensemble takes the rows as
 * they are given, and its margin becomes the score as our export has it. It answers no for whatever else may compute the
 * same, and for what is no model. Its label is not looked at: we label by the manifest's threshold.
 */
export function isSameModel(
  onnx: Uint8Array,
  boosted: BoostedTrees,
  calibration: Calibration | undefined,
): boolean {
  try {
    const graph = readGraph(onnx);
    const ensemble = graph.operators.find(({ type }) => type === 'TreeEnsembleRegressor');
    if (ensemble === undefined) return false;
    const [[rows], [margin]] = [ensemble.inputs, ensemble.outputs];
    if (rows === undefined || margin === undefined) return false;
    const takesRows = rows === graph.inputs[0] && graph.constants.every(({ name }) => name !== rows);
    return takesRows && calibratesAs(graph, margin, calibration) && holdsTrees(ensemble, boosted);
  } catch {
    // Bytes that end too soon, tags that there are not, too many parts: all the same here.
    return false;
  }
}
