import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from '../../installed.ts';
import { freePort } from '../../free-port.ts';
import { run, startServer } from './running.ts';
import type { Store } from './store.ts';

const HERE = new URL('./versitygw/', import.meta.url);
const ACCESS_KEY = 'stockout-tests';
const SECRET_KEY = 'stockout-tests-secret';
const BUCKET = 'stockout';

/**
 * An S3 server on a folder, with an empty bucket. It honours If-None-Match, of PutObject and of CompleteMultipartUpload;
 * moto's does too, at a fortieth of the speed.
 */
export async function startVersitygw(
  options: { readOnly?: boolean; folder?: string } = {},
): Promise<Store & { folder: string }> {
  const program = await build();
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'stockout-s3-')));
  await mkdir(join(folder, BUCKET), { recursive: true });
  const port = await freePort();
  const flags = [
    '--port',
    `127.0.0.1:${port}`,
    '--quiet',
    '--keep-alive',
    ...(options.readOnly ? ['--readonly'] : []),
  ];
  const running = await startServer(program, [...flags, 'posix', folder], port, {
    ROOT_ACCESS_KEY: ACCESS_KEY,
    ROOT_SECRET_KEY: SECRET_KEY,
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    folder,
    origin,
    uri: (path, bucket = BUCKET) => `s3://${bucket}/${path}`,
    environment: (at = origin) => ({
      AWS_ENDPOINT_URL: at,
      AWS_ACCESS_KEY_ID: ACCESS_KEY,
      AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    }),
    stop: async () => {
      await running.stop();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** With Go, as the API server of test/api is. */
async function build(): Promise<string> {
  const sums = await readFile(new URL('go.sum', HERE));
  const key = createHash('sha256').update(sums).digest('hex').slice(0, 16);
  const folder = await installed('versitygw', key, async (into) => {
    const env = { CGO_ENABLED: '0', GOFLAGS: '-trimpath -mod=readonly -buildvcs=false', GOGC: '400' };
    const output = join(into, 'versitygw');
    const args = ['build', '-ldflags', '-s -w', '-o', output, 'github.com/versity/versitygw/cmd/versitygw'];
    await run('go', args, { cwd: fileURLToPath(HERE), env });
  });
  return join(folder, 'versitygw');
}
