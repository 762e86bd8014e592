export type { Level, Log } from './log.ts';
export { type Operator, type OperatorOptions, startOperator } from './start-operator.ts';
