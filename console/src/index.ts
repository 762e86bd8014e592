import { fileURLToPath } from 'node:url';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The predictor's pages: the path under which each is served, and its file. Plain files, nothing to build. */
export const consolePages: Readonly<Record<string, string>> = {
  '/': file('predictor/index.html'),
  '/assets/icon.svg': file('predictor/icon.svg'),
  '/assets/try.css': file('predictor/try.css'),
  '/assets/try.js': file('predictor/try.js'),
  '/assets/credential.js': file('predictor/credential.js'),
  '/assets/form.js': file('predictor/form.js'),
  '/assets/result.js': file('predictor/result.js'),
  '/assets/contributions.js': file('predictor/contributions.js'),
  '/docs': file('docs/index.html'),
  '/docs/docs.css': file('docs/docs.css'),
  '/docs/docs.js': file('docs/docs.js'),
};
