import { execFileSync } from 'node:child_process';
import { mkdir, rename, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { deflateRawSync } from 'node:zlib';
import { scoreOfMargin } from '@stockout/contracts/probability';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { VersionCopy } from '../testing/fixture.ts';
import { refusalOf } from '../testing/refusal.ts';
import { RunningPredictor } from '../testing/running.ts';

const GIB = 2 ** 30;
/** As `pickle.dumps` begins: protocol 4, and a call of os.system. */
const PICKLE = Buffer.from(
  '\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94',
  'latin1',
);
/** The local header of one compressed file. */
const ZIP = Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\x08\0'), deflateRawSync(Buffer.alloc(10_000))]);

describe('a version is never ready, and its file is named, when', () => {
  it.each(['model.ubj', 'model.onnx', 'manifest.json'])(
    'its %s has 2 GiB, which are not read',
    async (name) => {
      await using copy = await VersionCopy.make();
      // Sparse: it takes no room on the disk.
      await truncate(`${copy.dir}/${name}`, 2 * GIB);
      const before = process.memoryUsage().rss;
      expect(await refusalOf(copy)).toMatch(new RegExp(`/${name} has ${2 * GIB} bytes`));
      expect(process.memoryUsage().rss - before).toBeLessThan(GIB / 2);
    },
  );

  it('its model has 2 GiB, and the manifest says so too', async () => {
    await using copy = await VersionCopy.make();
    await truncate(`${copy.dir}/model.onnx`, 2 * GIB);
    await copy.editManifest(({ files }) => (files['model.onnx']!.bytes = 2 * GIB));
    expect(await refusalOf(copy)).toMatch(/\/model\.onnx has 2147483648 bytes, and at most \d+ are read/);
  });

  it('its model.ubj is cut short: with both sizes and both digests', async () => {
    await using copy = await VersionCopy.make();
    await copy.write('model.ubj', (await copy.read('model.ubj')).subarray(0, 1_000));
    expect(await refusalOf(copy)).toMatch(
      /\/model\.ubj has 1000 bytes \(sha256:[0-9a-f]{64}\), its manifest says 32928 \(sha256:[0-9a-f]{64}\)/,
    );
  });

  it.each([
    ['model.ubj', 'a pickle', PICKLE],
    ['model.ubj', 'a zip', ZIP],
    ['model.onnx', 'a pickle', PICKLE],
    ['model.onnx', 'a zip', ZIP],
  ])('its %s is %s, whatever the manifest says', async (name, _, content) => {
    await using copy = await VersionCopy.make();
    await copy.write(name, content);
    expect(await refusalOf(copy)).toMatch(new RegExp(`/${name} has \\d+ bytes \\(sha256:`));
    await copy.swap(name, content);
    expect(await refusalOf(copy)).toMatch(new RegExp(`^failed: ${name} `));
  });

  it('its model.ubj names more elements than there are bytes', async () => {
    await using copy = await VersionCopy.make();
    for (const type of ['Z', 'U', 'd']) {
      const count = Buffer.alloc(8);
      count.writeBigInt64BE(2n ** 40n);
      await copy.swap('model.ubj', Buffer.concat([Buffer.from(`{L\0\0\0\0\0\0\0\x01a[$${type}#L`), count]));
      expect(await refusalOf(copy)).toMatch(/^failed: model\.ubj cannot be served/);
    }
  });

  it('its model.onnx has the same trees, and another calibration than its manifest', async () => {
    await using copy = await VersionCopy.make();
    const calibration = { method: 'Platt', slope: 1.5, intercept: -0.25 } as const;
    const scoreOf = scoreOfMargin(calibration);
    await copy.editManifest((manifest) => {
      manifest.calibration = calibration;
      manifest.golden = manifest.golden.map((each) => ({ ...each, score: scoreOf(each.margin) }));
    });
    expect(await refusalOf(copy)).toMatch(/^failed: golden prediction 0 by model\.onnx is /);
  });

  it('its model.onnx has a tensor in another file', async () => {
    await using copy = await VersionCopy.make();
    await copy.swap('model.onnx', withTensorAt('/etc/passwd', await copy.read('model.onnx')));
    expect(await refusalOf(copy)).toMatch(
      /^failed: model\.onnx has a tensor in another file \(.*\/etc\/passwd\)/,
    );
  });

  it.each(['model.ubj', 'model.onnx', 'manifest.json'])(
    'its %s is a link that leads out of its folder',
    async (name) => {
      await using copy = await VersionCopy.make();
      await using elsewhere = await VersionCopy.make();
      await copy.remove(name);
      await symlink(join(elsewhere.dir, name), join(copy.dir, name));
      expect(await refusalOf(copy)).toMatch(
        new RegExp(`/${name} is a link that leads out of .*, where nothing is read`),
      );
    },
  );

  it('its model.ubj is a pipe, which is not waited for', async () => {
    await using copy = await VersionCopy.make();
    await copy.remove('model.ubj');
    execFileSync('mkfifo', [join(copy.dir, 'model.ubj')]);
    expect(await refusalOf(copy)).toContain('/model.ubj is missing');
  });

  it.each(['../model.onnx', '/etc/passwd', 'a/../../b', '..'])(
    'its manifest lists the file %s',
    async (name) => {
      await using copy = await VersionCopy.make();
      await copy.editManifest(({ files }) => (files[name] = files['model.onnx']!));
      expect(await refusalOf(copy)).toContain(`at files["${name}"]`);
    },
  );
});

it('a version whose files are links within its folder, as Kubernetes mounts them, is served', async () => {
  await using copy = await VersionCopy.make();
  await mkdir(join(copy.dir, '..data'));
  for (const name of ['manifest.json', 'model.ubj', 'model.onnx']) {
    await rename(join(copy.dir, name), join(copy.dir, '..data', name));
    await symlink(join('..data', name), join(copy.dir, name));
  }
  await using running = await RunningPredictor.ready({ model: copy.uri });
  expect((await running.get('/readyz')).status).toBe(200);
});

/** A protobuf message with one field that holds another message. */
function field(number: number, inner: Uint8Array): Uint8Array {
  return protobuf.Writer.create()
    .uint32((number << 3) | 2)
    .bytes(inner)
    .finish();
}

/** @returns the model with one more initializer, whose data lie at the path */
function withTensorAt(path: string, onnx: Buffer): Buffer {
  const location = Buffer.concat([field(1, Buffer.from('location')), field(2, Buffer.from(path))]);
  return Buffer.concat([onnx, field(7, field(5, field(13, location)))]);
}
