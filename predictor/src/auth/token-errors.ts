/** A token that is not taken. The message says why, in words of ours alone. */
export class TokenFaultError extends Error {
  override name = 'TokenFaultError';
}

/** Nobody can say whether a token holds: its issuer's keys are not to be had. */
export class KeysUnknownError extends Error {
  override name = 'KeysUnknownError';
}
