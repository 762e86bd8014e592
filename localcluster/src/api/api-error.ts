/** metav1.Status, as a real API server answers instead of an object. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: object;
  status: 'Failure' | 'Success';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

/** What an object is called in messages: `deployments.apps "web"`. */
export interface Named {
  group: string;
  plural: string;
  name: string;
}

/** An answer other than success, carrying the Status that is sent. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: Status;

  constructor(code: number, reason: string | undefined, message: string, details?: StatusDetails) {
    super(message);
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** True for an error of that HTTP code, ours or one that the client read from an answer. */
export function isCode(error: unknown, code: number): boolean {
  return error instanceof ApiError && error.code === code;
}

function qualified({ group, plural }: Named): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function detailsOf(target: Named, causes?: StatusCause[]): StatusDetails {
  const { name, group, plural } = target;
  return { name, ...(group === '' ? {} : { group }), kind: plural, ...(causes ? { causes } : {}) };
}

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized');

export const forbidden = (target: Named, why: string): ApiError =>
  new ApiError(
    403,
    'Forbidden',
    `${qualified(target)} "${target.name}" is forbidden: ${why}`,
    detailsOf(target),
  );

export const notFound = (target: Named): ApiError =>
  new ApiError(404, 'NotFound', `${qualified(target)} "${target.name}" not found`, detailsOf(target));

export const noSuchPath = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (): ApiError =>
  new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );

export const alreadyExists = (target: Named): ApiError =>
  new ApiError(
    409,
    'AlreadyExists',
    `${qualified(target)} "${target.name}" already exists`,
    detailsOf(target),
  );

export const conflict = (target: Named, why: string): ApiError =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(target)} "${target.name}": ${why}`,
    detailsOf(target),
  );

export const modified = (target: Named): ApiError =>
  conflict(
    target,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

export const applyConflict = (message: string, causes: StatusCause[]): ApiError =>
  new ApiError(409, 'Conflict', message, { causes });

/** A write meant for an object that was deleted, and made again under its name. */
export function uidMismatch(target: Named, key: string, given: string, found: string): ApiError {
  const why = `StorageError: invalid object, Code: 4, Key: /registry/${target.plural}/${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${given}, UID in object meta: ${found}`;
  const message = `Operation cannot be fulfilled on ${qualified(target)} "${target.name}": ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(target));
}

/** An apply that names a uid is never a creation. */
export function nothingOfUid(target: Named, given: string): ApiError {
  const why = `uid mismatch: the provided object specified uid ${given}, and no existing object was found`;
  const message = `Operation cannot be fulfilled on ${qualified(target)} "${target.name}": ${why}`;
  return new ApiError(409, 'Conflict', message, detailsOf(target));
}

export const expired = (message: string): ApiError => new ApiError(410, 'Expired', message);

export const tooLargeVersion = (asked: number, current: number): ApiError =>
  new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });

export const unsupportedMediaType = (message: string): ApiError =>
  new ApiError(415, 'UnsupportedMediaType', message, {});

export const unknownFormat = (accepted: string): ApiError =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );

export const unprocessable = (message: string): ApiError => new ApiError(422, 'Invalid', message, {});

export const internal = (message: string): ApiError =>
  new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ reason: '', message }],
  });

/** Validation that failed: kind is the Kind (not the plural), as a real API server names it. */
export function invalid(
  target: { group: string; kind: string; name: string },
  causes: StatusCause[],
): ApiError {
  const { group, kind, name } = target;
  const lines = causes.map((cause) => (cause.field ? `${cause.field}: ${cause.message}` : cause.message));
  const list = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const what = group === '' ? kind : `${kind}.${group}`;
  return new ApiError(422, 'Invalid', `${what} "${name}" is invalid: ${list}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind,
    causes,
  });
}

export function success(target: Named, uid: string): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...detailsOf(target), uid },
  };
}
