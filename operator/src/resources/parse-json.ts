/** Undefined where it is none: what stands in the cluster may have been written by anybody. */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
