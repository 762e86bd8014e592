/** Element types of a tensor, by their numbers in ONNX. */
export const FLOAT = 1;
export const INT64 = 7;
export const DOUBLE = 11;

export function operator(opType: string, input: string[], output: string, attribute: object[] = []): object {
  return { opType, input, output: [output], name: output, attribute };
}

export function int(name: string, i: number): object {
  return { name, type: 'INT', i };
}
