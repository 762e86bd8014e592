import { array, assert, constantFrom, dictionary, jsonValue, property, record, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutData } from './cut-data.ts';

const SPACES = constantFrom(undefined, 1, '\t');
const anyName = constantFrom('name', 'data ', 'inputs', '"data":[', 'x\\', '\\"', '[', '}', 'dat\u0061 é');

describe('an inference request', () => {
  it('is cut into its JSON without the data, and the data of each input', () => {
    const input = record({
      data: array(jsonValue()),
      other: jsonValue(),
      parameters: dictionary(anyName, jsonValue()),
    });
    const request = record({ before: jsonValue(), inputs: array(input), after: jsonValue() });
    assert(
      property(request, SPACES, (made, space) => {
        const { head, data } = cutData(Buffer.from(JSON.stringify(made, undefined, space)));
        const whole = JSON.parse(JSON.stringify(made)) as typeof made;
        const inputs = whole.inputs.map((each) => ({ ...each, data: null }));
        expect(JSON.parse(head)).toEqual({ ...whole, inputs });
        expect([...data.values()].map((text) => JSON.parse(String(text)) as unknown)).toEqual(
          whole.inputs.map((each) => each.data),
        );
        expect([...data.keys()]).toEqual(inputs.map((_, index) => index));
      }),
    );
  });

  it('keeps what only looks like data', () => {
    const text = '{"data":[1],"x":[{"data":[2]}],"inputs":[{"parameters":{"data":[3]},"more":["data",[4]]}]}';
    expect(cutData(Buffer.from(text))).toEqual({ head: text, data: new Map() });
  });

  it('has the data of its last inputs, where it has them twice', () => {
    const { data } = cutData(Buffer.from('{"inputs":[{"data":[1]},{"data":[2]}],"inputs":[{"data":[3]}]}'));
    expect([...data.entries()].map(([index, text]) => [index, String(text)])).toEqual([[0, '[3]']]);
  });

  it('is cut whatever its bytes are', () => {
    assert(property(uint8Array(), (bytes) => void cutData(Buffer.from(bytes))));
    assert(
      property(array(constantFrom(...'{}[],:"\\ '.split(''), '"data"', '"inputs"')), (parts) => {
        void cutData(Buffer.from(`{"inputs":[{${parts.join('')}`));
      }),
    );
  });
});
