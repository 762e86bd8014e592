import type { Case } from './case.ts';

/** They stand side by side until the definition is tightened, so each has a name of its own. */
const update = (name: string, from: object, to: object): Case => {
  const metadata = { name: name.replaceAll(' ', '-'), namespace: 'default' };
  const fixture = (spec: object) => ({ apiVersion: 'test.stockout.dev/v1', kind: 'Fixture', metadata, spec });
  return {
    name: `stored before the definition was tightened: ${name}`,
    plural: 'fixtures',
    object: fixture(to),
    old: fixture({ maybe: 'given', ...from }),
    isStoredBefore: true,
  };
};

/** What was wrong before and did not change is let pass. */
export const STORED_CASES = [
  update('nothing changes', { size: 9 }, { size: 9 }),
  update('a wrong value stays', { size: 9 }, { size: 9, low: 1 }),
  update('a wrong value becomes another', { size: 9 }, { size: 8 }),
  update('text that is too long stays', { locked: 'l'.repeat(30) }, { locked: 'l'.repeat(30), low: 1 }),
  update('not becomes not', { none: 'x' }, { none: 'xx' }),
  update('a rule is broken as before', { low: 5, high: 1 }, { low: 5, high: 1, size: 1 }),
  update('a rule is broken in another way', { low: 5, high: 1 }, { low: 6, high: 1 }),
  update('a rule of a scalar is broken as before', { need: '' }, { need: '', low: 1 }),
  update('a rule that ends in an error does so again', { divisor: 0 }, { divisor: 0, low: 1 }),
  update('a wrong key stays', { limits: { a: 1 } }, { limits: { a: 1, b: 2 } }),
  update(
    'too many keys stay',
    { limits: { a: 2, b: 2, c: 2, d: 2 } },
    { limits: { a: 2, b: 2, c: 2, d: 2 }, low: 1 },
  ),
  update(
    'too many keys change',
    { limits: { a: 2, b: 2, c: 2, d: 2 } },
    { limits: { a: 2, b: 2, c: 2, d: 4 } },
  ),
  update('a wrong item stays in its list', { pair: [1, 'x'] }, { pair: [1, 'x'], low: 1 }),
  update('a wrong item stays in a list that changes', { pair: [1, 'x'] }, { pair: [2, 'x'] }),
  update(
    'a wrong item of a map list stays',
    { names: [{ name: 'a', value: 'taken' }] },
    { names: [{ name: 'a', value: 'taken' }], low: 1 },
  ),
  update(
    'an item of a map list is too long and moves',
    { names: [{ name: 'a', value: 'v'.repeat(12) }] },
    {
      names: [
        { name: 'b', value: '' },
        { name: 'a', value: 'v'.repeat(12) },
      ],
    },
  ),
  update('none of one of stays', { one: {} }, { one: {}, low: 1 }),
  update('both of one of change', { one: { a: 'x', b: 'y' } }, { one: { a: 'x', b: 'z' } }),
  update('one of all changes', { all: { a: 'x' } }, { all: { a: 'y' } }),
  update('a duplicate stays', { tags: ['a', 'a'] }, { tags: ['a', 'a'], low: 1 }),
  update('a duplicate stays in a set that changes', { tags: ['a', 'a'] }, { tags: ['a', 'a', 'b'] }),
  update('a duplicate comes', { tags: ['a'] }, { tags: ['a', 'a'] }),
  update('a bound below a key stays', { levels: { a: { max: 9 } } }, { levels: { a: { max: 9 }, b: {} } }),
];
