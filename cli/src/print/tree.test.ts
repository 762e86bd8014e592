import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { drawTree, type Tree } from './tree.ts';

it('branches hang on lines, and a text that is too long goes on below itself', () => {
  const long =
    'the training runs, but its pod does not start: ImagePullBackOff: no such image in this registry';
  const drawn = drawTree({
    text: 'root',
    branches: [{ text: long, branches: [{ text: 'leaf' }] }, { text: 'last' }],
  });
  expect(drawn.join('\n')).toBe(
    [
      'root',
      '├─ the training runs, but its pod does not start: ImagePullBackOff: no such',
      '│  │  image in this registry',
      '│  └─ leaf',
      '└─ last',
    ].join('\n'),
  );
});

it('what would move the cursor or change colours is not printed', () => {
  expect(drawTree({ text: '\u001B[31mred\u001B[0m\r\n\ttext\u0007' })).toEqual(['red text ']);
});

it('no line is wider than a terminal, whatever the words, unless one word is', () => {
  const word = fc.stringMatching(/^[a-z]{1,30}$/);
  const text = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' '));
  const tree = fc.memo((depth): fc.Arbitrary<Tree> => {
    if (depth <= 1) return text.map((leaf) => ({ text: leaf }));
    return fc.record({ text, branches: fc.array(tree(depth - 1), { maxLength: 3 }) });
  });
  fc.assert(
    fc.property(tree(4), (drawn) => {
      const lines = drawTree(drawn);
      const tooLong = lines.filter(
        (line) => line.length > 80 && !/^\S*$/.test(line.replace(/^[│├└─ ]+/, '')),
      );
      expect(tooLong).toEqual([]);
    }),
  );
});
