import type { Calibration, Isotonic } from '@stockout/contracts';
import { DOUBLE, FLOAT, int, operator } from './onnx-parts.ts';

interface Part {
  node: object[];
  initializer: object[];
}

/** The operators between margin [N, 1] and risk [N, 1]. */
export function calibrate(margin: string, risk: string, calibration: Calibration | undefined): Part {
  switch (calibration?.method) {
    case undefined:
      return { node: [operator('Sigmoid', [margin], risk)], initializer: [] };
    case 'Platt':
      return {
        initializer: [floats('slope', calibration.slope), floats('intercept', calibration.intercept)],
        node: [
          operator('Mul', [margin, 'slope'], 'scaled'),
          operator('Add', ['scaled', 'intercept'], 'moved'),
          operator('Sigmoid', ['moved'], risk),
        ],
      };
    case 'Isotonic':
      return lines(margin, risk, calibration);
  }
}

/**
 * A map of lines from knot to knot is the first risk and, for every piece, its slope times the part of it that lies
 * below the score: clip(score - knot, 0, width). In 64 bits, so that no sum of pieces rounds.
 */
function lines(margin: string, risk: string, { scores, risks }: Isotonic): Part {
  const knots = scores.slice(0, -1);
  const widths = knots.map((knot, i) => scores[i + 1]! - knot);
  const slopes = widths.map((width, i) => (risks[i + 1]! - risks[i]!) / width);
  const pieces = knots.length;
  return {
    initializer: [
      doubles('knots', [1, pieces], knots),
      doubles('widths', [1, pieces], widths),
      doubles('slopes', [pieces, 1], slopes),
      doubles('zero', [1], [0]),
      doubles('unit', [1], [1]),
      doubles('least', [1], risks.slice(0, 1)),
    ],
    node: [
      // ONNX Runtime's own Sigmoid is off by 2e-7, which a steep piece would make ten times as much.
      operator('Cast', [margin], 'wide', [int('to', DOUBLE)]),
      operator('Neg', ['wide'], 'negated'),
      operator('Exp', ['negated'], 'odds'),
      operator('Add', ['odds', 'unit'], 'whole'),
      operator('Reciprocal', ['whole'], 'score'),
      operator('Sub', ['score', 'knots'], 'beyond'),
      operator('Max', ['beyond', 'zero'], 'above'),
      operator('Min', ['above', 'widths'], 'parts'),
      operator('MatMul', ['parts', 'slopes'], 'gain'),
      operator('Add', ['gain', 'least'], 'exact'),
      operator('Cast', ['exact'], risk, [int('to', FLOAT)]),
    ],
  };
}

function floats(name: string, value: number): object {
  return { name, dims: [1], dataType: FLOAT, floatData: [value] };
}

function doubles(name: string, dims: number[], doubleData: number[]): object {
  return { name, dims, dataType: DOUBLE, doubleData };
}
