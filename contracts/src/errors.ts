import { EXIT } from './exit-codes.ts';

/** An error that a person reads: the message names the field or file and says what to do; no stack is shown. */
export class StockoutError extends Error {
  override name = 'StockoutError';
  readonly exitCode: number = EXIT.failed;
}

/** The storage did not do its part: the same may go well later, without a change of the spec. */
export class StorageError extends StockoutError {
  override name = 'StorageError';
}

/** The spec, the command line or the data is wrong: trying again cannot help, so a Job fails at once. */
export class InputError extends StockoutError {
  override name = 'InputError';
  override readonly exitCode = EXIT.wrongSpec;
}
