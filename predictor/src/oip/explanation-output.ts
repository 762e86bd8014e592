/** The output that ?explain adds: a JSON text a row, as MLServer gives its explanations. */
const NAME = 'explanation';
const COMMA = Buffer.from(',');

/**
 * A tensor's JSON, and the data behind it.
 * @param explanations of each row, as JSON in ASCII
 * @param binary whether its data lies behind the JSON of the answer
 */
export function explanationOutput(
  explanations: readonly Uint8Array[],
  binary: boolean,
): { json: Uint8Array[]; data: Uint8Array[] } {
  const data = binary ? explanations.flatMap(withLength) : [];
  const size = data.reduce((sum, { length }) => sum + length, 0);
  const parameters = { content_type: 'str', ...(binary && { binary_data_size: size }) };
  const head = { name: NAME, datatype: 'BYTES', shape: [explanations.length], parameters };
  if (binary) return { json: [Buffer.from(JSON.stringify(head))], data };
  const opening = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"data":[`);
  return { json: [opening, ...explanations.flatMap(asString), Buffer.from(']}')], data };
}

/** An element of BYTES, as the binary tensor extension has it: its length in four bytes, little end first, in front of it. */
function withLength(element: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(element.length);
  return [length, element];
}

function asString(json: Uint8Array, index: number): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(Buffer.from(json).toString('latin1')), 'latin1');
  return index === 0 ? [text] : [COMMA, text];
}
