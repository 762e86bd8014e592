import { generateKeyPairSync, sign } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Limits, ServeOptions } from '../options.ts';
import { tinyRow } from '../testing/fixture.ts';
import { GrpcCaller } from '../testing/grpc-caller.ts';
import { AUDIENCE, Issuer } from '../testing/issuer.ts';
import { refused, RunningPredictor } from '../testing/running.ts';

let issuer: Issuer;
beforeAll(async () => {
  issuer = await Issuer.start();
});
beforeEach(() => issuer.reset());
afterAll(() => issuer[Symbol.asyncDispose]());

function start(options: Partial<ServeOptions> = {}, limits: Partial<Limits> = {}): Promise<RunningPredictor> {
  return RunningPredictor.ready({ jwt: issuer.jwt, ...options }, limits);
}

async function post(running: RunningPredictor, token: string, key?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, ...(key !== undefined && { 'x-api-key': key }) };
  return running.post('/predict', await tinyRow(), headers);
}

async function statusOf(running: RunningPredictor, token: string, key?: string): Promise<number> {
  return (await post(running, token, key)).status;
}

const now = (): number => Math.floor(Date.now() / 1000);
const claimsOf = (sub = 'x') => ({ iss: issuer.url, aud: AUDIENCE, sub, exp: now() + 600 });

describe('a token of the issuer', () => {
  it('is enough, again and again, on every scoring route and by gRPC', async () => {
    await using running = await start();
    const token = await issuer.token();
    for (let time = 0; time < 3; time++) expect(await statusOf(running, token)).toBe(200);
    const authorization = `bearer ${token}`;
    expect((await running.post('/predict/batch', [await tinyRow()], { authorization })).status).toBe(200);
    using caller = new GrpcCaller(running.server.grpcAddress, 'inference.GRPCInferenceService');
    const infer = (metadata: Record<string, string>) =>
      caller.call('ModelInfer', { model_name: 'other' }, metadata);
    await expect(infer({ authorization })).rejects.toMatchObject({ code: status.NOT_FOUND });
    await expect(infer({})).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    await expect(infer({ authorization: `${authorization}x` })).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
      details: 'the token is not taken: its signature is wrong',
    });
    expect(issuer.asked).toBe(1);
  });

  it('is asked for on the scoring routes alone, in words and as a challenge', async () => {
    await using running = await start();
    const answer = await running.post('/predict', await tinyRow());
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="stockout"');
    expect(await answer.text()).toContain(`a token of ${issuer.url} in the Authorization header`);
    for (const open of ['/health', '/v2/health/ready', '/'])
      expect((await running.get(open)).status).toBe(200);
  });

  it('or an API key: either is enough where both are configured', async () => {
    await using running = await start({ apiKeys: ['secret'] });
    const token = await issuer.token();
    expect(await statusOf(running, token)).toBe(200);
    expect(await statusOf(running, token, 'wrong')).toBe(200);
    expect(await statusOf(running, 'wrong', 'secret')).toBe(200);
    const answer = await running.post('/predict', await tinyRow(), { 'x-api-key': 'wrong' });
    expect(answer.headers.get('www-authenticate')).toBe('ApiKey realm="stockout", Bearer realm="stockout"');
    const { components, paths } = (await (await running.get('/openapi.json')).json()) as OpenApi;
    expect(Object.keys(components.securitySchemes)).toEqual(['apiKey', 'token']);
    expect(paths['/predict']?.post.security).toEqual([{ apiKey: [] }, { token: [] }]);
  });
});

interface OpenApi {
  components: { securitySchemes: object };
  paths: Record<string, { post: { security: object[] } }>;
}

