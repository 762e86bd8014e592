import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, expect, test } from 'vitest';
import { selfSigned } from '../../../localcluster/src/api/tls.ts';
import { train } from '../../../pipeline/src/train/train.ts';
import { Gateway } from './gateway.ts';
import { Listening } from './mlflow-server.ts';
import { trackedModel, type World } from './world.ts';

const PASSWORD = 'a-long-password-1';

export function describeCredentials(world: () => World): void {
  const names = ['USERNAME', 'PASSWORD', 'TOKEN', 'SERVER_CERT_PATH'].map(
    (name) => `MLFLOW_TRACKING_${name}`,
  );
  const before = names.map((name) => [name, process.env[name]] as const);
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  test('a server with passwords is told with the right one; with a wrong one the message says what to check', async () => {
    const { python } = world();
    const server = await Listening.server(python, { password: PASSWORD });
    try {
      process.env['MLFLOW_TRACKING_USERNAME'] = 'admin';
      process.env['MLFLOW_TRACKING_PASSWORD'] = PASSWORD;
      await using context = await trackedModel({ server }, 'locked');
      expect((await train(context, { run: 'locked-1' })).mlflow).toMatchObject({ modelVersion: '1' });

      process.env['MLFLOW_TRACKING_PASSWORD'] = 'wrong';
      const refused =
        /MLflow at http.* answered 401 .*check MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME/;
      await expect(train(context, { run: 'locked-2' })).rejects.toThrow(refused);
      const { mlflow } = context.model.spec.tracking ?? {};
      if (mlflow) mlflow.required = false;
      const went = await train(context, { run: 'locked-2' });
      expect(went.untracked).toMatch(refused);
      expect(went).toMatchObject({ version: 'v2' });

      delete process.env['MLFLOW_TRACKING_USERNAME'];
      process.env['MLFLOW_TRACKING_TOKEN'] = 'no-such-token';
      expect((await train(context, { run: 'locked-2' })).untracked).toMatch(refused);
    } finally {
      await server.stop();
    }
  });

  test('a server whose CA is private is told once the CA is named, and until then the message says so', async () => {
    const { server } = world();
    const certificate = selfSigned();
    await using gateway = await Gateway.to(server.uri);
    await gateway.open(certificate);
    const secure = { server: { uri: gateway.uri.replace('http:', 'https:') } };
    await using context = await trackedModel(secure, 'secure');
    await expect(train(context, { run: 'secure-1' })).rejects.toThrow(
      /its certificate is self-signed: name its CA in MLFLOW_TRACKING_SERVER_CERT_PATH/,
    );
    const folder = await mkdtemp(join(tmpdir(), 'stockout-ca-'));
    const file = join(folder, 'ca.crt');
    await writeFile(file, certificate.cert);
    process.env['MLFLOW_TRACKING_SERVER_CERT_PATH'] = file;
    expect((await train(context, { run: 'secure-1' })).mlflow).toMatchObject({ modelVersion: '1' });
    await rm(folder, { recursive: true });
  });
}
