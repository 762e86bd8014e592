import { isObject, type JsonObject } from '../types.ts';

/**
 * A set of field paths, as managedFields stores it (FieldsV1): a tree whose edges are path elements, `f:name` for
 * a field, `k:{"name":"app"}` for an item of a list with keys, `v:"x"` for an item of a set.
 * A node is a member when the field itself is owned, not only something below it.
 */
export class FieldSet {
  member = false;
  readonly children = new Map<string, FieldSet>();

  static from(fields: JsonObject): FieldSet {
    const set = new FieldSet();
    const entries = Object.entries(fields);
    for (const [element, below] of entries) {
      if (element === '.') set.member = true;
      else set.children.set(element, isObject(below) ? FieldSet.from(below) : new FieldSet());
    }
    if (entries.length === 0) set.member = true;
    return set;
  }

  child(element: string): FieldSet {
    let child = this.children.get(element);
    if (!child) this.children.set(element, (child = new FieldSet()));
    return child;
  }

  /** No field is in it. */
  get empty(): boolean {
    return !this.member && this.children.size === 0;
  }

  toFields(): JsonObject {
    const fields: JsonObject = {};
    if (this.member && this.children.size > 0) fields['.'] = {};
    for (const [element, child] of [...this.children].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      fields[element] = child.toFields();
    }
    return fields;
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet();
    result.member = this.member || other.member;
    for (const element of new Set([...this.children.keys(), ...other.children.keys()])) {
      const [mine, theirs] = [this.children.get(element), other.children.get(element)];
      result.children.set(element, mine && theirs ? mine.union(theirs) : ((mine ?? theirs) as FieldSet));
    }
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, theirs) => mine && theirs, false);
  }

  /** This set's members that are not members of the other. */
  difference(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, theirs) => mine && !theirs, true);
  }

  #combine(other: FieldSet, keep: (mine: boolean, theirs: boolean) => boolean, lone: boolean): FieldSet {
    const result = new FieldSet();
    result.member = keep(this.member, other.member);
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      const below = theirs ? child.#combine(theirs, keep, lone) : lone ? child : undefined;
      if (below && !below.empty) result.children.set(element, below);
    }
    return result;
  }

  without(...path: string[]): FieldSet {
    const [element = '', ...rest] = path;
    const result = new FieldSet();
    result.member = this.member;
    for (const [name, child] of this.children) {
      const kept = name !== element ? child : rest.length === 0 ? undefined : child.without(...rest);
      if (kept && !kept.empty) result.children.set(name, kept);
    }
    return result;
  }

  equals(other: FieldSet): boolean {
    if (this.member !== other.member || this.children.size !== other.children.size) return false;
    for (const [element, child] of this.children) {
      const theirs = other.children.get(element);
      if (!theirs || !child.equals(theirs)) return false;
    }
    return true;
  }

  /** Every member's path as a person reads it: `.spec.template.spec.containers[name="app"].image`. */
  *paths(prefix = ''): Generator<string> {
    if (this.member) yield prefix;
    for (const [element, child] of [...this.children].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      yield* child.paths(prefix + readable(element));
    }
  }
}

function readable(element: string): string {
  const text = element.slice(2);
  if (element.startsWith('f:')) return `.${text}`;
  if (element.startsWith('v:')) return `[=${text}]`;
  const keys = Object.entries(JSON.parse(text) as JsonObject);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}
