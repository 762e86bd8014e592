import { StockoutError } from '@stockout/contracts';
import { z } from 'zod';
import type { MlflowClient } from './rest-client.ts';

/** Where the artifacts of a run, or of a logged model, lie: what the tracking server says of it. */
export interface ArtifactFolder {
  /** `mlflow-artifacts:/1/<run>/artifacts` say. */
  uri: string;
  /** Whose they are; what lies with Databricks is reached through its run. */
  runId: string | undefined;
}

const PROXIED = /^mlflow-artifacts:(?:\/\/[^/]*)?\//;
const PROXY = '/api/2.0/mlflow-artifacts/artifacts/';

/** Writes a file of the folder, over what an earlier try has written. */
export async function putArtifact(
  client: MlflowClient,
  folder: ArtifactFolder,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  if (PROXIED.test(folder.uri)) {
    await client.bytes('PUT', proxyPath(folder, name), bytes);
    return;
  }
  const { signed_uri, headers, type } = await signedAddress(client, folder, name, 'write');
  const azure: Record<string, string> = type?.startsWith('AZURE') ? { 'x-ms-blob-type': 'BlockBlob' } : {};
  await client.bytes('PUT', signed_uri, bytes, { ...azure, ...headersOf(headers) });
}

/** @throws MlflowError when there is no such file */
export async function getArtifact(
  client: MlflowClient,
  folder: ArtifactFolder,
  name: string,
): Promise<Uint8Array> {
  if (PROXIED.test(folder.uri)) return client.bytes('GET', proxyPath(folder, name));
  const { signed_uri, headers } = await signedAddress(client, folder, name, 'read');
  return client.bytes('GET', signed_uri, undefined, headersOf(headers));
}

function proxyPath({ uri }: ArtifactFolder, name: string): string {
  const path = `${uri.replace(PROXIED, '').replace(/\/+$/, '')}/${name}`;
  return PROXY + path.split('/').map(encodeURIComponent).join('/');
}

const signedSchema = z.object({
  credential_infos: z.array(
    z.object({
      signed_uri: z.string(),
      /** AZURE_SAS_URI, AWS_PRESIGNED_URL, GCP_SIGNED_URL, ... */
      type: z.string().optional(),
      headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    }),
  ),
});
type Signed = z.infer<typeof signedSchema>['credential_infos'][number];

/** Databricks has no proxy: it signs an address of its own store for each file. */
async function signedAddress(
  client: MlflowClient,
  { uri, runId }: ArtifactFolder,
  name: string,
  to: 'read' | 'write',
): Promise<Signed> {
  if (!uri.startsWith('dbfs:/databricks/mlflow') || runId === undefined) throw notProxied(client, uri);
  const [, below = ''] = /\/artifacts\/?(.*)$/.exec(uri) ?? [];
  const path = [below.replace(/\/+$/, ''), name].filter(Boolean).join('/');
  const asked = { run_id: runId, path: [path] };
  const { credential_infos } = await client.call(
    'POST',
    `artifacts/credentials-for-${to}`,
    asked,
    signedSchema,
  );
  const [first] = credential_infos;
  if (first === undefined)
    throw new StockoutError(`MLflow at ${client.uri} signs no address for ${path} of run ${runId}`);
  return first;
}

function headersOf(headers: Signed['headers'] = []): Record<string, string> {
  return Object.fromEntries(headers.map(({ name, value }) => [name, value]));
}

function notProxied(client: MlflowClient, uri: string): StockoutError {
  return new StockoutError(
    `MLflow at ${client.uri} keeps artifacts in ${uri}, which only clients with access to that store reach: start it ` +
      'with --serve-artifacts and --artifacts-destination, and use an experiment that was made since',
  );
}
