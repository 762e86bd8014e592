import { RestError } from '@azure/storage-blob';
import {
  type FailureKind,
  failureOfNetwork,
  refuseAlien,
  retryAfterOf,
  ServiceError,
} from '../cloud/service-error.ts';

const BY_CODE: Partial<Record<string, FailureKind>> = {
  BlobNotFound: 'Absent',
  ResourceNotFound: 'Absent',
  PathNotFound: 'Absent',
  BlobAlreadyExists: 'Taken',
  ContainerNotFound: 'NoContainer',
  ContainerBeingDeleted: 'NoContainer',
  ContainerDisabled: 'NoContainer',
  FilesystemNotFound: 'NoContainer',
  InvalidBlockList: 'UploadGone',
  InvalidBlockId: 'UploadGone',
  AuthenticationFailed: 'BadCredentials',
  InvalidAuthenticationInfo: 'BadCredentials',
  NoAuthenticationInformation: 'BadCredentials',
  ServerBusy: 'Throttled',
  OperationTimedOut: 'ServerFault',
};

const BY_STATUS: Partial<Record<number, FailureKind>> = {
  401: 'BadCredentials',
  403: 'Forbidden',
  404: 'Absent',
  408: 'ServerFault',
  429: 'Throttled',
  503: 'Throttled',
};

/** More than a signature's date may be off by. */
const MAX_SKEW = 10 * 60_000;

/** What an error of @azure/storage-blob or @azure/identity means. */
export function azureFailure(error: unknown, conditional: 'Taken' | 'Replaced'): ServiceError {
  if (error instanceof ServiceError) return error;
  const network = failureOfNetwork(error);
  if (network !== undefined) return network;
  const { name, message } = error as Error;
  // @azure/identity's own errors are no RestErrors.
  if (/Credential|Authentication/.test(name))
    return new ServiceError('NoCredentials', firstReason(message), { cause: error });
  if (!(error instanceof RestError)) throw error;
  const { statusCode: status, response } = error;
  const header = (key: string) => response?.headers.get(key) ?? undefined;
  refuseAlien(status ?? 0, header);
  const code = codeOf(error.details) ?? header('x-ms-error-code') ?? error.code;
  const kind = kindOf(
    status,
    code,
    conditional,
    [message, detailOf(error.details)].join(' '),
    header('date'),
  );
  const retryAfter = retryAfterOf(header('retry-after'));
  return new ServiceError(kind, message, { status, code, retryAfter, cause: error });
}

function kindOf(
  status: number | undefined,
  code: string | undefined,
  conditional: 'Taken' | 'Replaced',
  text: string,
  date: string | undefined,
): FailureKind {
  // Of a wrong key some servers say that it may not.
  const byCode = /failed to authenticate/i.test(text) ? 'BadCredentials' : BY_CODE[code ?? ''];
  if (byCode === 'BadCredentials') {
    const skew = date === undefined ? 0 : Math.abs(Date.parse(date) - Date.now());
    if (skew > MAX_SKEW) return 'ClockSkew';
    if (/expir|lifetime|not valid in the specified time frame/i.test(text)) return 'ExpiredCredentials';
  }
  if (byCode !== undefined) return byCode;
  if (status === 412) return conditional;
  return BY_STATUS[status ?? 0] ?? ((status ?? 0) >= 500 ? 'ServerFault' : 'Refused');
}

function codeOf(details: unknown): string | undefined {
  const { errorCode, code } = (details ?? {}) as { errorCode?: unknown; code?: unknown };
  const found = errorCode ?? code;
  return typeof found === 'string' ? found : undefined;
}

function detailOf(details: unknown): string {
  const { authenticationErrorDetail } = (details ?? {}) as { authenticationErrorDetail?: unknown };
  return typeof authenticationErrorDetail === 'string' ? authenticationErrorDetail : '';
}

/** Of a chain of credentials each says why it is not available: the first is the one that was meant. */
function firstReason(message: string): string {
  return message.replaceAll(/\s*\n\s*/g, ' ');
}
