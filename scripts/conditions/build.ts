import { isTrouble } from '../../operator/src/conditions.ts';
import { CONDITION_WORDS, REASON_GROUPS, type ReasonWords } from '../../operator/src/reasons/index.ts';

const HEADER = `<!-- Generated from operator/src/reasons by \`npm run generate\`: change those files instead. -->

# Conditions and their reasons

What \`status.conditions\` of a StockoutModel and a ScoringJob say: each reason with when it is set, and what to do.
\`stockout status NAME\` prints the same for what holds now. An Event is told whenever a condition changes; of a reason
that somebody should look into it is a Warning.

\`\`\`sh
kubectl wait stockoutmodel/retail --for=condition=Ready --timeout=20m
kubectl wait stockoutmodel/retail --for=condition=Stalled=True --timeout=20m     # or that it needs you
kubectl events --for stockoutmodel/retail
\`\`\`

A condition that cannot be judged yet is Unknown, with the reason that Ready has. A reason that is not on this page is the API
server's own (\`Forbidden\`, \`Unreachable\`, ...): the message is its answer to the operator, and the request is tried again.
`;

/** docs/reference/conditions.md: every condition, and every reason with when it is set and what to do. */
export function buildConditionsReference(): string {
  const groups = REASON_GROUPS.map(({ title, reasons }) =>
    [`## ${title}`, ...Object.entries(reasons).map(([reason, words]) => describe(reason, words))].join(
      '\n\n',
    ),
  );
  return `${[HEADER, conditionsTable(), ...groups].join('\n\n')}\n`.replaceAll(/\n{3,}/g, '\n\n');
}

function conditionsTable(): string {
  const rows = Object.entries(CONDITION_WORDS).map(
    ([type, { of, means }]) => `| \`${type}\` | ${of === 'both' ? 'both kinds' : of} | ${means} |`,
  );
  return ['## Conditions', '', '| condition | of | when it is True |', '|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

function describe(reason: string, { on, when, todo, see }: ReasonWords): string {
  const where = on.length === 0 ? ['of a run, in `status.runs`'] : on.map((standing) => `\`${standing}\``);
  const event = isTrouble(reason) ? ', a Warning' : '';
  const more = see === undefined ? '' : ` More in [${nameOf(see)}](../${see}).`;
  return `### ${reason}\n\n${where.join(', ')}${event}. ${when}\n\n**What to do:** ${todo}${more}`;
}

/** `operations.md#restore` is restore, `runbooks/StockoutScoringLate.md` its runbook. */
function nameOf(page: string): string {
  const [path = '', heading] = page.split('#');
  if (heading !== undefined) return heading.replaceAll('-', ' ');
  return path.startsWith('runbooks/') ? 'its runbook' : path.replace(/\.md$/, '');
}
