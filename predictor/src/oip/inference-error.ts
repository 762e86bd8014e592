/** A request of the Open Inference Protocol that cannot be answered, and why, in a sentence for its sender. */
export class InferenceError extends Error {
  override name = 'InferenceError';
  /** 400 for a request that is wrong in itself, 404 for a model or a version that is not served here. */
  readonly status: 400 | 404;

  constructor(message: string, status: 400 | 404 = 400) {
    super(message);
    this.status = status;
  }
}

/** A caller's own text in a sentence: quoted, and cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
}
