import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitopsHealth } from './gitops-health.ts';

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
    'it serves while another version is trained',
    [
      ['Ready', 'True', 'Serving'],
      ['Reconciling', 'True', 'Training'],
    ],
    'Progressing',
  ],
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
  ['it is suspended', [['Ready', 'True', 'Suspended']], 'Suspended'],
];

describe('health in Argo CD', () => {
  let health: GitopsHealth;

  beforeAll(async () => {
    health = await GitopsHealth.build();
  }, 300_000);

  afterAll(() => health.remove());

  it.each(MODELS)('of a StockoutModel when %s', async (_, conditions, expected) => {
    expect(await healthOf('StockoutModel', conditions)).toBe(expected);
  });

  it.each(SCORING_JOBS)('of a ScoringJob when %s', async (_, conditions, expected) => {
    expect(await healthOf('ScoringJob', conditions)).toBe(expected);
  });

  it.each(['StockoutModel', 'ScoringJob'])(
    'of a %s whose spec the operator has not seen yet',
    async (kind) => {
      expect(await healthOf(kind, [['Ready', 'True', 'Serving']], GENERATION - 1)).toBe('Progressing');
    },
  );

  async function healthOf(kind: string, told: Condition[], observedGeneration = GENERATION): Promise<string> {
    const conditions = told.map(([type, status, reason]) => ({ type, status, reason, message: reason }));
    const object = { kind, metadata: { generation: GENERATION }, status: { observedGeneration, conditions } };
    const { status, message } = await health.inArgo(object);
    expect(message).not.toBe('');
    return status;
  }
});
