import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

const BASE = new URL('../config/base/', import.meta.url);
const SECURITY = new URL('../docs/security.md', import.meta.url);
/** Not by chance: who has one of these has, or gives, whatever there is. */
const NEVER = new Set(['secrets', 'serviceaccounts', 'pods/exec', 'nodes', 'roles', 'clusterroles', '*']);

const rules = ['role.yaml', 'leader-election.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, BASE), 'utf8')).flatMap(
    (document) => (document.toJS() as { rules?: Rule[] }).rules ?? [],
  ),
);

test('the operator has no verb on Secrets, nor on what leads to them', () => {
  const words = rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
  expect(words).toContain('jobs');
  expect(words.filter((word) => NEVER.has(word))).toEqual([]);
});

test('docs/security.md says of each verb on each resource what it is for, and of no other', () => {
  const granted = rules.flatMap(({ resources, verbs }) => pairs(resources, verbs));
  expect(explained()).toEqual([...new Set(granted)].sort());
});

/** Of the table's rows: | `jobs` | get, list | why | */
function explained(): string[] {
  const rows = readFileSync(SECURITY, 'utf8').matchAll(
    /^\| ((?:`[a-z/]+`,? ?)+) +\| ([a-z, ]+?) +\| [^|]+\|$/gm,
  );
  const found = [...rows].flatMap(([, resources = '', verbs = '']) =>
    pairs(resources.replaceAll('`', '').trim().split(', '), verbs.split(', ')),
  );
  expect(found).toHaveLength(new Set(found).size);
  return found.sort();
}

function pairs(resources: readonly string[], verbs: readonly string[]): string[] {
  return resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`));
}
