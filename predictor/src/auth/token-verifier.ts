import { type JWTPayload, jwtVerify } from 'jose';
import type { Log } from '../log.ts';
import type { JwtOptions, Limits } from '../options.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { KeysUnknownError, TokenFaultError } from './token-errors.ts';
import { faultOf } from './token-fault.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** Signatures that only the issuer can make: no `none`, and none by a secret that the checker knows too. */
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const ELLIPTIC = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** What the clocks of the issuer and of ours may differ by. */
const TOLERANCE_SECONDS = 30;

/** Checks tokens of one issuer for one audience (RFC 7519). */
export class TokenVerifier {
  readonly issuer: string;
  readonly #audience: string;
  readonly #keys: IssuerKeys;
  readonly #verified = new VerifiedTokens();

  constructor({ issuer, audience }: JwtOptions, limits: Limits, log: Log) {
    this.issuer = issuer;
    this.#audience = audience;
    this.#keys = new IssuerKeys(issuer, limits, log);
  }

  /** Whose token it is, where that was found out before. */
  known(token: string): string | undefined {
    const { current } = this.#keys;
    return current && this.#verified.callerOf(token, current);
  }

  /**
   * @returns whose token it is
   * @throws {KeysUnknownError} when that cannot be found out now
   * @throws {TokenFaultError} when it is not valid
   */
  async verify(token: string): Promise<string> {
    const before = this.#keys.current;
    const payload = await this.#payloadOf(token);
    const caller = callerOf(payload);
    const { current } = this.#keys;
    // With keys that changed meanwhile nobody knows which of them it was.
    if (current !== undefined && current === before) {
      const until = ((payload.exp as number) + TOLERANCE_SECONDS) * 1000;
      this.#verified.add(token, current, { caller, until });
    }
    return caller;
  }

  async #payloadOf(token: string): Promise<JWTPayload> {
    try {
      const verified = await jwtVerify(token, this.#keys.find, {
        issuer: this.issuer,
        audience: this.#audience,
        algorithms: [...RSA, ...ELLIPTIC],
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ['exp'],
      });
      return verified.payload;
    } catch (error) {
      if (error instanceof KeysUnknownError) throw error;
      // Of a key of its own that is too short, or wrongly written, jose throws what it likes.
      throw new TokenFaultError(faultOf(error) ?? "its issuer's key cannot be used");
    }
  }

  close(): void {
    this.#keys.close();
  }
}

/** The subject; programs that some issuers give none are known by the client's name. */
function callerOf({ sub, azp, client_id: client }: JWTPayload): string {
  const found = [sub, azp, client].find((claim) => typeof claim === 'string');
  return `token ${found ?? ''}`;
}
