import { StockoutError } from '@stockout/contracts';
import { KubeError, NOT_LOGGED_IN } from '@stockout/operator/kube';

/** What a person is told of an error, one sentence with what to do. @param where such as `namespace shop` */
export function inWords(error: unknown, where: string): Error {
  if (!(error instanceof KubeError)) return error instanceof Error ? error : new Error(String(error));
  const { code, reason, message } = error;
  if (reason === NOT_LOGGED_IN) {
    return new StockoutError(`you could not be logged in by the kubeconfig: ${message}`);
  }
  if (code === 0) return new StockoutError(`${message}: is it up, and is it the one you mean (--context)?`);
  if (code === 401)
    return new StockoutError(`the cluster does not know you (${message}): sign in to it again`);
  if (code === 403) {
    return new StockoutError(
      `you may not do that in ${where}: ${message}; have someone give you the role view or edit there`,
    );
  }
  if (isOfOneObject(error)) return new StockoutError(`it is gone from ${where}: ${message}`);
  if (code === 404) {
    return new StockoutError(
      'this cluster knows no StockoutModels: stockout is not installed there (kubectl apply --server-side -f install.yaml)',
    );
  }
  return new StockoutError(`the API server refuses it: ${message}`);
}

/** Where the kind itself is not known, the API server names no object. */
function isOfOneObject({ code, reason, message }: KubeError): boolean {
  return code === 404 && reason === 'NotFound' && message.endsWith('" not found');
}
