import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { rename, rm, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { serve } from './serve.ts';
import { TINY_URI, tinyManifest, VersionCopy } from './testing/fixture.ts';
import { refusalOf } from './testing/refusal.ts';
import { RunningPredictor } from './testing/running.ts';

describe('a predictor whose version is damaged stays up, is never ready and says why:', () => {
  it('a truncated model.ubj', async () => {
    await using copy = await VersionCopy.make();
    const whole = await copy.read('model.ubj');
    await copy.write('model.ubj', whole.subarray(0, 1000));
    const expected = new RegExp(
      `^failed: .*/model.ubj has 1000 bytes \\(sha256:[0-9a-f]{64}\\), its manifest says ${whole.length}`,
    );
    expect(await refusalOf(copy)).toMatch(expected);
  });

  it('a changed byte in model.onnx, with both digests', async () => {
    await using copy = await VersionCopy.make();
    const bytes = await copy.read('model.onnx');
    bytes[5000]! ^= 1;
    await copy.write('model.onnx', bytes);
    expect(await refusalOf(copy)).toMatch(
      /model.onnx is sha256:[0-9a-f]{64}, its manifest says sha256:[0-9a-f]{64}/,
    );
  });

  it.each(['manifest.json', 'model.ubj', 'model.onnx'])('a missing %s', async (name) => {
    await using copy = await VersionCopy.make();
    await copy.remove(name);
    expect(await refusalOf(copy)).toContain(`/${name} is missing`);
  });

  it('a truncated manifest.json', async () => {
    await using copy = await VersionCopy.make();
    await copy.write('manifest.json', '{"formatVersion": 1, "name');
    expect(await refusalOf(copy)).toContain('manifest.json is not JSON');
  });

  it('a manifest of another format', async () => {
    await using copy = await VersionCopy.make();
    await copy.write('manifest.json', '{"formatVersion": 2}');
    expect(await refusalOf(copy)).toContain('manifest.json is not a manifest');
  });

  it('another digest than the one to be served', async () => {
    await using copy = await VersionCopy.make();
    const other = `sha256:${'0'.repeat(64)}`;
    const { digest } = await tinyManifest();
    expect(await refusalOf(copy, other)).toContain(`is of ${digest}, and ${other} is to be served`);
  });

  it('golden predictions that it does not reproduce', async () => {
    await using copy = await VersionCopy.make();
    await copy.editManifest(({ golden }) => (golden[3]!.score += 0.001));
    expect(await refusalOf(copy)).toContain('golden prediction 3 by model.ubj is');
  });

  it('an ONNX model of other trees under a right checksum', async () => {
    await using copy = await VersionCopy.make();
    const bytes = await copy.read('model.onnx');
    await copy.swap('model.onnx', changeLeaves(bytes));
    expect(await refusalOf(copy)).toContain('golden prediction 0 by model.onnx is');
  });

  it('features in another order than the model has', async () => {
    await using copy = await VersionCopy.make();
    await copy.editManifest(({ features }) => features.reverse());
    expect(await refusalOf(copy)).toMatch(/^failed: model.ubj has the features price, promo/);
  });

  it('what is no XGBoost model under a right checksum', async () => {
    await using copy = await VersionCopy.make();
    await copy.swap('model.ubj', Buffer.from('not a model'));
    expect(await refusalOf(copy)).toContain('model.ubj cannot be served');
  });
});

describe('a predictor', () => {
  it('is ready for the digest that it is told to serve', async () => {
    const { digest } = await tinyManifest();
    await using running = await RunningPredictor.ready({ digest });
    expect((await running.get('/readyz')).status).toBe(200);
  });

  it('says which port is taken and how to choose another', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await expect(serveOn({ port })).rejects.toThrow(`port ${port} is taken: choose another with --port`);
    await expect(serveOn({ adminPort: port })).rejects.toThrow(
      `port ${port} is taken: choose another with --admin-port`,
    );
    await expect(serveOn({ grpcPort: port })).rejects.toThrow(
      `port ${port} is taken: choose another with --grpc-port`,
    );
    taken.close();
  });

  it('says which port cannot be one', async () => {
    const why = 'port 70000 is none: choose one from 0 to 65535 with --port';
    await expect(serveOn({ port: 70_000 })).rejects.toThrow(why);
  });

  it('refuses a URI that it cannot read before it listens', async () => {
    await expect(serve({ model: 'http://host/model' })).rejects.toThrow('storage URIs are written as');
  });

  it('reads again what a storage fails to give, and says so meanwhile', async () => {
    await using copy = await VersionCopy.make();
    const [file, aside] = [`${copy.dir}/model.onnx`, `${copy.dir}/aside`];
    await rename(file, aside);
    // A link to itself fails as a broken disk does: neither a missing file nor a wrong one.
    await symlink(file, file);
    await using running = await RunningPredictor.start({ model: copy.uri }, { retryMs: 20 });
    await expect.poll(async () => (await running.get('/readyz')).text()).toContain('it is tried again');
    await rm(file);
    await rename(aside, file);
    await running.server.ready;
    expect((await running.get('/readyz')).status).toBe(200);
  });

  it('stops by its signal, and again by stop', async () => {
    const abort = new AbortController();
    const running = await RunningPredictor.ready({ signal: abort.signal });
    abort.abort();
    await running.server.stop();
    await expect(running.get('/livez')).rejects.toThrow();
    await expect(running.get('/livez', true)).rejects.toThrow();
  });

  it('stops while it loads', async () => {
    const running = await RunningPredictor.start();
    await running.server.stop();
    await expect(running.server.ready).rejects.toThrow('stopped before it was ready');
  });

  it('tells starts and stops in its log, and no request', async () => {
    const running = await RunningPredictor.ready();
    await running.post('/predict', {});
    await running.server.stop();
    expect(running.log.map(({ message }) => message)).toEqual(['listening', 'ready', 'stopping', 'stopped']);
  });
});

/** Changes the leaves' values: still a model, of other scores. */
function changeLeaves(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  const name = 'target_weights';
  // Protocol buffers: each float follows the tag of its field.
  for (let at = changed.indexOf(name) + name.length; changed[at] === 0x3d; at += 5) changed[at + 3]! ^= 0x40;
  return changed;
}

function serveOn(ports: { port?: number; adminPort?: number; grpcPort?: number }): Promise<unknown> {
  return serve({
    model: TINY_URI,
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    grpcPort: 0,
    ...ports,
    log: () => {},
  });
}
