import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { type BodyPart, bodyParts } from './body-parts.ts';
import { Patience } from './patience.ts';

it.each<[chunks: number[], parts: number[]]>([
  [[], [0]],
  [[60], [60]],
  [[60, 39], [99]],
  [
    [60, 60, 60, 60, 10],
    [120, 120, 10],
  ],
  [
    [250, 50, 50],
    [250, 100, 0],
  ],
])('a body of chunks of %j bytes comes in parts of 100 or more, the rest last: %j', async (chunks, parts) => {
  const body = Readable.from(chunks.map((size) => Buffer.alloc(size))) as IncomingMessage;
  const found: BodyPart[] = [];
  for await (const part of bodyParts(body, new Patience(10_000), 100)) found.push(part);
  expect(found.map(({ bytes }) => bytes.length)).toEqual(parts);
  expect(found.map(({ last }) => last)).toEqual(parts.map((_, index) => index === parts.length - 1));
});
