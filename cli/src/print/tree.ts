import { stripVTControlCharacters } from 'node:util';
import { WIDTH } from './fit.ts';

/** A line of text, and what belongs to it. */
export interface Tree {
  text: string;
  branches?: readonly Tree[];
}

/** Lines that fit a terminal of 80 columns: a text that is too long goes on below itself. A long word stays whole. */
export function drawTree({ text, branches = [] }: Tree, prefix = ''): string[] {
  const own = wrap(plain(text), WIDTH - prefix.length - (branches.length > 0 ? 3 : 0));
  const stem = branches.length > 0 ? '│  ' : '';
  const lines = own.map((line, index) => (index === 0 ? line : `${prefix}${stem}${line}`));
  const drawn = branches.flatMap((branch, index) => {
    const isLast = index === branches.length - 1;
    const [first = '', ...rest] = drawTree(branch, `${prefix}${isLast ? '   ' : '│  '}`);
    return [`${prefix}${isLast ? '└─ ' : '├─ '}${first}`, ...rest];
  });
  return [...lines, ...drawn];
}

/** One line of characters that print: the end of a pod's log may hold colours, and worse. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\p{Cc}+/gu, ' ');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
