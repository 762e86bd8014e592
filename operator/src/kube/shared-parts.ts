import type { KubeObject } from '../api/kubernetes.ts';
import { componentOf } from '../resources/names.ts';

/**
 * Objects of a kind differ in little: of what a thousand Deployments say nine tenths are the same. Each object that comes
 * takes over the parts that another one has in the same place: it is compared with its own former state, or with the one of
 * its component that came last. No table of parts is kept, and what no object has any longer is gone.
 */
export class SharedParts<T extends KubeObject> {
  readonly #last = new Map<string, T>();

  /** @param object fresh from the wire: it is changed */
  take(object: T, before: T | undefined): T {
    const component = componentOf(object) ?? '';
    const shared = shareParts(object, before ?? this.#last.get(component));
    this.#last.set(component, shared);
    return shared;
  }
}

/** The value, with the parts of `like` wherever they are equal: `like` itself when all of it is. JSON alone. */
export function shareParts<T>(value: T, like: unknown): T {
  if (value === like) return like as T;
  if (!isTree(value) || !isTree(like) || Array.isArray(value) !== Array.isArray(like)) return value;
  return takeOver(value, like) ? (like as T) : value;
}

/** True when nothing differs. */
function takeOver(tree: Tree, like: Tree): boolean {
  const keys = Object.keys(tree);
  let isSame = keys.length === Object.keys(like).length;
  for (const key of keys) {
    const part = tree[key];
    const other = Object.hasOwn(like, key) ? like[key] : undefined;
    const shared = shareParts(part, other);
    if (shared !== other) isSame = false;
    // Equal texts are two in memory, too.
    else if (typeof part === 'string' || isTree(part)) tree[key] = shared;
  }
  return isSame;
}

type Tree = Record<string, unknown>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null;
}
