import { StockoutError } from '@stockout/contracts';

/** A version's file is missing or is not what the manifest (or the deployment) pins. Reading it again cannot help. */
export class IntegrityError extends StockoutError {
  override name = 'IntegrityError';
}
