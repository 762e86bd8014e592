import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const HEALTH = new URL('../../config/gitops/argocd/health.yaml', import.meta.url);
const SOURCE = fileURLToPath(new URL('argo-health', import.meta.url));
const GENERATION = 3;

type Condition = [type: string, status: string, reason: string];

const MODELS: [sentence: string, conditions: Condition[], health: string][] = [
  ['nothing is known yet', [], 'Progressing'],
  [
    'it trains',
    [
      ['Ready', 'False', 'Training'],
      ['Reconciling', 'True', 'Training'],
    ],
    'Progressing',
  ],
  ['it serves', [['Ready', 'True', 'Serving']], 'Healthy'],
  [
    'a candidate was refused and the champion serves',
    [
      ['Ready', 'True', 'Serving'],
      ['GatesPassed', 'False', 'GatesFailed'],
    ],
    'Healthy',
  ],
  [
    'its pin was refused',
    [
      ['Ready', 'False', 'PinnedVersionRefused'],
      ['Stalled', 'True', 'PinnedVersionRefused'],
    ],
    'Degraded',
  ],
  ['it is paused', [['Ready', 'True', 'Paused']], 'Suspended'],
];

const SCORING_JOBS: typeof MODELS = [
  [
    'it waits for its model',
    [
      ['Ready', 'False', 'ModelNotFound'],
      ['Reconciling', 'True', 'ModelNotFound'],
    ],
    'Progressing',
  ],
  [
    'it is done',
    [
      ['Ready', 'True', 'Succeeded'],
      ['Complete', 'True', 'Succeeded'],
    ],
    'Healthy',
  ],
  [
    'it failed',
    [
      ['Ready', 'False', 'RunFailed'],
      ['Failed', 'True', 'RunFailed'],
      ['Stalled', 'True', 'RunFailed'],
    ],
    'Degraded',
  ],
  ['it is suspended', [['Ready', 'False', 'Suspended']], 'Suspended'],
];

describe('health in Argo CD', () => {
  let dir: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockout-health-'));
    await promisify(execFile)('go', ['build', '-o', join(dir, 'argo-health'), '.'], { cwd: SOURCE });
    const { data } = parse(await readFile(HEALTH, 'utf8')) as { data: Record<string, string> };
    for (const [key, script] of Object.entries(data)) await writeFile(join(dir, kindOf(key)), script);
  }, 300_000);

  afterAll(() => rm(dir, { recursive: true, force: true }));

  it.each(MODELS)('of a StockoutModel when %s', async (_, conditions, health) => {
    expect(await healthOf('StockoutModel', conditions)).toBe(health);
  });

  it.each(SCORING_JOBS)('of a ScoringJob when %s', async (_, conditions, health) => {
    expect(await healthOf('ScoringJob', conditions)).toBe(health);
  });

  it.each(['StockoutModel', 'ScoringJob'])(
    'of a %s whose spec the operator has not seen yet',
    async (kind) => {
      expect(await healthOf(kind, [['Ready', 'True', 'Serving']], GENERATION - 1)).toBe('Progressing');
    },
  );

  async function healthOf(kind: string, told: Condition[], observedGeneration = GENERATION): Promise<string> {
    const conditions = told.map(([type, status, reason]) => ({ type, status, reason, message: reason }));
    const object = { metadata: { generation: GENERATION }, status: { observedGeneration, conditions } };
    const running = promisify(execFile)(join(dir, 'argo-health'), [join(dir, kind)]);
    running.child.stdin?.end(JSON.stringify(object));
    const [status = '', message = ''] = (await running).stdout.split('\t');
    expect(message).not.toBe('');
    return status;
  }
});

/** Of a key of argocd-cm: resource.customizations.health.GROUP_KIND. */
function kindOf(key: string): string {
  return key.slice(key.lastIndexOf('_') + 1);
}
