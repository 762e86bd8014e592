import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tinyRow } from './testing/fixture.ts';
import { RunningPredictor } from './testing/running.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-keys-'));
});
afterEach(async () => {
  for (const each of [dir, `${dir}-gone`]) await rm(each, { recursive: true, force: true });
});

async function statusFor(
  running: RunningPredictor,
  key: string | undefined,
  path = '/predict',
): Promise<number> {
  const row = await tinyRow();
  const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
  return (await running.post(path, path === '/predict' ? row : [row], headers)).status;
}

describe('API keys', () => {
  it('are asked for on the scoring routes alone, in words', async () => {
    await using running = await RunningPredictor.ready({ apiKeys: ['secret'] });
    const refused = await running.post('/predict', await tinyRow());
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('ApiKey realm="stockout"');
    expect(await refused.text()).toContain('send a valid API key in the X-API-Key header');
    expect(await statusFor(running, 'secret')).toBe(200);
    expect(await statusFor(running, 'secret', '/predict/batch')).toBe(200);
    expect(await statusFor(running, undefined, '/predict/batch')).toBe(401);
    for (const wrong of ['', 'Secret', 'secret2', 'x'.repeat(4_000)])
      expect(await statusFor(running, wrong)).toBe(401);
    for (const open of ['/health', '/docs', '/', '/openapi.json'])
      expect((await running.get(open)).status).toBe(200);
  });

  it('are the contents of every file of a mounted Secret, and rotate without a restart', async () => {
    await mountSecret(dir, 'first', { old: 'one\n', further: 'two' });
    await using running = await RunningPredictor.ready({ apiKeysDir: dir }, { keysIntervalMs: 20 });
    expect(await statusFor(running, 'one')).toBe(200);
    expect(await statusFor(running, 'two')).toBe(200);
    await mountSecret(dir, 'second', { old: 'three', further: 'two' });
    await expect.poll(() => statusFor(running, 'three')).toBe(200);
    expect(await statusFor(running, 'one')).toBe(401);
    expect(await statusFor(running, 'two')).toBe(200);
  });

  it('stay valid while their folder cannot be read', async () => {
    await mountSecret(dir, 'first', { key: 'one' });
    await using running = await RunningPredictor.ready({ apiKeysDir: dir }, { keysIntervalMs: 20 });
    await rename(dir, `${dir}-gone`);
    await expect
      .poll(() => running.log.map(({ message }) => message).join())
      .toContain('the keys known before stay valid');
    expect(await statusFor(running, 'one')).toBe(200);
  });

  it.each([
    ['is missing', 'gone', /API keys .*gone is missing: mount a Secret there, one key a file/],
    ['is empty', '', /API keys .* holds no key: put one into the Secret/],
  ])('keep a predictor from being ready while their Secret %s, in words', async (_, below, why) => {
    const apiKeysDir = join(dir, below);
    await using running = await RunningPredictor.start({ apiKeysDir }, { keysIntervalMs: 20 });
    const readyz = async (): Promise<string> => (await running.get('/readyz', true)).text();
    await expect.poll(readyz).toMatch(why);
    expect(running.log[0]).toMatchObject({ level: 'error', message: expect.stringMatching(why) as string });
    expect(await statusFor(running, '')).toBe(503);
    await mkdir(apiKeysDir, { recursive: true });
    await writeFile(join(apiKeysDir, 'key'), 'one');
    await running.server.ready;
    expect(await statusFor(running, 'one')).toBe(200);
  });

  it('refuse everybody once their Secret is emptied, and tell the log', async () => {
    await writeFile(join(dir, 'key'), 'one');
    await using running = await RunningPredictor.ready({ apiKeysDir: dir }, { keysIntervalMs: 20 });
    await writeFile(join(dir, 'key'), '\n');
    await expect.poll(() => statusFor(running, 'one')).toBe(401);
    expect(await statusFor(running, '')).toBe(401);
    expect(running.log.map(({ message }) => message).join()).toContain('holds no key');
  });
});

/** As the kubelet does it: dated folders, a link to the current one that is swapped, and a link for each key. */
async function mountSecret(at: string, date: string, keys: Record<string, string>): Promise<void> {
  await mkdir(join(at, `..${date}`));
  for (const [name, content] of Object.entries(keys)) {
    await writeFile(join(at, `..${date}`, name), content);
    await symlink(join('..data', name), join(at, name)).catch(() => {});
  }
  await symlink(`..${date}`, join(at, '..data_tmp'));
  await rename(join(at, '..data_tmp'), join(at, '..data'));
}
