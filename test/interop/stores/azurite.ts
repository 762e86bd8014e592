import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { BlobServiceClient } from '@azure/storage-blob';
import { copyInto, installed } from '../../installed.ts';
import { freePort } from '../../free-port.ts';
import { run, startServer } from './running.ts';
import type { Store } from './store.ts';

const HERE = new URL('./azurite/', import.meta.url);
export const ACCOUNT = 'devstoreaccount1';
/** Everybody's: it is in Azurite's documentation. */
export const ACCOUNT_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const CONTAINER = 'stockout';

/**
 * The emulator of Azure Storage, with an empty container. It has no hierarchical namespace.
 * @param certificate files; with them it takes tokens of an identity too, whose signature it does not check
 */
export async function startAzurite(certificate?: { cert: string; key: string }): Promise<Store> {
  const program = await install();
  const port = await freePort();
  // On the disk it would write down all that it knows every few seconds.
  const args = ['--blobPort', String(port), '--inMemoryPersistence', '--silent', '--disableTelemetry'];
  // SDKs ask for API versions that are newer than it knows.
  const flags = ['--skipApiVersionCheck', ...(certificate === undefined ? [] : tlsFlags(certificate))];
  const running = await startServer(process.execPath, [program, ...args, ...flags], port);
  const origin = `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const service = BlobServiceClient.fromConnectionString(connectionString(origin), {
    tlsOptions: { ca: certificate && (await readFile(certificate.cert, 'utf8')) },
  } as object);
  await service.getContainerClient(CONTAINER).create();
  return {
    origin,
    uri: (path, container = CONTAINER) => `abfss://${container}@${ACCOUNT}.dfs.core.windows.net/${path}`,
    environment: (at = origin) => ({ AZURE_STORAGE_CONNECTION_STRING: connectionString(at) }),
    stop: () => running.stop(),
  };
}

function tlsFlags({ cert, key }: { cert: string; key: string }): string[] {
  return ['--cert', cert, '--key', key, '--oauth', 'basic'];
}

export function connectionString(origin: string, key = ACCOUNT_KEY): string {
  return `DefaultEndpointsProtocol=${new URL(origin).protocol.slice(0, -1)};AccountName=${ACCOUNT};AccountKey=${key};BlobEndpoint=${origin}/${ACCOUNT};`;
}

async function install(): Promise<string> {
  const lock = await readFile(new URL('package-lock.json', HERE));
  const key = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  const folder = await installed('azurite', key, async (into) => {
    await copyInto(into, HERE, 'package.json', 'package-lock.json');
    const args = ['ci', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];
    await run('npm', args, { cwd: into });
  });
  return join(folder, 'node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js');
}
