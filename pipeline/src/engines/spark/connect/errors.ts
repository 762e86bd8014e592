import type { ServiceError } from '@grpc/grpc-js';
import { InputError, StockoutError } from '@stockout/contracts';
import { isServiceError, status } from './channel.ts';
import type { ErrorDetails } from './protocol.ts';

/** What Spark says of a statement that failed. */
export class SparkError extends StockoutError {
  override name = 'SparkError';
  /** Spark's name of the error, such as TABLE_OR_VIEW_NOT_FOUND; undefined where it has none. */
  readonly errorClass: string | undefined;
  readonly sqlState: string | undefined;

  constructor(message: string, options: ErrorOptions & { errorClass?: string; sqlState?: string }) {
    super(message, options);
    this.errorClass = options.errorClass;
    this.sqlState = options.sqlState;
  }
}

const CHECK_ADDRESS = 'check engine.connectUrl, and that a Spark Connect server listens there';

/** What was tried, for messages. */
interface Tried {
  address: string;
  tries: number;
  seconds: number;
}

/** The sentence for an error that did not come from a statement: the way to the server, or the right to use it. */
export function explainedConnection(error: unknown, { address, tries, seconds }: Tried): unknown {
  if (!isServiceError(error)) return error;
  const spark = `Spark at ${address}`;
  const details = inOneLine(error.details);
  const options = { cause: error };
  const tried = `tried ${tries} ${tries === 1 ? 'time' : 'times'} in ${seconds} s`;
  if (error.code === status.UNAUTHENTICATED || error.code === status.PERMISSION_DENIED)
    return refused(spark, error);
  if (isAnotherProtocol(details)) {
    const sentence = `${spark}: what answers there is not Spark Connect (${details}): ${CHECK_ADDRESS}, with the same use_ssl, and no proxy in between that does not pass gRPC on`;
    return new StockoutError(sentence, options);
  }
  if (/certificate|self-signed|altname/i.test(details)) {
    const sentence = `${spark}: its TLS certificate is not trusted (${details}): give its authority as PEM in the environment (SPARK_CONNECT_CA, a key of engine.secretRef), or say the host that the certificate names`;
    return new StockoutError(sentence, options);
  }
  if (error.code === status.DEADLINE_EXCEEDED) {
    const sentence = `${spark} does not answer (${tried}): it may be starting or overloaded, else ${CHECK_ADDRESS}`;
    return new StockoutError(sentence, options);
  }
  if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED) {
    return new StockoutError(`${spark} cannot be reached (${details}; ${tried}): ${CHECK_ADDRESS}`, options);
  }
  return undefined;
}

function refused(spark: string, error: ServiceError): InputError {
  return new InputError(
    `${spark} refuses the token (${error.details}): check that engine.secretRef names the Secret with the right one, under the key SPARK_CONNECT_AUTHENTICATE_TOKEN (or DATABRICKS_TOKEN)`,
    { cause: error },
  );
}

/** OpenSSL and gRPC say it in several lines, with places in their own sources. */
function inOneLine(details: string): string {
  return details
    .replaceAll(/:\.\.\/\S+|[\s.]*Resolution note:\s*$/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function isAnotherProtocol(details: string): boolean {
  return /HTTP status code|wrong version number|Protocol error|Parse Error|content-type|packet length/i.test(
    details,
  );
}

/** Spark's own names of what may well happen here, and what helps. */
const ADVICE: readonly [errorClass: RegExp, advice: string][] = [
  [
    /PATH_NOT_FOUND|PATH_DOES_NOT_EXIST|TABLE_NOT_FOUND|TABLE_OR_VIEW_NOT_FOUND|MISSING_DELTA_TABLE|NOT_A_DELTA_TABLE/,
    'the table is not there (any more), or Spark sees another storage: check that spec.storage.uri means the same to Spark',
  ],
  [
    /FILE_NOT_EXIST|FILE_NOT_FOUND|DELTA_LOG_FILE_NOT_FOUND|FAILED_READ_FILE/,
    'files of the table were deleted while it was read: try again, and restore the table from a backup if it stays so',
  ],
  [
    /SCHEMA_CHANGE|METADATA_CHANGED|SCHEMA_MISMATCH|FAILED_TO_MERGE_FIELDS|METADATA_MISMATCH/,
    'the table has other columns than when it was planned: try again, and if it stays so give another table',
  ],
  [
    /UNRESOLVED_COLUMN/,
    'the table lacks a column that it had when it was planned: try again, and look at its schema',
  ],
  [/CONCURRENT/, 'another writer changed the table at the same moment: try again'],
  [/SESSION_(CHANGED|NOT_FOUND|CLOSED)/, 'the server was restarted in the middle: try again'],
  [
    /DATA_SOURCE_NOT_FOUND/,
    'the cluster lacks Delta Lake: start Spark Connect with delta-spark and its session extension',
  ],
];

const LONGEST_TEXT = 1000;
const LONGEST_FRAGMENT = 200;

/** The sentence for a statement that Spark has refused or given up. */
export function explainedStatement(
  address: string,
  error: ServiceError,
  details: ErrorDetails | undefined,
): SparkError {
  const known = details?.errors[details.rootErrorIdx ?? 0];
  const throwable = details?.errors.find((each) => each.sparkThrowable?.errorClass)?.sparkThrowable;
  const { errorClass, sqlState } = throwable ?? {};
  // After its SQLSTATE comes Spark's plan, which tells us nothing.
  const text = (known?.message ?? error.details)
    .replace(/\s*SQLSTATE: \w{5}[^]*$/, '')
    .trim()
    .replace(/\.+$/, '');
  const [advice] = ADVICE.filter(([pattern]) => pattern.test(`${errorClass} ${text}`)).map(
    ([, words]) => words,
  );
  const fragment = throwable?.queryContexts.find((context) => context.fragment)?.fragment;
  const where = fragment === undefined ? '' : ` (in: ${cut(fragment, LONGEST_FRAGMENT)})`;
  const said = `Spark at ${address} says: ${cut(text, LONGEST_TEXT)}`;
  return new SparkError(`${said}${where}${advice === undefined ? '' : `. This means: ${advice}`}`, {
    cause: error,
    ...(errorClass && { errorClass }),
    ...(sqlState && { sqlState }),
  });
}

function cut(text: string, longest: number): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= longest ? line : `${line.slice(0, longest)}...`;
}
