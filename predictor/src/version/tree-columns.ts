import type { Tree } from '../trees/parse-ubj.ts';

/** Values that are to come one after another. */
export interface Expected {
  /** @returns whether it is the next one */
  take(value: number): boolean;
  /** Whether none is missing. */
  readonly isWhole: boolean;
}

export class SingleValue implements Expected {
  readonly #isRight: (value: number) => boolean;
  readonly #optional: boolean;
  #taken = false;

  constructor(isRight: (value: number) => boolean, optional = false) {
    this.#isRight = isRight;
    this.#optional = optional;
  }

  take(value: number): boolean {
    if (this.#taken) return false;
    this.#taken = true;
    return this.#isRight(value);
  }

  get isWhole(): boolean {
    return this.#taken || this.#optional;
  }
}

/** One value of each node, or each leaf, tree by tree: a place in the trees that moves on, for there may be millions. */
export class NodeColumn implements Expected {
  readonly #trees: readonly Tree[];
  readonly #valueOf: (tree: Tree, node: number, id: number) => number | undefined;
  readonly #leavesOnly: boolean;
  #id = 0;
  #node = 0;

  /** @param valueOf undefined where it may be anything */
  constructor(
    trees: readonly Tree[],
    valueOf: (tree: Tree, node: number, id: number) => number | undefined,
    leavesOnly = false,
  ) {
    this.#trees = trees;
    this.#valueOf = valueOf;
    this.#leavesOnly = leavesOnly;
    this.#findNext();
  }

  take(value: number): boolean {
    const tree = this.#trees[this.#id];
    if (tree === undefined) return false;
    const expected = this.#valueOf(tree, this.#node, this.#id);
    this.#node++;
    this.#findNext();
    return expected === undefined || expected === value;
  }

  get isWhole(): boolean {
    return this.#id === this.#trees.length;
  }

  /** From here on, this node included. */
  #findNext(): void {
    for (; this.#id < this.#trees.length; this.#id++, this.#node = 0) {
      const { left } = this.#trees[this.#id]!;
      while (this.#leavesOnly && Number(left[this.#node]) >= 0) this.#node++;
      if (this.#node < left.length) return;
    }
  }
}
