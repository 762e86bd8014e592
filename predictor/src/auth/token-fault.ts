import { errors } from 'jose';

const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'it is of another issuer',
  aud: 'it is meant for another audience',
  nbf: 'it is not valid yet',
  iat: 'it says of itself that it was issued in the future',
  exp: 'it does not say when it expires',
};

const CODES: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it has expired',
  ERR_JOSE_ALG_NOT_ALLOWED: 'it is signed by an algorithm that is not taken',
  ERR_JOSE_NOT_SUPPORTED: 'it is signed by an algorithm that is not taken',
  ERR_JWKS_NO_MATCHING_KEY: 'its issuer has no such key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'it does not say which key of its issuer it is signed with (kid)',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is wrong',
};

/**
 * What is wrong with a token, in words of ours alone: what callers send stands in no header and in no log.
 * @returns undefined when the error is none of the token's
 */
export function faultOf(error: unknown): string | undefined {
  if (!(error instanceof errors.JOSEError)) return undefined;
  const known = CODES[error.code];
  if (known !== undefined) return known;
  const claim = error instanceof errors.JWTClaimValidationFailed ? error.claim : '';
  return CLAIMS[claim] ?? 'it is no signed JSON Web Token';
}
