import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import serveNode from '../../bin/serve-node.json' with { type: 'json' };

const DOCKERFILE = readFileSync(new URL('../../../Dockerfile.predictor', import.meta.url), 'utf8');
/** Node's permissions, which only the image's files are made for. */
const PERMISSIONS = /^--(permission$|allow-|disable-warning=PERM)/;

it('the launcher gives serve the flags of Node that its image does, permissions apart', () => {
  const [, entry = '[]'] = /^ENTRYPOINT (.*)$/m.exec(DOCKERFILE) ?? [];
  const [program, ...flags] = JSON.parse(entry) as string[];
  expect([program, flags.pop()]).toEqual(['node', '/usr/local/bin/stockout']);
  expect(flags.filter((flag) => !PERMISSIONS.test(flag))).toEqual(serveNode.flags);
});

it('and the environment by which its memory is bounded', () => {
  const [, environment = ''] = /^ENV (.*)$/m.exec(DOCKERFILE) ?? [];
  const given = Object.entries(serveNode.environment).map(([name, value]) => `${name}=${value}`);
  expect(environment.split(' ').filter((each) => each.startsWith('MALLOC_'))).toEqual(given);
});
