import { readFileSync } from 'node:fs';
import process from 'node:process';
import { InputError } from '@stockout/contracts';

/** How an MLflow server is reached. */
export interface Connection {
  /** Without a slash at its end. */
  uri: string;
  /** The header of that name. */
  authorization: string | undefined;
  /** PEM: who signed the server's certificate, when no public CA did. */
  ca: string | undefined;
  /** Whether the server's certificate goes unchecked. */
  insecure: boolean;
  /** How long an answer may take, milliseconds. */
  timeoutMs: number;
  /** How often a request is tried again that got no answer, or 408, 429 or 5xx. */
  retries: number;
}

type Environment = NodeJS.ProcessEnv;

/**
 * By the names that MLflow's own clients read: MLFLOW_TRACKING_TOKEN, or ..._USERNAME and ..._PASSWORD,
 * ..._SERVER_CERT_PATH, ..._INSECURE_TLS, MLFLOW_HTTP_REQUEST_TIMEOUT (seconds) and ..._MAX_RETRIES.
 * @param options.retries where the environment says nothing
 * @throws InputError naming what cannot be used
 */
export function readConnection(
  trackingUri: string,
  { retries, environment = process.env }: { retries: number; environment?: Environment },
): Connection {
  return {
    uri: checkedUri(trackingUri),
    authorization: authorizationOf(environment),
    ca: readCertificate(environment['MLFLOW_TRACKING_SERVER_CERT_PATH']),
    insecure: environment['MLFLOW_TRACKING_INSECURE_TLS'] === 'true',
    timeoutMs: 1000 * numberOf(environment, 'MLFLOW_HTTP_REQUEST_TIMEOUT', 10),
    retries: numberOf(environment, 'MLFLOW_HTTP_REQUEST_MAX_RETRIES', retries),
  };
}

function checkedUri(trackingUri: string): string {
  const url = URL.parse(trackingUri);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InputError(
      `spec.tracking.mlflow.trackingUri ${trackingUri}: give an http:// or https:// address`,
    );
  }
  if (url.username || url.password) {
    throw new InputError(
      'spec.tracking.mlflow.trackingUri holds a password that everybody can read: put it into a Secret as ' +
        'MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, and name that in spec.tracking.mlflow.secretRef',
    );
  }
  return trackingUri.replace(/\/+$/, '');
}

/** As MLflow's clients do: a user name goes before a token. */
function authorizationOf(environment: Environment): string | undefined {
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password } = environment;
  const { MLFLOW_TRACKING_TOKEN: token } = environment;
  if (user) return `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
  return token ? `Bearer ${token.trim()}` : undefined;
}

function readCertificate(file: string | undefined): string | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InputError(
      `MLFLOW_TRACKING_SERVER_CERT_PATH: ${file} cannot be read: mount it, or name another`,
      {
        cause,
      },
    );
  }
}

function numberOf(environment: Environment, name: string, fallback: number): number {
  const text = environment[name];
  if (!text) return fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InputError(`${name} is ${text}: give a whole number`);
}
