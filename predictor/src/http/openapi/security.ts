import type { Asked } from '../../auth/credentials.ts';

type Json = Record<string, unknown>;

/** Who is let in, and whether their requests are counted. */
export interface Doors {
  asked: Asked;
  limiter: object | undefined;
}

/** What that is for a scoring route. */
export interface Access {
  /** Any of these is enough; none where nothing is asked for. */
  security: Json[];
  /** Codes of refusals that it brings. */
  refusals: number[];
}

export function accessOf({ asked: { keys, issuer }, limiter }: Doors): Access {
  const security = [...(keys ? [{ apiKey: [] }] : []), ...(issuer === undefined ? [] : [{ token: [] }])];
  const refusals = [...(security.length === 0 ? [] : [401]), ...(limiter === undefined ? [] : [429])];
  return { security, refusals };
}

/** A member of the components; nothing where nothing is asked for. */
export function securitySchemes({ asked: { keys, issuer } }: Doors): Json {
  const schemes = {
    ...(keys && { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } }),
    ...(issuer !== undefined && {
      token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: `A token of ${issuer}` },
    }),
  };
  return Object.keys(schemes).length === 0 ? {} : { securitySchemes: schemes };
}
