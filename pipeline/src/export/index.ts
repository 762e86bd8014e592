export { exportOnnx } from './onnx.ts';
export { parseTreeModel, type TreeModel } from './tree-model.ts';
