import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LINK = /\]\(<?([^)<>\s]+)>?(?:\s+"[^"]*")?\)/g;

test('a link that leads nowhere is found: to a file, to a heading, to a heading of the page itself', () => {
  const text =
    '# One two\n[a](b.md) [c](#one-two) [d](#three) [e](README.md#next) [f](README.md#nowhere) [g](https://x.y)';
  expect(brokenLinks('README.md', text)).toEqual(['b.md', '#three', 'README.md#nowhere']);
});

const pages = git('ls-files', '--cached', '--others', '--exclude-standard', '*.md').filter((page) =>
  existsSync(join(ROOT, page)),
);

test.each(pages)('every relative link of %s leads somewhere', (page) => {
  expect(brokenLinks(page, readFileSync(join(ROOT, page), 'utf8'))).toEqual([]);
});

/** @param page relative to the repository's root */
function brokenLinks(page: string, text: string): string[] {
  const targets = [...withoutCode(text).matchAll(LINK)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/i.test(target) && !leadsSomewhere(page, text, target));
}

function leadsSomewhere(page: string, text: string, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = join(ROOT, dirname(page), decodeURIComponent(path));
  if (path !== '' && !existsSync(file)) return false;
  if (heading === undefined || (path !== '' && !path.endsWith('.md'))) return true;
  return anchorsOf(path === '' ? text : readFileSync(file, 'utf8')).has(heading);
}

/** As GitHub makes them: lower case, hyphens for blanks, no other punctuation; the second of a name is name-1. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of withoutFences(text).matchAll(/^#{1,6}\s+(.*)$/gm)) {
    const words = title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = words
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, '');
}

function withoutFences(text: string): string {
  return text.replaceAll(/^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1\2 *$/gm, '');
}

function git(...args: string[]): string[] {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
}
