/** A numeric column of the customer's own that is a feature as it is on the day; with history, its lags and means too. */
export interface Covariate {
  /** Its column in `raw`, and what features made of it are named after. */
  name: string;
  history: boolean;
}

/** What the marks at the ends of the SQL files' lines are read against; the files' heads say what they mean. */
export interface TemplateContext {
  /** Names of the raw columns at hand. */
  columns: ReadonlySet<string>;
  covariates: readonly Covariate[];
  /** Whether a few rows meet the snapshot of all others; else all rows are there. */
  snapshot?: boolean | undefined;
}

const SNAPSHOT = / -- (with|without) snapshot$/;
const NEEDS = / -- needs (.+)$/;
const PARAGRAPH_NEEDS = /^.+ -- paragraph needs (\w+)$/m;
const EACH = / -- each (covariate(?: with history)?)$/;

/** The SQL of a file for this data: lines that need a missing column left out, lines for each covariate repeated. */
export function renderLines(template: string, context: TemplateContext): string {
  return template
    .split('\n\n')
    .flatMap((paragraph) => renderParagraph(paragraph, context))
    .join('\n\n');
}

function renderParagraph(marked: string, context: TemplateContext): string[] {
  const needed = PARAGRAPH_NEEDS.exec(marked)?.[1];
  if (needed !== undefined && !context.columns.has(needed)) return [];
  const lines = marked.replace(` -- paragraph needs ${needed}`, '').split('\n');
  const rendered = lines
    .filter((line) => !line.startsWith('--'))
    .flatMap((line) => renderLine(line, context));
  return [rendered.join('\n')];
}

function renderLine(marked: string, { columns, covariates, snapshot = false }: TemplateContext): string[] {
  const snapshots = SNAPSHOT.exec(marked)?.[1];
  if (snapshots !== undefined && (snapshots === 'with') !== snapshot) return [];
  const wanting = marked.replace(SNAPSHOT, '');
  const needs = NEEDS.exec(wanting)?.[1]?.split(', ') ?? [];
  if (!needs.every((column) => columns.has(column))) return [];
  const line = wanting.replace(NEEDS, '');
  const each = EACH.exec(line)?.[1];
  const bare = line.replace(EACH, '');
  return each === undefined ? [bare] : forEachCovariate(bare, each, covariates);
}

/** @param each which covariates: `covariate` or `covariate with history` */
export function forEachCovariate(text: string, each: string, covariates: readonly Covariate[]): string[] {
  const meant = covariates.filter(({ history }) => history || each === 'covariate');
  return meant.map(({ name }) => text.replaceAll('{{covariate}}', name));
}
