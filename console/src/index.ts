import { fileURLToPath } from 'node:url';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The predictor's pages: the path under which each is served, and its file. Plain files, nothing to build. */
export const consolePages: Readonly<Record<string, string>> = {
  '/docs': file('docs/index.html'),
  '/docs/docs.css': file('docs/docs.css'),
  '/docs/docs.js': file('docs/docs.js'),
};
