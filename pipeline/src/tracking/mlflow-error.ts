import { StockoutError } from '@stockout/contracts';

/** What an MLflow server answered, or that it did not: names the address, what was tried and what to check. */
export class MlflowError extends StockoutError {
  override name = 'MlflowError';
  /** MLflow's own word for it, `RESOURCE_DOES_NOT_EXIST` say. */
  readonly code: string | undefined;

  constructor(message: string, { code, ...options }: ErrorOptions & { code?: string | undefined } = {}) {
    super(message, options);
    this.code = code;
  }
}

const SECRET = 'the Secret of spec.tracking.mlflow.secretRef, or the environment';

const BY_STATUS: Partial<Record<number, string>> = {
  401: `check MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, in ${SECRET}`,
  403: `check what this user may do, and the token or password in ${SECRET}`,
  404: 'check the path of spec.tracking.mlflow.trackingUri, and that the server is MLflow 2.4 or newer',
  413: 'raise the limit for request bodies of the proxy before it',
};

/** What to do about an answer that is no success. */
export function adviceFor(status: number, text: string): string {
  if (/invalid host header/i.test(text)) {
    return "start the server with --allowed-hosts that hold this address's host and port";
  }
  if (status >= 300 && status < 400) {
    return 'it redirects elsewhere, to a login page perhaps: give the address and the credentials of MLflow itself';
  }
  return BY_STATUS[status] ?? (status >= 500 ? "look into the server's log" : 'see what it says');
}

/** Why a request got no answer. */
export function describeFailure(error: unknown): string {
  const { code, message } = deepest(error);
  return (
    FAILURES[code ?? ''] ?? (code === undefined || message.includes(code) ? message : `${message} (${code})`)
  );
}

const FAILURES: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOTFOUND: 'there is no such host (ENOTFOUND)',
  EAI_AGAIN: 'the name of the host cannot be looked up (EAI_AGAIN)',
  ECONNRESET: 'the connection was cut (ECONNRESET)',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time',
  UND_ERR_HEADERS_TIMEOUT: 'it takes the request and does not answer',
  UND_ERR_BODY_TIMEOUT: 'it begins an answer and does not end it',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is self-signed: name its CA in MLFLOW_TRACKING_SERVER_CERT_PATH',
  SELF_SIGNED_CERT_IN_CHAIN: 'its CA is not known here: name it in MLFLOW_TRACKING_SERVER_CERT_PATH',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its CA is not known here: name it in MLFLOW_TRACKING_SERVER_CERT_PATH',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its CA is not known here: name it in MLFLOW_TRACKING_SERVER_CERT_PATH',
};

/** The innermost cause that has a code: the others only wrap it. */
function deepest(error: unknown): { code: string | undefined; message: string } {
  let found: { code: string | undefined; message: string } = { code: undefined, message: String(error) };
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (at === error || code !== undefined) found = { code, message: at.message || (code ?? at.name) };
    const [first] = at instanceof AggregateError ? (at.errors as unknown[]) : [];
    if (first !== undefined) return deepest(first);
  }
  return found;
}
