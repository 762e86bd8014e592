import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONDITION, REASON } from '../conditions.ts';
import { CONDITION_WORDS, REASON_GROUPS, type Standing, wordsOf } from './index.ts';

const PLAYED = new URL('../stockoutmodel/', import.meta.url);

/** Conditions as the golden logs of whole rollouts show them: `  Ready False Training: ...`. */
function playedConditions(): { standing: Standing; reason: string }[] {
  const logs = readdirSync(PLAYED).filter((name) => name.endsWith('.golden.txt'));
  const lines = logs.flatMap((name) => readFileSync(new URL(name, PLAYED), 'utf8').split('\n'));
  return lines.flatMap((line) => {
    const [, type, status, reason] = /^ {2}(\w+) (True|False|Unknown) (\w+): /.exec(line) ?? [];
    if (type === undefined || reason === undefined) return [];
    return [{ standing: `${type}=${status}` as Standing, reason }];
  });
}

test('whatever a condition says in a played rollout, its words say that it may stand there', () => {
  const played = playedConditions().filter(({ standing }) => !/^(Reconciling|Stalled)=/.test(standing));
  expect(new Set(played.map(({ reason }) => reason)).size).toBeGreaterThan(10);
  const unsaid = played.filter(({ standing, reason }) => !wordsOf(reason)?.on.includes(standing));
  expect(unsaid).toEqual([]);
});

test('every reason is in the reference once, in whole sentences', () => {
  const told = REASON_GROUPS.flatMap(({ reasons }) => Object.entries(reasons));
  expect(told.map(([reason]) => reason).toSorted()).toEqual(Object.values(REASON).toSorted());
  for (const [, { when, todo }] of told) {
    for (const sentence of [when, todo]) expect(sentence).toMatch(/^[A-Z`].*\.$/s);
  }
});

test('every condition is in the reference, in whole sentences', () => {
  expect(Object.keys(CONDITION_WORDS).toSorted()).toEqual(Object.values(CONDITION).toSorted());
  for (const { means } of Object.values(CONDITION_WORDS)) expect(means).toMatch(/^[A-Z].*\.$/);
});

test("a reason of the API server's own, or the name of a method, has no words", () => {
  expect(wordsOf('Forbidden')).toBeUndefined();
  expect(wordsOf('toString')).toBeUndefined();
});
