import { InputError } from '@stockout/contracts';

/** Where a Spark Connect server is and how to speak to it. */
export interface Connection {
  /** host:port, for messages too: it holds no secret. */
  address: string;
  tls: boolean;
  token: string | undefined;
  /** PEM of the authorities to trust instead of the system's. */
  certificateAuthority: string | undefined;
  userId: string;
  userAgent: string;
  /** Sent with each call: whatever the connection string has beyond its own parameters (`x-databricks-cluster-id`). */
  headers: Record<string, string>;
}

const DEFAULT_PORT = '15002';
const OWN_PARAMETERS = new Set(['token', 'use_ssl', 'user_id', 'user_agent', 'session_id']);
const SYNTAX = 'sc://host:port/;use_ssl=true;token=...';

/**
 * Reads `sc://host:port/;key=value;...` as Spark's own clients do. A token (the string's, or that of
 * SPARK_CONNECT_AUTHENTICATE_TOKEN or DATABRICKS_TOKEN in the environment) turns TLS on, unless use_ssl=false says
 * that the network is trusted.
 * @param env what spec's secretRef brings into the container
 * @throws InputError that says what is wrong with it; a token is never repeated
 */
export function parseConnection(connectUrl: string, env: NodeJS.ProcessEnv = {}): Connection {
  const url = urlOf(connectUrl);
  const parameters = parametersOf(url.pathname);
  const token = parameters.get('token') ?? env['SPARK_CONNECT_AUTHENTICATE_TOKEN'] ?? env['DATABRICKS_TOKEN'];
  const cluster = env['DATABRICKS_CLUSTER_ID'];
  const headers = Object.fromEntries([...parameters].filter(([key]) => !OWN_PARAMETERS.has(key)));
  if (cluster !== undefined) headers['x-databricks-cluster-id'] ??= cluster;
  return {
    address: `${url.hostname}:${url.port || DEFAULT_PORT}`,
    tls: tlsOf(parameters.get('use_ssl'), token),
    // A Secret made from a file ends in a line break, which no header may have.
    token: token?.trim(),
    certificateAuthority: env['SPARK_CONNECT_CA'],
    userId: parameters.get('user_id') ?? 'stockout',
    userAgent: parameters.get('user_agent') ?? 'stockout',
    headers,
  };
}

function urlOf(connectUrl: string): URL {
  const url = URL.canParse(connectUrl) ? new URL(connectUrl) : undefined;
  if (url?.protocol !== 'sc:' || url.hostname === '') {
    throw new InputError(`engine.connectUrl is not an address of Spark Connect: write ${SYNTAX}`);
  }
  if (!/^(\/;?|\/;.*)?$/.test(url.pathname) || url.search !== '' || url.hash !== '') {
    throw new InputError(
      `engine.connectUrl of ${url.host}: parameters follow on "/;", each as key=value: write ${SYNTAX}`,
    );
  }
  return url;
}

function parametersOf(path: string): Map<string, string> {
  const pairs = path.replace(/^\/;?/, '').split(';').filter(Boolean);
  return new Map(
    pairs.map((pair): [string, string] => {
      const at = pair.indexOf('=');
      if (at < 1) {
        throw new InputError('engine.connectUrl has a parameter without a value: write each as key=value');
      }
      return [pair.slice(0, at).toLowerCase(), decoded(pair.slice(at + 1))];
    }),
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new InputError('engine.connectUrl has a % that encodes nothing: write it as %25');
  }
}

function tlsOf(useSsl: string | undefined, token: string | undefined): boolean {
  if (useSsl === undefined) return token !== undefined;
  if (useSsl === 'true' || useSsl === 'false') return useSsl === 'true';
  throw new InputError(`engine.connectUrl: use_ssl is ${useSsl}, write true or false`);
}