describe('a token is refused, and the caller told why,', () => {
  let running: RunningPredictor;
  beforeAll(async () => {
    running = await start();
  });
  afterAll(() => running[Symbol.asyncDispose]());

  const wrong: [what: string, make: () => Promise<string> | string, why: string][] = [
    ['that has expired', () => issuer.token({ exp: now() - 60 }), 'it has expired'],
    ['that is not valid yet', () => issuer.token({ nbf: now() + 60 }), 'it is not valid yet'],
    ['without an end', () => issuer.token({ exp: undefined }), 'it does not say when it expires'],
    ['for others', () => issuer.token({ aud: 'others' }), 'it is meant for another audience'],
    ['of others', () => issuer.token({ iss: 'https://other' }), 'it is of another issuer'],
    ['by a key that is not published', () => issuer.token({}, 'unknown'), 'its issuer has no such key'],
    [
      'that was changed',
      async () => (await issuer.token()).replace(/\.[^.]*\./, `.${encode(claimsOf('admin'))}.`),
      'its signature is wrong',
    ],
    ['that is not signed', () => new UnsecuredJWT(claimsOf()).encode(), 'it is signed by an algorithm'],
    [
      'that is signed by a secret',
      () =>
        new SignJWT(claimsOf()).setProtectedHeader({ alg: 'HS256', kid: 'first' }).sign(new Uint8Array(32)),
      'it is signed by an algorithm that is not taken',
    ],
    ['that is none', () => 'hello', 'it is no signed JSON Web Token'],
    ['of dots', () => '..', 'it is no signed JSON Web Token'],
  ];

  it.each(wrong)('one %s', async (_, make, why) => {
    const token = await make();
    const answer = await post(running, token);
    const challenge = answer.headers.get('www-authenticate');
    expect(challenge).toContain(`error="invalid_token", error_description="${why}`);
    expect((await refused(Promise.resolve(answer))).detail).toContain(`the token is not taken: ${why}`);
    expect(answer.status).toBe(401);
    expect(running.log.map(({ message }) => message).join()).not.toContain(token);
  });

  it('one by a key of its issuer that is too short to be trusted', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    issuer.publishForeign({ ...publicKey.export({ format: 'jwk' }), kid: 'short', use: 'sig' });
    await using afresh = await start();
    const signed = `${encode({ alg: 'RS256', kid: 'short' })}.${encode(claimsOf())}`;
    const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64url');
    const { status: code, detail } = await refused(post(afresh, `${signed}.${signature}`));
    expect([code, detail]).toEqual([401, expect.stringContaining("its issuer's key cannot be used")]);
    expect(afresh.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('but clocks may differ by some seconds', async () => {
    expect(await statusOf(running, await issuer.token({ exp: now() - 5 }))).toBe(200);
    expect(await statusOf(running, await issuer.token({ nbf: now() + 5 }))).toBe(200);
  });
});

describe('the keys of the issuer', () => {
  it('change: a new one is taken at once, one that is withdrawn no longer', async () => {
    await using running = await start({}, { issuerCooldownMs: 0 });
    const [old, fresh] = [await issuer.token(), await issuer.token({}, 'second')];
    expect([await statusOf(running, old), await statusOf(running, fresh)]).toEqual([200, 401]);
    await issuer.publish('first', 'second');
    expect([await statusOf(running, old), await statusOf(running, fresh)]).toEqual([200, 200]);
    await issuer.publish('second');
    expect(await statusOf(running, await issuer.token({}, 'third'))).toBe(401);
    expect([await statusOf(running, old), await statusOf(running, fresh)]).toEqual([401, 200]);
  });

  it('are fetched again by themselves', async () => {
    await using running = await start({}, { issuerRefreshMs: 20 });
    const old = await issuer.token();
    expect(await statusOf(running, old)).toBe(200);
    await issuer.publish('second');
    await expect.poll(() => statusOf(running, old)).toBe(401);
  });

  it('are not asked for by everybody who makes a key up', async () => {
    await using running = await start();
    expect(await statusOf(running, await issuer.token())).toBe(200);
    const made = await Promise.all(['a', 'b', 'c', 'd'].map((kid) => issuer.token({}, kid)));
    const statuses = await Promise.all(made.map((token) => statusOf(running, token)));
    expect(statuses).toEqual([401, 401, 401, 401]);
    expect(issuer.asked).toBe(1);
  });
});

describe('an issuer that cannot be reached', () => {
  it('is nobody’s fault: 503 with Retry-After for tokens, while API keys go on', async () => {
    issuer.instead = (_, res) => void res.writeHead(502).end();
    await using running = await start({ apiKeys: ['secret'] }, { issuerCooldownMs: 0 });
    const token = await issuer.token();
    const answer = await post(running, token);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await statusOf(running, token, 'secret')).toBe(200);
    using caller = new GrpcCaller(running.server.grpcAddress, 'inference.GRPCInferenceService');
    const metadata = { authorization: `Bearer ${token}` };
    await expect(caller.call('ModelInfer', {}, metadata)).rejects.toMatchObject({ code: status.UNAVAILABLE });
    issuer.instead = undefined;
    expect(await statusOf(running, token)).toBe(200);
    const told = running.log.map(({ message }) => message).filter((message) => message.includes('issuer'));
    expect(told).toEqual([
      expect.stringContaining('openid-configuration cannot be read: it answers 502'),
      expect.stringContaining('are known again'),
    ]);
  });

  it('does not unseat tokens that can be checked without it', async () => {
    await using running = await start({}, { issuerCooldownMs: 0 });
    expect(await statusOf(running, await issuer.token())).toBe(200);
    issuer.instead = (req) => req.socket.destroy();
    expect(await statusOf(running, await issuer.token({ sub: 'another' }))).toBe(200);
    expect(await statusOf(running, await issuer.token({}, 'second'))).toBe(503);
  });

  it('is not trusted for ever', async () => {
    await using running = await start({}, { issuerCooldownMs: 0, issuerStaleMs: 300 });
    const token = await issuer.token();
    await expect.poll(() => statusOf(running, token)).toBe(200);
    issuer.instead = (req) => req.socket.destroy();
    await expect.poll(() => statusOf(running, token)).toBe(503);
  });
});

function encode(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url');
}
