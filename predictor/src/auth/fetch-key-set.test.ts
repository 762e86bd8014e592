import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Issuer } from '../testing/issuer.ts';
import { fetchKeySet } from './fetch-key-set.ts';

let issuer: Issuer;
beforeEach(async () => {
  issuer = await Issuer.start();
});
afterEach(() => issuer[Symbol.asyncDispose]());

const fetched = (timeout = 10_000) => fetchKeySet(issuer.url, AbortSignal.timeout(timeout));

describe('the keys of an issuer', () => {
  it('are those that its configuration leads to', async () => {
    const { text } = await fetched();
    expect(text).toContain('"kid":"first"');
  });

  it.each([
    ['says nothing', () => {}, 'it does not answer in time'],
    [
      'is of another name',
      json({ issuer: 'https://other', jwks_uri: 'https://other/keys' }),
      'another issuer',
    ],
    ['says nothing useful', json({}), 'is no OpenID configuration'],
    ['does not speak JSON', send('<html>'), 'is not JSON'],
    ['is endless', endless, 'it is larger than 262144 bytes'],
    ['hangs up', (req: IncomingMessage) => void req.socket.destroy(), 'cannot be read'],
    [
      'leads elsewhere',
      (_: unknown, res: ServerResponse) => void res.writeHead(302, { location: '/x' }).end(),
      'cannot be read',
    ],
  ])('that %s cannot be had, and why is told', async (_, instead, why) => {
    issuer.instead = instead;
    // Only who says nothing is waited for.
    await expect(fetched(why.includes('in time') ? 200 : 10_000)).rejects.toThrow(why);
  });

  it.each([
    ['a list', '[]'],
    ['no keys', '{"keys": 1}'],
  ])('that are %s are none', async (_, text) => {
    issuer.instead = (req, res) => {
      const configuration = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` };
      res.end(req.url === '/keys' ? text : JSON.stringify(configuration));
    };
    await expect(fetched()).rejects.toThrow('is no set of keys');
  });

  it('by another way than https, from an issuer of https, are not fetched', async () => {
    issuer.instead = json({ issuer: issuer.url, jwks_uri: 'ftp://other/keys' });
    await expect(fetched()).rejects.toThrow('names keys that do not come by https');
  });
});

function send(text: string) {
  return (_: unknown, res: ServerResponse): void => void res.end(text);
}

function json(content: object) {
  return send(JSON.stringify(content));
}

function endless(_: unknown, res: ServerResponse): void {
  const more = (): void => {
    if (!res.destroyed) res.write(' '.repeat(65_536), more);
  };
  more();
}
