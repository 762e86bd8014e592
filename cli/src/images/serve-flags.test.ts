import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import serveFlags from '../../bin/serve-flags.json' with { type: 'json' };

const DOCKERFILE = new URL('../../../Dockerfile.predictor', import.meta.url);
/** Node's permissions, which only the image's files are made for. */
const PERMISSIONS = /^--(permission$|allow-|disable-warning=PERM)/;

it('the launcher gives serve the flags of Node that its image does, permissions apart', () => {
  const [, entry = '[]'] = /^ENTRYPOINT (.*)$/m.exec(readFileSync(DOCKERFILE, 'utf8')) ?? [];
  const [program, ...flags] = JSON.parse(entry) as string[];
  expect([program, flags.pop()]).toEqual(['node', '/usr/local/bin/stockout']);
  expect(flags.filter((flag) => !PERMISSIONS.test(flag))).toEqual(serveFlags);
});
