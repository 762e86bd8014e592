import { DELIMITED, readMessage, tagOf } from './onnx-wire.ts';

/** Names in a graph are those of its values: inputs, constants, and what its operators yield. */
export interface Graph {
  inputs: string[];
  outputs: string[];
  operators: Operator[];
  constants: Constant[];
}

export interface Operator {
  domain: string;
  type: string;
  inputs: string[];
  outputs: string[];
  /** As they are written: an ensemble's are most of the file. */
  attributes: Uint8Array[];
}

interface Constant {
  name: string;
  /** A tensor, as it is written. */
  tensor: Uint8Array;
}

/** Of anything in one list: our own graphs have no more than twenty. */
const MOST = 100;

/**
 * Reads what operators a model has, and which values they take. Tensors and attributes are left where they lie.
 * @throws for what is no model, or has more parts than any of ours
 */
export function readGraph(onnx: Uint8Array): Graph {
  const graph: Graph = { inputs: [], outputs: [], operators: [], constants: [] };
  readMessage(onnx, {
    // Two of them are one, as protobuf has it.
    [tagOf(7, DELIMITED)]: (reader) =>
      readMessage(reader.bytes(), {
        [tagOf(1, DELIMITED)]: (each) => add(graph.operators, readOperator(each.bytes())),
        [tagOf(5, DELIMITED)]: (each) => add(graph.constants, readConstant(each.bytes())),
        [tagOf(11, DELIMITED)]: (each) => add(graph.inputs, readText(each.bytes(), 1)),
        [tagOf(12, DELIMITED)]: (each) => add(graph.outputs, readText(each.bytes(), 1)),
      }),
    [tagOf(25, DELIMITED)]: () => {
      throw new Error('it has functions of its own');
    },
  });
  return graph;
}

function readOperator(bytes: Uint8Array): Operator {
  const operator: Operator = { domain: '', type: '', inputs: [], outputs: [], attributes: [] };
  readMessage(bytes, {
    [tagOf(1, DELIMITED)]: (reader) => add(operator.inputs, reader.string()),
    [tagOf(2, DELIMITED)]: (reader) => add(operator.outputs, reader.string()),
    [tagOf(4, DELIMITED)]: (reader) => (operator.type = reader.string()),
    [tagOf(5, DELIMITED)]: (reader) => add(operator.attributes, reader.bytes()),
    [tagOf(7, DELIMITED)]: (reader) => (operator.domain = reader.string()),
  });
  return operator;
}

function readConstant(tensor: Uint8Array): Constant {
  return { name: readText(tensor, 8), tensor };
}

function readText(bytes: Uint8Array, field: number): string {
  let text = '';
  readMessage(bytes, { [tagOf(field, DELIMITED)]: (reader) => (text = reader.string()) });
  return text;
}

function add<T>(list: T[], item: T): void {
  if (list.length >= MOST) throw new Error(`it has more than ${MOST} parts of a kind`);
  list.push(item);
}
