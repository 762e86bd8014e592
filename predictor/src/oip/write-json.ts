import type { Predictions, ServedModel, Written } from './infer.ts';
import { explanationOutput } from './explanation-output.ts';
import { OUTPUTS, type RequestedOutput } from './infer-request.ts';
import type { JsonInferRequest } from './read-json.ts';

/** Characters of a number and its comma at the most: a 32-bit float is written as the double that it is. */
const WIDEST = '-1.2345678901234567e-100,'.length;

/** The answer's JSON, with the binary outputs behind it where some are asked for. */
export function writeJsonAnswer(
  { scores, labels, explanations }: Predictions,
  { id, outputs, binary: unsaid }: JsonInferRequest,
  { model, version }: Pick<ServedModel, 'model' | 'version'>,
): Written {
  const parts: Uint8Array[] = [];
  const binary: Uint8Array[] = [];
  const head = { model_name: model, model_version: version, ...(id === undefined ? {} : { id }) };
  parts.push(Buffer.from(`${JSON.stringify(head).slice(0, -1)},"outputs":[`));
  for (const [index, output] of outputs.entries()) {
    const values = output.name === 'stockout_risk_score' ? scores : labels;
    const opening = `${index === 0 ? '' : ','}${headOf(output, values)}`;
    if (output.binary) {
      parts.push(Buffer.from(`${opening}}`));
      binary.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    } else parts.push(Buffer.from(`${opening},"data":`), numbersOf(values), Buffer.from('}'));
  }
  if (explanations !== undefined) {
    const { json, data } = explanationOutput(explanations, unsaid);
    for (const each of [Buffer.from(','), ...json]) parts.push(each);
    for (const each of data) binary.push(each);
  }
  parts.push(Buffer.from(']}'));
  const body = joined([...parts, ...binary]);
  return { body, headerLength: binary.length === 0 ? undefined : lengthOf(parts) };
}

/** A tensor's JSON up to its data, without the closing brace. */
function headOf({ name, binary }: RequestedOutput, values: Float32Array | Int32Array): string {
  const datatype = OUTPUTS.find((output) => output.name === name)?.datatype;
  const parameters = binary ? { parameters: { binary_data_size: values.byteLength } } : {};
  return JSON.stringify({ name, datatype, shape: [values.length], ...parameters }).slice(0, -1);
}

/** One buffer rather than a string an element: a million of those would take a gigabyte of heap. */
function numbersOf(values: Float32Array | Int32Array): Uint8Array {
  const text = Buffer.allocUnsafe(2 + values.length * WIDEST);
  let end = text.write('[');
  for (let index = 0; index < values.length; index++) {
    end += text.write(index === 0 ? String(values[index]) : `,${values[index]}`, end, 'latin1');
  }
  end += text.write(']', end);
  return text.subarray(0, end);
}

/** In memory that is nobody else's. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
