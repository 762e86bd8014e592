import type { KubeObject } from '../api/kubernetes.ts';

export interface WatchEvent<T extends KubeObject> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

const END_OF_STATE = 'k8s.io/initial-events-end';

/** All that is there has come: what follows is what becomes of it. */
export function isEndOfState({ type, object }: WatchEvent<KubeObject>): boolean {
  return type === 'BOOKMARK' && object.metadata.annotations?.[END_OF_STATE] === 'true';
}

/** The events of a watch's body, which holds one JSON object a line. */
export async function* readWatchEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    // What follows the last newline is the beginning of a line that is still on its way.
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as WatchEvent<T>;
  }
}
