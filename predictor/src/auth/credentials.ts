import { ProblemError } from '../http/problem.ts';

/** What a predictor asks its callers for: either is enough. */
export interface Asked {
  keys: boolean;
  /** The issuer of tokens; undefined where none are taken. */
  issuer: string | undefined;
}

/** Where callers show it, in words. */
export interface Places {
  key: string;
  token: string;
}

export const HTTP_PLACES: Places = { key: 'the X-API-Key header', token: 'the Authorization header' };
export const GRPC_PLACES: Places = {
  key: 'the metadata x-api-key',
  token: 'the metadata authorization',
};

const REALM = 'realm="stockout"';

/** Nothing was shown that is taken: says what would be. */
export function unauthenticated({ keys, issuer }: Asked, places: Places): ProblemError {
  const ways = [
    ...(keys ? [`a valid API key in ${places.key}`] : []),
    ...(issuer === undefined ? [] : [`"Bearer" and a token of ${issuer} in ${places.token}`]),
  ];
  return refused(`send ${ways.join(', or ')}`, keys, issuer === undefined ? undefined : `Bearer ${REALM}`);
}

/** A token was shown that is not taken (RFC 6750 3.1). @param fault in words of ours */
export function tokenRefused({ keys }: Asked, fault: string): ProblemError {
  const challenge = `Bearer ${REALM}, error="invalid_token", error_description="${fault}"`;
  return refused(`the token is not taken: ${fault}`, keys, challenge);
}

function refused(detail: string, keys: boolean, bearer: string | undefined): ProblemError {
  const challenges = [...(keys ? [`ApiKey ${REALM}`] : []), ...(bearer === undefined ? [] : [bearer])];
  return new ProblemError(401, detail, { headers: { 'WWW-Authenticate': challenges.join(', ') } });
}
