import { readFile, writeFile } from 'node:fs/promises';
import { InputError } from '@stockout/contracts';
import { parse, stringify } from 'yaml';

/** Where an API server is and how to be let in. */
export interface Access {
  server: string;
  /** PEM; absent where the system's authorities sign. */
  ca?: string;
  token?: string;
  /** PEM, both or neither. */
  cert?: string;
  key?: string;
}

interface Named<T> {
  name: string;
  value: T;
}

type Fields = Record<string, string | undefined>;

/** Reads the current context of a kubeconfig: token or client certificate, in the file or beside it. */
export async function readKubeconfig(path: string): Promise<Access> {
  const config = parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  const context = pick(config, 'contexts', 'context', String(config['current-context'] ?? ''), path);
  const cluster = pick(config, 'clusters', 'cluster', context.cluster ?? '', path);
  const user = pick(config, 'users', 'user', context.user ?? '', path);
  if (!cluster.server) throw new InputError(`${path}: cluster ${context.cluster} names no server`);
  const [ca, cert, key] = await Promise.all([
    dataOrFile(cluster, 'certificate-authority'),
    dataOrFile(user, 'client-certificate'),
    dataOrFile(user, 'client-key'),
  ]);
  const access = { server: cluster.server, ca, cert, key, token: user.token };
  return Object.fromEntries(
    Object.entries(access).filter(([, value]) => value !== undefined),
  ) as unknown as Access;
}

function pick(
  config: Record<string, unknown>,
  list: string,
  field: string,
  name: string,
  path: string,
): Fields {
  const entries = (config[list] ?? []) as (Named<unknown> & Record<string, Fields>)[];
  const found = entries.find((entry) => entry.name === name)?.[field];
  if (!found) throw new InputError(`${path}: ${list} has no entry ${JSON.stringify(name)}`);
  return found;
}

async function dataOrFile(fields: Fields, name: string): Promise<string | undefined> {
  const data = fields[`${name}-data`];
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  return fields[name] ? readFile(fields[name], 'utf8') : undefined;
}

/** Writes a kubeconfig with one context, readable by its owner alone. */
export async function writeKubeconfig(path: string, { server, ca = '', token = '' }: Access): Promise<void> {
  const name = 'stockout-local';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  };
  await writeFile(path, stringify(config), { mode: 0o600 });
}
