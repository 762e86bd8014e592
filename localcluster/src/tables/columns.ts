import type { Column } from '../registry/resource.ts';
import type { KubeObject } from '../types.ts';
import { age } from './duration.ts';

type Value = Column['value'];

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  value: ({ metadata }) => metadata.name,
};

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  value: ({ metadata }) => age(metadata.creationTimestamp),
};

export function text<T extends KubeObject>(name: string, value: (object: T) => string | undefined): Column {
  return { name, type: 'string', value: ((object: T) => value(object) ?? '') as Value };
}

export function count<T extends KubeObject>(name: string, value: (object: T) => number | undefined): Column {
  return { name, type: 'integer', value: ((object: T) => value(object) ?? 0) as Value };
}

/** Shown with -o wide only. */
export const wide = (column: Column): Column => ({ ...column, priority: 1 });

/** `<none>`, as kubectl writes what is absent. */
export const orNone = (value: string | undefined): string => (value ? value : '<none>');

export function labels(map: Record<string, string> | undefined): string {
  return orNone(
    Object.entries(map ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  );
}
