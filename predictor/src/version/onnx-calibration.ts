import type { Calibration, Isotonic } from '@stockout/contracts';
import type { Graph } from './onnx-graph.ts';
import {
  DELIMITED,
  FIXED32,
  FIXED64,
  numbersAt,
  readCount,
  readFloat,
  readMessage,
  tagOf,
  VARINT,
} from './onnx-wire.ts';

/** A value of a graph: the ensemble's margin, numbers, or what an operator makes of other values. */
type Value = 'margin' | Numbers | Applied;

interface Numbers {
  /** The type of its elements, by its number in ONNX. */
  type: number;
  dims: number[];
  values: readonly number[];
}

interface Applied {
  operator: string;
  of: Value[];
  /** The only attribute, a whole number. */
  attribute?: [name: string, value: number];
}

const [FLOAT, DOUBLE] = [1, 11];

/**
 * Whether the graph's score is made of the margin as our export does it for this calibration: the same operators, the same
 * numbers, whatever the values between them are called. A score is one column, or the second of two.
 * @param margin the name of what the ensemble yields
 * @throws for tensors and attributes that are none
 */
export function calibratesAs(graph: Graph, margin: string, calibration: Calibration | undefined): boolean {
  const score = graph.outputs.find((name) => name !== 'label');
  if (score === undefined) return false;
  const risk = riskOf(calibration);
  const rest = apply('Sub', floats(1), risk);
  const both: Applied = { ...apply('Concat', rest, risk), attribute: ['axis', 1] };
  return [risk, both].some((each) => isValue(graph, margin, score, each));
}

function riskOf(calibration: Calibration | undefined): Value {
  switch (calibration?.method) {
    case undefined:
      return apply('Sigmoid', 'margin');
    case 'Platt': {
      const scaled = apply('Mul', 'margin', floats(calibration.slope));
      return apply('Sigmoid', apply('Add', scaled, floats(calibration.intercept)));
    }
    case 'Isotonic':
      return linesOf(calibration);
  }
}

/** The first risk and, for every piece, its slope times the part of it that lies below the score. */
function linesOf({ scores, risks }: Isotonic): Value {
  const knots = scores.slice(0, -1);
  const widths = knots.map((knot, piece) => scores[piece + 1]! - knot);
  const slopes = widths.map((width, piece) => (risks[piece + 1]! - risks[piece]!) / width);
  const odds = apply('Exp', apply('Neg', cast('margin', DOUBLE)));
  const score = apply('Reciprocal', apply('Add', odds, doubles([1], [1])));
  const above = apply('Max', apply('Sub', score, doubles(knots, [1, knots.length])), doubles([0], [1]));
  const parts = apply('Min', above, doubles(widths, [1, widths.length]));
  const gain = apply('MatMul', parts, doubles(slopes, [slopes.length, 1]));
  return cast(apply('Add', gain, doubles(risks.slice(0, 1), [1])), FLOAT);
}

function apply(operator: string, ...of: Value[]): Applied {
  return { operator, of };
}

function cast(value: Value, to: number): Applied {
  return { ...apply('Cast', value), attribute: ['to', to] };
}

function floats(value: number): Numbers {
  return { type: FLOAT, dims: [1], values: [Math.fround(value)] };
}

function doubles(values: readonly number[], dims: number[]): Numbers {
  return { type: DOUBLE, dims, values };
}

function isValue(graph: Graph, margin: string, name: string, expected: Value): boolean {
  if (expected === 'margin') return name === margin;
  if ('values' in expected) {
    const constant = graph.constants.find((each) => each.name === name);
    return constant !== undefined && holdsNumbers(constant.tensor, expected);
  }
  const made = graph.operators.find(({ outputs }) => outputs[0] === name);
  return (
    made?.type === expected.operator &&
    made.domain === '' &&
    holdsAttribute(made.attributes, expected.attribute) &&
    made.inputs.length === expected.of.length &&
    expected.of.every((value, index) => isValue(graph, margin, made.inputs[index]!, value))
  );
}

function holdsAttribute(attributes: readonly Uint8Array[], expected: Applied['attribute']): boolean {
  if (attributes.length !== (expected === undefined ? 0 : 1)) return false;
  return attributes.every((attribute) => {
    const found: [name: string, value: number] = ['', 0];
    readMessage(attribute, {
      [tagOf(1, DELIMITED)]: (reader) => (found[0] = reader.string()),
      [tagOf(3, VARINT)]: (reader) => (found[1] = readCount(reader)),
    });
    return found[0] === expected?.[0] && found[1] === expected[1];
  });
}

/** Numbers that lie in raw bytes, as other converters write them, are others. */
function holdsNumbers(tensor: Uint8Array, { type, dims, values }: Numbers): boolean {
  let foundType = 0;
  let same = true;
  const following = (expected: readonly number[]) => {
    let at = 0;
    return { take: (value: number): void => void (same &&= value === expected[at++]), count: () => at };
  };
  const [size, data] = [following(dims), following(values)];
  readMessage(tensor, {
    ...numbersAt(1, VARINT, readCount, size.take),
    [tagOf(2, VARINT)]: (reader) => (foundType = readCount(reader)),
    ...numbersAt(4, FIXED32, readFloat, data.take),
    ...numbersAt(10, FIXED64, (reader) => reader.double(), data.take),
    [tagOf(9, DELIMITED)]: () => {
      throw new Error('its numbers lie in raw bytes');
    },
  });
  return same && foundType === type && size.count() === dims.length && data.count() === values.length;
}
