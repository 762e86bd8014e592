import {
  type FailureKind,
  failureOfNetwork,
  refuseAlien,
  retryAfterOf,
  ServiceError,
} from '../cloud/service-error.ts';

const BY_CODE: Partial<Record<string, FailureKind>> = {
  NoSuchKey: 'Absent',
  NoSuchBucket: 'NoContainer',
  PermanentRedirect: 'NoContainer',
  NoSuchUpload: 'UploadGone',
  InvalidPart: 'UploadGone',
  InvalidAccessKeyId: 'BadCredentials',
  SignatureDoesNotMatch: 'BadCredentials',
  InvalidToken: 'BadCredentials',
  ExpiredToken: 'ExpiredCredentials',
  ExpiredTokenException: 'ExpiredCredentials',
  TokenRefreshRequired: 'ExpiredCredentials',
  RequestExpired: 'ExpiredCredentials',
  RequestTimeTooSkewed: 'ClockSkew',
  RequestInTheFuture: 'ClockSkew',
  SlowDown: 'Throttled',
  ServiceUnavailable: 'Throttled',
  RequestTimeout: 'ServerFault',
  // Two writes at once: neither is said to have won.
  ConditionalRequestConflict: 'ServerFault',
  OperationAborted: 'ServerFault',
};

const BY_STATUS: Partial<Record<number, FailureKind>> = {
  301: 'NoContainer',
  401: 'BadCredentials',
  403: 'Forbidden',
  404: 'Absent',
  408: 'ServerFault',
  429: 'Throttled',
  503: 'Throttled',
};

/** As the SDK throws them: the service's errors have $metadata, and the answer itself where there was one. */
interface SdkError extends Error {
  Code?: string;
  $metadata?: { httpStatusCode?: number; clockSkewCorrected?: boolean };
  $response?: { statusCode?: number; headers?: Record<string, string> };
}

/** What an error of the AWS SDK means. */
function s3Failure(error: unknown, conditional: 'Taken' | 'Replaced'): ServiceError {
  if (error instanceof ServiceError) return error;
  const network = failureOfNetwork(error);
  if (network !== undefined) return network;
  const { name, message, $metadata, $response } = error as SdkError;
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError')
    return new ServiceError('NoCredentials', message, { cause: error });
  if (message === 'Region is missing') return noRegion(error);
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  if (status === undefined) throw error;
  const header = (key: string) => $response?.headers?.[key];
  refuseAlien(status, header);
  // A HEAD has no body that would say the code.
  const code = /^(Unknown|UnknownError|Error|NotFound|\d+)$/.test(name) ? undefined : name;
  const kind = $metadata?.clockSkewCorrected ? 'ClockSkew' : kindOf(status, code, conditional);
  const retryAfter = retryAfterOf(header('retry-after'));
  return new ServiceError(kind, message, { status, code, retryAfter, cause: error });
}

function kindOf(status: number, code: string | undefined, conditional: 'Taken' | 'Replaced'): FailureKind {
  const byCode = BY_CODE[code ?? ''];
  if (byCode !== undefined) return byCode;
  if (status === 412) return conditional;
  return BY_STATUS[status] ?? (status >= 500 ? 'ServerFault' : 'Refused');
}

function noRegion(cause: unknown): ServiceError {
  return new ServiceError('NoCredentials', 'no region is known: set AWS_REGION', { cause });
}

/** Sends a request, whose error is a ServiceError then. */
export async function askedS3<T>(conditional: 'Taken' | 'Replaced', send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw s3Failure(error, conditional);
  }
}
