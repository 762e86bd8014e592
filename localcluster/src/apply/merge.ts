import type { Schema } from '../schema/schema.ts';
import type { Json, JsonObject } from '../types.ts';
import { FieldSet } from './field-set.ts';
import { equal, isLeaf, isStructField, type Item, itemsOf } from './items.ts';

/** The fields an applied configuration names: what its manager owns from then on. */
export function fieldsOf(value: Json, schema: Schema): FieldSet {
  const set = new FieldSet();
  if (isLeaf(value, schema)) {
    set.member = true;
    return set;
  }
  for (const item of itemsOf(value, schema)) {
    const child = fieldsOf(item.value, item.schema);
    child.member ||= isEmpty(item.value) || !isStructField(schema, item.element);
    set.children.set(item.element, child);
  }
  return set;
}

function isEmpty(value: Json): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

export interface Comparison {
  /** Fields whose value is new or another one. */
  changed: FieldSet;
  removed: FieldSet;
}

/** What a write did to an object, field by field. */
export function compare(before: Json | undefined, after: Json | undefined, schema: Schema): Comparison {
  const changed = new FieldSet();
  const removed = new FieldSet();
  const value = after ?? before ?? null;
  const leaf = isLeaf(value, schema) || (before !== undefined && isLeaf(before, schema));
  if (before === undefined) changed.member = true;
  else if (after === undefined) removed.member = true;
  else if (leaf && !equal(before, after)) changed.member = true;
  if (!leaf) compareItems(before, after, schema, changed, removed);
  return { changed, removed };
}

function compareItems(
  before: Json | undefined,
  after: Json | undefined,
  schema: Schema,
  changed: FieldSet,
  removed: FieldSet,
): void {
  const olds = byElement(before, schema);
  const news = byElement(after, schema);
  for (const element of new Set([...olds.keys(), ...news.keys()])) {
    const [old, fresh] = [olds.get(element), news.get(element)];
    const below = compare(old?.value, fresh?.value, (fresh ?? (old as Item)).schema);
    if (!below.changed.empty) changed.children.set(element, below.changed);
    if (!below.removed.empty) removed.children.set(element, below.removed);
  }
}

function byElement(value: Json | undefined, schema: Schema): Map<string, Item> {
  return new Map((value == null ? [] : itemsOf(value, schema)).map((item) => [item.element, item]));
}

/** Lays an applied configuration over the object: its fields win, its list items keep its order. */
export function merge(live: Json | undefined, config: Json, schema: Schema): Json {
  if (live == null || isLeaf(config, schema) || isLeaf(live, schema)) return config;
  return Array.isArray(config) ? mergeList(live as Json[], config, schema) : mergeMap(live, config, schema);
}

function mergeMap(live: Json, config: Json, schema: Schema): JsonObject {
  const result = { ...(live as JsonObject) };
  for (const { element, value, schema: below } of itemsOf(config, schema)) {
    const name = element.slice(2);
    result[name] = merge(result[name], value, below);
  }
  return result;
}

/** Items that only the object has keep their place before the configured ones they stood before. */
function mergeList(live: Json[], config: Json[], schema: Schema): Json[] {
  const lives = itemsOf(live, schema);
  const configured = new Map(itemsOf(config, schema).map((item) => [item.element, item]));
  const known = new Map(lives.map((item) => [item.element, item.value]));
  const placed = new Set<string>();
  const result: Json[] = [];
  let next = 0;
  const takeOthers = (): void => {
    for (let item = lives[next]; item; item = lives[++next]) {
      if (!configured.has(item.element)) result.push(item.value);
      else if (!placed.has(item.element)) return;
    }
  };
  for (const item of configured.values()) {
    takeOthers();
    result.push(merge(known.get(item.element), item.value, item.schema));
    placed.add(item.element);
  }
  takeOthers();
  return result;
}

/**
 * Drops what a manager applied before and does not name any more, unless somebody else owns it or something below.
 * @param last what the manager owned; `owned` what anybody owns now
 */
export function removeDisowned(value: Json, schema: Schema, last: FieldSet, owned: FieldSet): Json {
  if (isLeaf(value, schema)) return value;
  const kept: Item[] = [];
  for (const item of itemsOf(value, schema)) {
    const was = last.children.get(item.element);
    const is = owned.children.get(item.element);
    if (was && !is) continue;
    kept.push(was && is ? { ...item, value: removeDisowned(item.value, item.schema, was, is) } : item);
  }
  if (Array.isArray(value)) return kept.map((item) => item.value);
  return Object.fromEntries(kept.map((item) => [item.element.slice(2), item.value]));
}
