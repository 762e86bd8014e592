import { describe, expect, test } from 'vitest';
import { baseline, candidate, champion, judge } from './gates.test-support.ts';
import { allPassed, DEFAULT_GATES, type Gate, type GateInputs, judgeGates } from './gates.ts';

type Row = [
  sentence: string,
  gate: Gate,
  inputs: GateInputs,
  serving: string | undefined,
  reason: string,
  message: string,
];

describe('a version', () => {
  test.each<Row>([
    [
      'passes at the minimum',
      { metric: 'auc', min: '0.95' },
      candidate({ auc: 0.95 }),
      undefined,
      'Passed',
      'auc 0.9500 is at least 0.95',
    ],
    [
      'fails below the minimum',
      { metric: 'auc', min: '0.95' },
      candidate({ auc: 0.91 }),
      undefined,
      'BelowMinimum',
      'auc 0.9100 is below the minimum 0.95',
    ],
    [
      'that misses by a hair is told with the digits that show it',
      { metric: 'auc', min: '0.95' },
      candidate({ auc: 0.949_999_6 }),
      undefined,
      'BelowMinimum',
      'auc 0.94999960 is below the minimum 0.95',
    ],
    [
      'passes at the maximum',
      { metric: 'brier', max: '0.1' },
      candidate({ brier: 0.1 }),
      undefined,
      'Passed',
      'brier 0.1000 is at most 0.1',
    ],
    [
      'fails above the maximum',
      { metric: 'ece', max: '0.05' },
      candidate({ ece: 0.2 }),
      undefined,
      'AboveMaximum',
      'ece 0.2000 is above the maximum 0.05',
    ],
    [
      'fails without the metric',
      { metric: 'auc', min: '0.5' },
      candidate({}),
      undefined,
      'MetricMissing',
      'auc of the version is missing',
    ],
    [
      'fails where the metric is NaN',
      { metric: 'auc', min: '-1' },
      candidate({ auc: Number.NaN }),
      undefined,
      'MetricMissing',
      'auc of the version is missing',
    ],
    [
      'passes a comparison while nothing serves',
      { metric: 'auc', maxDropFromServing: '0' },
      candidate({ auc: 0.1 }),
      undefined,
      'NoServingVersion',
      'nothing serves yet',
    ],
    [
      'without the metric fails a comparison even while nothing serves',
      { metric: 'auc', maxDropFromServing: '0' },
      candidate({}),
      undefined,
      'MetricMissing',
      'auc of the version is missing',
    ],
    [
      'passes a drop that is allowed',
      { metric: 'auc', maxDropFromServing: '0.005' },
      candidate({ auc: 0.985 }, champion({ auc: 0.99 })),
      'v1',
      'Passed',
      'auc 0.9850 against 0.9900 of the serving v1 is worse by 0.0050, no more than 0.005',
    ],
    [
      'passes where it gains, be it less than the digits show',
      { metric: 'auc', maxDropFromServing: '0.005' },
      candidate({ auc: 0.99001 }, champion({ auc: 0.99 })),
      'v1',
      'Passed',
      'auc 0.9900 against 0.9900 of the serving v1 is no worse',
    ],
    [
      'fails a drop that is too large',
      { metric: 'auc', maxDropFromServing: '0.005' },
      candidate({ auc: 0.98 }, champion({ auc: 0.99 })),
      'v1',
      'DroppedFromServing',
      'auc 0.9800 against 0.9900 of the serving v1 is worse by 0.0100, more than 0.005',
    ],
    [
      'fails a drop of a metric of which less is better',
      { metric: 'logLoss', maxDropFromServing: '0.01' },
      candidate({ logLoss: 0.2 }, champion({ logLoss: 0.1 })),
      'v1',
      'DroppedFromServing',
      'logLoss 0.2000 against 0.1000 of the serving v1 is worse by 0.1000, more than 0.01',
    ],
    [
      'fails where it was not compared',
      { metric: 'auc', maxDropFromServing: '1' },
      candidate({ auc: 0.99 }),
      'v1',
      'NotCompared',
      'not compared with v1, which serves: evaluate it again',
    ],
    [
      'fails where it was compared with another version',
      { metric: 'auc', maxDropFromServing: '1' },
      candidate({ auc: 0.99 }, champion({ auc: 0.9 }, 'v1')),
      'v2',
      'NotCompared',
      'not compared with v2, which serves: evaluate it again',
    ],
    [
      "fails where the serving version's metric is missing",
      { metric: 'auc', maxDropFromServing: '1' },
      candidate({ auc: 0.99 }, champion({})),
      'v1',
      'MetricMissing',
      'auc of the serving v1 is missing',
    ],
    [
      'passes a gain over the best single feature',
      { metric: 'auc', minGainOverBaseline: '0' },
      candidate({ auc: 0.99 }, baseline(0.8)),
      undefined,
      'Passed',
      'auc 0.9900 against 0.8000 of inventory alone gains 0.1900, at least 0',
    ],
    [
      'fails no gain over the best single feature',
      { metric: 'auc', minGainOverBaseline: '0' },
      candidate({ auc: 0.7 }, baseline(0.8)),
      undefined,
      'NoGainOverBaseline',
      'auc 0.7000 against 0.8000 of inventory alone gains -0.1000, less than 0',
    ],
    [
      'fails a gain over a baseline that is not there',
      { metric: 'auc', minGainOverBaseline: '0' },
      candidate({ auc: 0.7 }),
      undefined,
      'MetricMissing',
      'auc of the best single feature is missing',
    ],
    [
      'fails a gain over a baseline that has no such metric',
      { metric: 'recall', minGainOverBaseline: '0' },
      candidate({ recall: 0.7 }, baseline(0.8)),
      undefined,
      'MetricMissing',
      'recall of the best single feature is missing',
    ],
  ])('%s', (_sentence, gate, inputs, serving, reason, message) => {
    const verdict = judge(gate, inputs, serving);
    expect(verdict).toMatchObject({
      reason,
      message,
      passed: reason === 'Passed' || reason === 'NoServingVersion',
    });
  });

  test('is judged by every gate, in the order given, by what the gate says', () => {
    const verdicts = judgeGates(DEFAULT_GATES, candidate({ auc: 0.96, f1: 0.8 }));
    expect(
      verdicts.map(({ metric, rule, threshold, value, passed }) => ({
        metric,
        rule,
        threshold,
        value,
        passed,
      })),
    ).toEqual([
      { metric: 'auc', rule: 'min', threshold: '0.95', value: 0.96, passed: true },
      { metric: 'f1', rule: 'min', threshold: '0.90', value: 0.8, passed: false },
    ]);
    expect(allPassed(verdicts)).toBe(false);
    expect(allPassed(verdicts.slice(0, 1))).toBe(true);
  });

  test.each<[string, Gate]>([
    ['no rule', { metric: 'auc' }],
    ['two rules', { metric: 'auc', min: '0.9', max: '1' }],
    ['a threshold that is no decimal', { metric: 'auc', min: '' }],
  ])('is not judged by a gate with %s', (_what, gate) => {
    expect(() => judge(gate, candidate({ auc: 0.99 }))).toThrow();
  });
});
