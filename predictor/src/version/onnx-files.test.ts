import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, nat, property, uint8Array } from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { expect, it } from 'vitest';
import { TINY } from '../testing/fixture.ts';
import { IntegrityError } from './integrity-error.ts';
import { checkOnnxFiles } from './onnx-files.ts';

const whole = await readFile(join(TINY, 'model.onnx'));

/** A message with one field that holds another message. */
function holding(field: number, inner: Uint8Array): Uint8Array {
  return protobuf.Writer.create()
    .uint32((field << 3) | 2)
    .bytes(inner)
    .finish();
}

/** The model, and a further field in it. */
function withField(field: number, inner: Uint8Array): Uint8Array {
  return Buffer.concat([whole, holding(field, inner)]);
}

const location = Buffer.concat([
  holding(1, Buffer.from('location')),
  holding(2, Buffer.from('../../etc/passwd')),
]);
const tensor = holding(13, location);

it('a model of one file passes', () => {
  expect(() => checkOnnxFiles(whole)).not.toThrow();
});

it.each([
  ['an initializer', withField(7, holding(5, tensor))],
  ['a sparse initializer', withField(7, holding(15, holding(1, tensor)))],
  ['an attribute of a node', withField(7, holding(1, holding(5, holding(5, tensor))))],
  ['a list of an attribute', withField(7, holding(1, holding(5, holding(10, tensor))))],
  ['a graph within a node', withField(7, holding(1, holding(5, holding(6, holding(5, tensor)))))],
  ['a function', withField(25, holding(7, holding(5, holding(5, tensor))))],
  ['what trains it', withField(20, holding(1, holding(5, tensor)))],
])('a tensor that lies in another file is refused in %s, by its path', (_, onnx) => {
  expect(() => checkOnnxFiles(onnx)).toThrow(
    /a tensor in another file \(.*location.*\.\.\/\.\.\/etc\/passwd\)/,
  );
});

it('a graph in a graph in a graph ends somewhere', () => {
  let graph: Uint8Array = tensor;
  for (let depth = 0; depth < 1_000; depth++) graph = holding(1, holding(5, holding(6, graph)));
  expect(() => checkOnnxFiles(holding(7, graph))).toThrow(/deep/);
});

it('whatever the bytes are, it passes or is refused in a sentence', () => {
  const cut = property(nat(whole.length - 1), uint8Array({ maxLength: 20 }), (at, bytes) => {
    const changed = Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at + bytes.length)]);
    try {
      checkOnnxFiles(changed);
    } catch (error) {
      expect(error).toBeInstanceOf(IntegrityError);
    }
  });
  assert(cut);
});
